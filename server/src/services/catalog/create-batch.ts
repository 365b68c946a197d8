import type { Scope } from '#http/scope.ts'
import { newBatchId } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { type Database, transact } from '#store/database.ts'
import { newBatchDocument } from './batch-document.ts'
import { readBatchInput } from './batch-rules.ts'
import { insertBatch } from './batch-store.ts'
import { lockDataset } from './dataset-store.ts'
import { badRequest } from './problems.ts'

export interface CreateBatchRequest {
  readonly scope: Scope
  readonly body: JsonObject
  /** That the client chose. */
  readonly id?: string | undefined
}

/** A ULID. */
const BATCH_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/**
 * Writes down a batch that a client tells of. It has no rows here: those come by flows and by batch ingestion.
 *
 * @returns its id
 * @throws {PlainProblem} 400 for a body without a status or a dataset of the sandbox, or an id that is none or taken
 */
export async function createBatch(
  { db, now }: { readonly db: Database; readonly now: () => number },
  { scope, body, id: wanted }: CreateBatchRequest,
): Promise<string> {
  const { status, datasetId, tags, rest } = readBatchInput(body)
  if (datasetId === undefined) {
    throw badRequest('The property \'relatedObjects\' must name a dataset: [{"type": "dataSet", "id": …}].')
  }
  if (wanted !== undefined && !BATCH_ID.test(wanted)) {
    throw badRequest(`'${wanted}' can't be the id of a batch. Ids are ULIDs of 26 characters.`)
  }
  const nowMs = now()
  const id = wanted ?? newBatchId(nowMs)
  const { orgId, clientId, userId } = scope
  const batch = { id, orgId, sandboxId: scope.sandbox.id, datasetId, clientId, userId, nowMs }
  await transact(db, async (tx) => {
    if ((await lockDataset(tx, scope, datasetId)) === undefined) {
      throw badRequest(`There is no dataset '${datasetId}' in this sandbox. Create it first.`)
    }
    await insertBatch(tx, batch, { ...newBatchDocument({ ...batch, tags, properties: rest }), status })
  }).catch((error: unknown) => {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    const isTaken = code === '23505' && constraint === 'batch_pkey'
    throw isTaken ? badRequest(`There is a batch '${id}' already. Choose another id, or none.`) : error
  })
  return id
}
