import { SourceError } from '#source/postgres/failures/source-error.ts'
import type { HeldSnapshot, HoldSnapshotOptions } from '#source/postgres/read/snapshot.ts'
import type { RunDependencies } from './dependencies.ts'
import type { SliceBells } from './slice-bells.ts'
import { waitsForSlices } from './slice-ledger.ts'
import { MAX_SNAPSHOT_AGE_MS } from './snapshot-age.ts'
import { markHeld, markReleased } from './snapshot-ledger.ts'

/** How often the holder looks for slices that other servers have done; those done here ring. */
const POLL_MS = 300
/** Often enough for the ledger's word to be fresh, and for firewalls not to forget an idle session. */
const PING_MS = 3_000
/** A server that does not answer for so long is out of reach; to wait for what it still owes would be to wait for ever. */
const PING_PATIENCE_MS = 30_000
/**
 * A holder that pings and is not heard for so long is frozen, dead, or cut off; the server then lets its snapshot go by
 * itself. Before it pings it plans, which takes a moment between two statements.
 */
const SILENCE_MS = 60_000
/** Who changes a table takes it for that long; whoever takes it longer meets the run again when it tries again. */
const PLAN_LOCK_MS = 300_000

/** What bounds the session that plans a run and holds its snapshot, on our side and on the server's. */
export function holderLimits({
  sessions,
  pingPatienceMs: patienceMs = PING_PATIENCE_MS,
  planLockMs: lockTimeoutMs = PLAN_LOCK_MS,
  snapshotSilenceMs: idleTransactionMs = SILENCE_MS,
  maxSnapshotAgeMs: statementTimeoutMs = MAX_SNAPSHOT_AGE_MS,
}: RunDependencies): HoldSnapshotOptions {
  return { sessions, patienceMs, lockTimeoutMs, idleTransactionMs, statementTimeoutMs }
}

export interface HeldEpoch {
  readonly runId: string
  readonly epoch: number
  readonly snapshot: HeldSnapshot
  readonly signal: AbortSignal
  readonly bells: SliceBells
}

/**
 * Holds the snapshot of an epoch until nobody waits for its slices any more, and says so in the ledger.
 * @throws SourceError SNAPSHOT_LOST when the session ends; the signal's reason
 */
export async function holdUntilDone(deps: RunDependencies, held: HeldEpoch): Promise<void> {
  const { runId, epoch, snapshot, signal, bells } = held
  let nextPingMs = 0
  try {
    while (await waitsForSlices(deps.db, runId, epoch)) {
      const isCut = snapshot.session.driver.connection.stream.destroyed
      if (isCut || deps.now() >= nextPingMs) {
        await ping(snapshot, signal)
        await markHeld(deps.db, runId, epoch)
        nextPingMs = deps.now() + pingEvery(deps)
      }
      await bells.wait(runId, POLL_MS, signal)
    }
  } finally {
    // Only saves others from waiting until the last word is old.
    await markReleased(deps.db, runId, epoch).catch((error: unknown) =>
      deps.log.debug({ err: error, runId }, 'the release of a snapshot was not recorded'),
    )
  }
}

/** Tells whoever reads under a snapshot himself, and so does not hold it, when its session ends. */
export class SnapshotWatch implements Disposable {
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #isAsking = false

  constructor({ pingPatienceMs = PING_PATIENCE_MS, ...deps }: RunDependencies, snapshot: HeldSnapshot) {
    const intervalMs = Math.min(pingEvery(deps), pingPatienceMs)
    this.#timer = setInterval(() => void this.#ask(snapshot), intervalMs)
  }

  /** Aborted with SourceError SNAPSHOT_LOST. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  async #ask(snapshot: HeldSnapshot): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      await ping(snapshot)
    } catch (error) {
      this.#lost.abort(error)
    } finally {
      this.#isAsking = false
    }
  }
}

/** So often that two pings may be late before the server takes us for dead. */
function pingEvery({ snapshotSilenceMs = SILENCE_MS }: Pick<RunDependencies, 'snapshotSilenceMs'>): number {
  return Math.min(PING_MS, snapshotSilenceMs / 3)
}

/** Its session waits for no answer longer than the patience that the planner has given it. */
async function ping({ session }: HeldSnapshot, signal?: AbortSignal): Promise<void> {
  try {
    await session.query('select')
  } catch (cause) {
    signal?.throwIfAborted()
    const { host, port } = session.target
    const reason = cause instanceof Error ? ` ${cause.message}` : ''
    const facts = {
      code: 'SNAPSHOT_LOST',
      mayPass: true,
      stage: 'query',
      message: `The session on ${host}:${port} that held the run's snapshot has ended.${reason}`,
      remedy: 'Look into the log of the server for the reason.',
    } as const
    throw new SourceError(facts, { cause })
  }
}
