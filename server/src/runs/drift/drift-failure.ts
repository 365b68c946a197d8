import { RunFailedError } from '#runs/run-failed-error.ts'
import type { DriftEntry } from './judge-drift.ts'

/** A run that stops since its source has changed. The first change that stops it is what it says. */
export function driftFailure(entries: readonly DriftEntry[]): RunFailedError | undefined {
  const [first, ...others] = entries.filter(({ effect }) => effect === 'stopped')
  if (first === undefined) return undefined
  const more = others.length === 0 ? '' : ` ${others.length} more of its changes stop the run, see details.`
  return new RunFailedError('copy', `${first.message} ${first.action}${more}`, {
    code: first.code,
    details: others.map(({ code, message }) => ({ code, message })),
    drift: entries,
  })
}
