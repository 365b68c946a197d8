import { type DeltaWindow, orderOf, windowCondition } from '#runs/window-condition.ts'
import type { DeltaOptions, DeltaOrder } from '#services/flow-service/flows/delta-column.ts'
import {
  isLater,
  type TransactionFence,
  unsettledSql,
  writtenBetweenSql,
} from '#source/postgres/read/transaction-fence.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import type { DeliveredFence } from './delivered-fence.ts'

/** How far behind the watermark the rows of transactions may lie that began after the last snapshot. */
const LATE_MS = 3_600_000

export interface FencedWindow {
  readonly column: Pick<WireColumn, 'name' | 'type'>
  readonly options: DeltaOptions
  readonly window: DeltaWindow
  readonly fence: TransactionFence
  /** Of the last run that moved the watermark. */
  readonly delivered?: DeliveredFence | undefined
  /** Heaps whose rows have other ids than they had then. */
  readonly rewritten: readonly number[]
}

/**
 * The rows that a run takes which moves the watermark: those of its window, and those that came to stand behind the
 * watermark after the last run had looked. Both only if they are settled; what may still be open is left to the next
 * run, which finds it here. So each row is taken by the first run that can see it for certain, and by no other.
 *
 * @throws RunFailedError when the column has no order in time
 */
export function fencedCondition(given: FencedWindow): string | undefined {
  const unsettled = unsettledSql(given.fence)
  const parts = [unsettled && `not ${unsettled}`, takenCondition(given)].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.map((part) => `(${part})`).join(' and ')
}

function takenCondition({ delivered, ...given }: FencedWindow): string | undefined {
  const { column, window, options, fence } = given
  const { startMs, endMs } = window
  // Without a start the window takes all that is there; ids that have gone back are those of another server.
  if (delivered === undefined || startMs === undefined || !isLater(delivered, fence))
    return windowCondition(column, window, options)
  const order = orderOf(column, options)
  const { any, left, written } = unseenBy(delivered, given)
  const lateMs = Math.max(startMs - LATE_MS, delivered.sinceMs ?? 0)
  const own = `${order.key} >= ${order.literalAt(startMs)}`
  const taken = [
    delivered.hasAll ? `${own} and ${any}` : own,
    left,
    written && `${written} and ${order.key} >= ${order.literalAt(lateMs)}`,
  ]
  // One range of the column, so that an index of it can find the rows.
  const range = rangeCondition(order, { fromMs: earliest(delivered, lateMs), endMs })
  const timed = `${range} and (${joinOr(taken)})`
  const timeless = delivered.hasTimeless && left ? `${timelessCondition(order)} and ${left}` : undefined
  return joinOr([timed, timeless])
}

interface Unseen {
  readonly any: string
  /** What the last run has left out. */
  readonly left: string | undefined
  /** What was written since. */
  readonly written: string | undefined
}

/** Conditions of rows that the last run can't have taken. Of heaps that were rewritten nobody knows. */
function unseenBy(delivered: DeliveredFence, { fence, rewritten }: Omit<FencedWindow, 'delivered'>): Unseen {
  const inRewritten = rewritten.length === 0 ? undefined : `tableoid in (${rewritten.join(', ')})`
  const known = (sql: string | undefined): string | undefined =>
    sql === undefined || inRewritten === undefined ? sql : `(${sql} and not ${inRewritten})`
  const left = known(unsettledSql(delivered))
  const written = known(writtenBetweenSql(delivered, fence))
  return { any: `(${joinOr([left, written, inRewritten])})`, left, written }
}

function joinOr(parts: readonly (string | undefined)[]): string {
  const given = parts.filter((part) => part !== undefined)
  return given.length === 0 ? 'false' : given.map((part) => `(${part})`).join(' or ')
}

/** Where the rows begin that may be late; undefined: anywhere. */
function earliest({ leftFromMs, sinceMs }: DeliveredFence, lateMs: number): number | undefined {
  if (leftFromMs === null) return sinceMs ?? undefined
  return Math.max(Math.min(leftFromMs, lateMs), sinceMs ?? 0)
}

function rangeCondition(
  { key, tellsTime, literalAt }: DeltaOrder,
  { fromMs, endMs }: { readonly fromMs: number | undefined; readonly endMs: number | undefined },
): string {
  const parts = [
    tellsTime,
    fromMs === undefined ? undefined : `${key} >= ${literalAt(fromMs)}`,
    endMs === undefined ? undefined : `${key} < ${literalAt(endMs)}`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? `${key} is not null` : parts.join(' and ')
}

function timelessCondition({ key, tellsTime }: DeltaOrder): string {
  return tellsTime === undefined ? `${key} is null` : `(${tellsTime}) is not true`
}

/**
 * From where on rows may lie that a run leaves behind: an hour before its window, as far as their transactions began to
 * write in it; those that were open before may have begun with the run that saw them first.
 */
export function leftFrom(
  startMs: number | null,
  fence: TransactionFence,
  delivered: DeliveredFence | undefined,
): number | null {
  if (startMs === null || delivered === undefined) return null
  const fromMs = startMs - LATE_MS
  const isOlder = fence.open.some((id) => delivered.open.includes(id)) || fence.isCoarse === true
  if (!isOlder) return fromMs
  return delivered.leftFromMs === null ? null : Math.min(delivered.leftFromMs, fromMs)
}
