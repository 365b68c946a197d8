import { isObject, type JsonObject } from '#kit/json.ts'
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
 * delivered to, up to now.
 *
 * @throws {FlowProblem} 1100 for a time that is none or a window that is empty
 */
export function readRunTimes(
  params: unknown,
  { nowMs, deliveredToMs }: { readonly nowMs: number; readonly deliveredToMs: number | null },
): RunTimes {
  if (params !== undefined && params !== null && !isObject(params))
    throw invalidRequest('params must be an object.', 'params')
  const given = (params ?? {}) as JsonObject
  const startAtMs = timeOf(given, 'startTime') ?? nowMs
  const endMs = timeOf(given, 'windowEndTime') ?? nowMs
  const startMs =
    timeOf(given, 'windowStartTime') ?? (deliveredToMs === null ? null : Math.min(deliveredToMs, endMs))
  if (timeOf(given, 'windowStartTime') !== undefined && startMs !== null && startMs >= endMs) {
    throw invalidRequest(
      'params.windowStartTime is not before params.windowEndTime.',
      'params.windowStartTime',
    )
  }
  return { startAtMs, window: { startMs, endMs } }
}

function timeOf(params: JsonObject, name: string): number | undefined {
  const value = params[name]
  return value === undefined || value === null ? undefined : parseTime(value, `params.${name}`)
}
