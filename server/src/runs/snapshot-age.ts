import { RunFailedError } from './run-failed-error.ts'

/** A night's work; a server whose rows change all day has trouble with less. */
export const MAX_SNAPSHOT_AGE_MS = 6 * 3_600_000

/** Ends a run that holds its snapshot for too long, and so lets the server clean up again. */
export class SnapshotAge implements Disposable {
  readonly #reached = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(maxAgeMs: number = MAX_SNAPSHOT_AGE_MS) {
    this.#timer = setTimeout(() => this.#reached.abort(tooOld(maxAgeMs)), maxAgeMs)
  }

  /** Aborted with RunFailedError HW-SNAPSHOT-AGE. */
  get reached(): AbortSignal {
    return this.#reached.signal
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

function tooOld(maxAgeMs: number): RunFailedError {
  const age = maxAgeMs < 60_000 ? `${maxAgeMs / 1000} seconds` : `${maxAgeMs / 60_000} minutes`
  return new RunFailedError(
    'copy',
    `The run has held a snapshot of its source for ${age}, the longest that it may: while it does, VACUUM can remove no row that is changed or deleted there. Nothing of it has landed. Read less at a time (a delta column, a smaller window, row filters that share the table out among several flows), read from a standby, read faster (HEADWATER_SOURCE_CONNECTIONS, HEADWATER_EXTRACT_SLOTS), or raise HEADWATER_MAX_SNAPSHOT_MINUTES.`,
    { code: 'HW-SNAPSHOT-AGE' },
  )
}
