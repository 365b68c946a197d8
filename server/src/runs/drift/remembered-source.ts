import type { JsonObject } from '#kit/json.ts'
import type { DeliveredFence } from '#runs/fence/delivered-fence.ts'
import type { SourceShape } from '#source/postgres/shape/source-shape.ts'
import type { Database, Tx } from '#store/database.ts'

/** What a flow's source looked like to the last run that landed, and what that run made of it. Plain JSON. */
export interface RememberedSource {
  readonly shape: SourceShape
  /** Where it was: another place is another source, and no change of this one. */
  readonly connectionId: string
  readonly tableName: string
  /** Columns that were read. */
  readonly reads: readonly string[]
  /** Absent where every column went to the field of its name. */
  readonly mapping?: { readonly id: string; readonly version: number } | undefined
  /** Of the last run that moved the flow's watermark, where rows have ids of transactions. */
  readonly fence?: DeliveredFence | undefined
}

/** `undefined` before the first run has landed. */
export async function findRemembered(db: Database, flowId: string): Promise<RememberedSource | undefined> {
  const row = await db
    .selectFrom('source_shape')
    .select('remembered')
    .where('flow_id', '=', flowId)
    .executeTakeFirst()
  return row && (row.remembered as unknown as RememberedSource)
}

/** Remembers what a run has seen that lands. */
export async function rememberSource(
  tx: Tx,
  { flowId, runId }: { readonly flowId: string; readonly runId: string },
  { source, nowMs }: { readonly source: RememberedSource; readonly nowMs: number },
): Promise<void> {
  const remembered = JSON.stringify(source as unknown as JsonObject)
  await tx
    .insertInto('source_shape')
    .values({ flow_id: flowId, run_id: runId, remembered, updated_at: nowMs })
    .onConflict((conflict) =>
      conflict.column('flow_id').doUpdateSet({ run_id: runId, remembered, updated_at: nowMs }),
    )
    .execute()
}
