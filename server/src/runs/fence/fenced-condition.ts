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
  const own = windowCondition(column, window, options)
  const { startMs } = window
  // Without a start the window takes all that is there; ids that have gone back are those of another server.
  if (delivered === undefined || startMs === undefined || !isLater(delivered, fence)) return own
  const unseen = unseenBy(delivered, given)
  const late = lateCondition(delivered, { ...given, startMs })
  const fresh = delivered.hasAll
    ? `(${own}) and (${[unseen, ...inRewritten(given)].join(' or ')})`
    : `(${own})`
  return late === undefined ? fresh : `${fresh} or (${late})`
}

/** Rows that the last run did not take for certain, whatever their time. */
function unseenBy(delivered: DeliveredFence, { fence }: Pick<FencedWindow, 'fence'>): string {
  const parts = [unsettledSql(delivered), writtenBetweenSql(delivered, fence)]
  return parts.filter((part) => part !== undefined).join(' or ') || 'false'
}

function inRewritten({ rewritten }: Pick<FencedWindow, 'rewritten'>): string[] {
  return rewritten.length === 0 ? [] : [`tableoid in (${rewritten.join(', ')})`]
}

/** Rows behind the start of the window that no run has taken. */
function lateCondition(
  delivered: DeliveredFence,
  given: Omit<FencedWindow, 'delivered'> & { readonly startMs: number },
): string | undefined {
  const { column, options, fence, startMs } = given
  const { sinceMs } = delivered
  const order = orderOf(column, options)
  const left = unsettledSql(delivered)
  const written = writtenBetweenSql(delivered, fence)
  const behind = behindCondition(order, { startMs, fromMs: sinceMs })
  const parts = [
    left && `${left} and ${behind}`,
    left && delivered.hasTimeless && `${left} and ${timelessCondition(order)}`,
    written &&
      `${written} and ${behindCondition(order, { startMs, fromMs: Math.max(startMs - LATE_MS, sinceMs ?? 0) })}`,
  ].filter((part) => typeof part === 'string')
  if (parts.length === 0) return undefined
  const any = parts.map((part) => `(${part})`).join(' or ')
  const [rewritten] = inRewritten(given)
  return rewritten === undefined ? any : `(${any}) and not ${rewritten}`
}

function behindCondition(
  { key, tellsTime, literalAt }: DeltaOrder,
  { startMs, fromMs }: { readonly startMs: number; readonly fromMs: number | null },
): string {
  const from = fromMs === null ? undefined : `${key} >= ${literalAt(fromMs)}`
  return [tellsTime, `${key} < ${literalAt(startMs)}`, from]
    .filter((part) => part !== undefined)
    .join(' and ')
}

function timelessCondition({ key, tellsTime }: DeltaOrder): string {
  return tellsTime === undefined ? `${key} is null` : `(${tellsTime}) is not true`
}
