import type { TransactionFence } from '#source/postgres/read/transaction-fence.ts'

/** How far the last run came that moved the flow's watermark: what stands behind it and was not delivered. Plain JSON. */
export interface DeliveredFence extends TransactionFence {
  /** Rows of whatever time were delivered, and not only those before the watermark. */
  readonly hasAll: boolean
  /** No row that it has left behind is older; null: it may be of any time. */
  readonly leftFromMs: number | null
  /** Where the first window began; null: with the first row. */
  readonly sinceMs: number | null
  /** Rows that tell no time were delivered as well. */
  readonly hasTimeless: boolean
  /** The file that each heap was in, by its number. A heap in another file may have other ids on its rows. */
  readonly files: Readonly<Record<string, string>>
}
