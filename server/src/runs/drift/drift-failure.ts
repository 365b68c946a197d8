import { RunFailedError } from '#runs/run-failed-error.ts'
import type { DriftEntry } from './judge-drift.ts'

/** Where the errors of a run are looked at; all changes stand in `drift`. */
const MAX_DETAILS = 10

/** A run that stops since its source has changed. The first change that stops it is what it says. */
export function driftFailure(entries: readonly DriftEntry[]): RunFailedError | undefined {
  const [first, ...others] = entries.filter(({ effect }) => effect === 'stopped')
  if (first === undefined) return undefined
  const more =
    others.length === 0 ? '' : ` ${others.length} more of its changes stop the run, see extensions.drift.`
  return new RunFailedError('copy', `${first.message} ${first.action}${more}`, {
    code: first.code,
    details: others.slice(0, MAX_DETAILS).map(({ code, message }) => ({ code, message })),
    drift: entries,
  })
}
