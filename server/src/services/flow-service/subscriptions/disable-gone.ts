import { newEtag } from '#kit/etag.ts'
import type { JsonObject } from '#kit/json.ts'
import { doneOperation } from '#services/flow-service/entities/entity-document.ts'
import type { Tx } from '#store/database.ts'

/** Why it was disabled, where an operation has room for it. */
const STATUS = {
  value: 'completed',
  errors: [{ code: '410', message: 'The receiver answered 410 (Gone): it wants no more notifications.' }],
}

/** Disables a subscription whose receiver is gone for good. Nothing happens when it is deleted or disabled. */
export async function disableGone(tx: Tx, id: string, nowMs: number): Promise<void> {
  const row = await tx
    .selectFrom('subscription')
    .select('document')
    .where('id', '=', id)
    .where('state', '=', 'enabled')
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (row === undefined) return
  const etag = newEtag(nowMs)
  const updatedAt = Math.max(nowMs, Number(row.document['updatedAt']) + 1)
  const document: JsonObject = {
    ...row.document,
    state: 'disabled',
    updatedAt,
    version: etag,
    etag,
    lastOperation: { ...doneOperation('disable', nowMs), status: STATUS },
  }
  await tx
    .updateTable('subscription')
    .set({ state: 'disabled', etag, updated_at: updatedAt, document: JSON.stringify(document) })
    .where('id', '=', id)
    .execute()
}
