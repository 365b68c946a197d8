import { quoteIdentifier, quoteLiteral } from '#source/postgres/sql/quote.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { RunFailedError } from './run-failed-error.ts'

/** Rows with `startMs <= delta < endMs`; an absent end is open. */
export interface DeltaWindow {
  readonly startMs: number | undefined
  readonly endMs: number | undefined
}

/**
 * The SQL condition of a window on the delta column. Times without a zone are taken as UTC, dates as midnight
 * UTC. Without a start the window takes the whole history, so rows whose delta is NULL belong to it as well:
 * no later window would find them.
 *
 * @throws RunFailedError when the column's type has no order in time
 */
export function windowCondition(
  column: Pick<WireColumn, 'name' | 'type'>,
  window: DeltaWindow,
): string | undefined {
  const { startMs, endMs } = window
  const name = quoteIdentifier(column.name)
  const literal = (ms: number): string => literalFor(column, ms)
  const end = endMs === undefined ? undefined : `${name} < ${literal(endMs)}`
  if (startMs === undefined) return end === undefined ? undefined : `(${end} or ${name} is null)`
  const start = `${name} >= ${literal(startMs)}`
  return end === undefined ? start : `${start} and ${end}`
}

function literalFor(column: Pick<WireColumn, 'name' | 'type'>, ms: number): string {
  const instant = new Date(ms).toISOString()
  switch (column.type.columnType.kind) {
    case 'timestamptz':
      return `${quoteLiteral(instant)}::timestamptz`
    case 'timestamp':
      return `${quoteLiteral(instant.replace('Z', ''))}::timestamp`
    case 'date':
      // A date is its midnight: the first midnight that is not before the instant.
      return `${quoteLiteral(new Date(Math.ceil(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10))}::date`
    default:
      throw new RunFailedError(
        'copy',
        `The delta column "${column.name}" is ${column.type.typeName}. Choose a column of type timestamp with time zone, timestamp or date.`,
      )
  }
}

const DAY_MS = 86_400_000
