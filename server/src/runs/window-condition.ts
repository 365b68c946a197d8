import {
  DeltaColumnError,
  type DeltaOptions,
  type DeltaOrder,
  deltaOrderOf,
} from '#services/flow-service/flows/delta-column.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { RunFailedError } from './run-failed-error.ts'

/** Rows with `startMs <= delta < endMs`; an absent end is open. */
export interface DeltaWindow {
  readonly startMs: number | undefined
  readonly endMs: number | undefined
}

/**
 * The SQL condition of a window on the delta column. Values without a zone are taken as those of `timezone`, else
 * as UTC, dates as their midnight. Without a start the window takes the whole history, so rows whose delta is NULL
 * or tells no time belong to it as well: no later window would find them.
 *
 * @throws RunFailedError when the column has no order in time
 */
export function windowCondition(
  column: Pick<WireColumn, 'name' | 'type'>,
  window: DeltaWindow,
  options: DeltaOptions = {},
): string | undefined {
  const { key, tellsTime, literalAt } = orderOf(column, options)
  const { startMs, endMs } = window
  const end = endMs === undefined ? undefined : `${key} < ${literalAt(endMs)}`
  if (startMs === undefined) {
    const isOutside = tellsTime === undefined ? `${key} is null` : `(${tellsTime}) is not true`
    return end === undefined ? undefined : `(${end} or ${isOutside})`
  }
  return [tellsTime, `${key} >= ${literalAt(startMs)}`, end]
    .filter((part) => part !== undefined)
    .join(' and ')
}

/** @throws RunFailedError when the column has no order in time */
export function orderOf(column: Pick<WireColumn, 'name' | 'type'>, options: DeltaOptions): DeltaOrder {
  try {
    return deltaOrderOf(column, options)
  } catch (error) {
    if (error instanceof DeltaColumnError) throw new RunFailedError('copy', error.message)
    throw error
  }
}
