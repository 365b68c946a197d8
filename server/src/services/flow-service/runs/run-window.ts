import type { JsonObject } from '#kit/json.ts'
import { parseTime } from '#services/flow-service/flows/schedule-params.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import type { RunWindow } from './run.ts'

/** What `params` of a run say about time. */
export interface RunTimes {
  /** When the run is to start. */
  readonly startAtMs: number
  readonly window: RunWindow
}

/**
 * Reads the times of a run that is asked for. What is missing is filled in: start now, from where the flow was
 * delivered to, up to the start.
 *
 * @throws {FlowProblem} 1100 for a time that is none or a window that is empty
 */
export function readRunTimes(
  params: JsonObject,
  { nowMs, deliveredToMs }: { readonly nowMs: number; readonly deliveredToMs: number | null },
): RunTimes {
  const startAtMs = timeOf(params, 'startTime') ?? nowMs
  const endMs = timeOf(params, 'windowEndTime') ?? Math.max(startAtMs, nowMs)
  const givenStartMs = timeOf(params, 'windowStartTime')
  if (givenStartMs !== undefined && givenStartMs >= endMs) {
    throw invalidRequest(
      'params.windowStartTime is not before params.windowEndTime.',
      'params.windowStartTime',
    )
  }
  const startMs = givenStartMs ?? (deliveredToMs === null ? null : Math.min(deliveredToMs, endMs))
  return { startAtMs, window: { startMs, endMs } }
}

function timeOf(params: JsonObject, name: string): number | undefined {
  const value = params[name]
  return value === undefined || value === null ? undefined : parseTime(value, `params.${name}`)
}
