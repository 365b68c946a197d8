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

/**
 * Conditions that cut a window with both ends into parts of the same length: every value that is not NULL satisfies
 * one of them, and no other, whatever the window. One, which is `undefined`, where the window can't be cut.
 */
export function cutWindow(
  column: Pick<WireColumn, 'name' | 'type'>,
  { startMs, endMs }: DeltaWindow,
  options: DeltaOptions = {},
  count = 1,
): (string | undefined)[] {
  const isTime = CUT_KINDS.has(column.type.columnType.kind)
  if (!isTime || count < 2 || startMs === undefined || endMs === undefined) return [undefined]
  const { key, literalAt } = orderOf(column, options)
  const cut = Math.min(count, MAX_PARTS, Math.max(1, endMs - startMs))
  const borders = Array.from({ length: cut - 1 }, (_, index) =>
    literalAt(startMs + Math.round(((endMs - startMs) * (index + 1)) / cut)),
  )
  return Array.from({ length: cut }, (_, index) => {
    const [from, to] = [borders[index - 1], borders[index]]
    const parts = [from && `${key} >= ${from}`, to && `${key} < ${to}`].filter((part) => part !== undefined)
    return parts.length === 0 ? undefined : parts.join(' and ')
  })
}

/** Values that are compared as they are, and that an index of the column is in the order of. */
const CUT_KINDS: ReadonlySet<string> = new Set(['timestamptz', 'timestamp', 'date'])
/** An estimate may be off by any factor; so many slices keep every lane of many servers at work. */
const MAX_PARTS = 256

/** @throws RunFailedError when the column has no order in time */
export function orderOf(column: Pick<WireColumn, 'name' | 'type'>, options: DeltaOptions): DeltaOrder {
  try {
    return deltaOrderOf(column, options)
  } catch (error) {
    if (error instanceof DeltaColumnError) throw new RunFailedError('copy', error.message)
    throw error
  }
}
