import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { transact } from '#store/database.ts'
import { nextVersion } from './batch-document.ts'
import { findBatchPlace, getLockedBatch } from './batch-lookup.ts'
import { assertRunKeepsBooks, BATCH_SERVER_OWNED, readBatchInput } from './batch-rules.ts'
import { assertBatchStep, type BatchState, isBatchUnderWay } from './batch-states.ts'
import { type LockedBatch, updateBatch } from './batch-store.ts'
import { assertVersion } from './dataset-rules.ts'
import { lockDataset } from './dataset-store.ts'
import { badRequest } from './problems.ts'
import { type WithdrawDependencies, withdrawBatch } from './withdraw-batch.ts'

export interface ChangeBatchRequest {
  readonly scope: Scope
  readonly id: string
  readonly ifMatch: string | undefined
  /** The document that the client wants, made of the current one. */
  readonly change: (document: JsonObject) => JsonObject
}

/**
 * Changes a batch. Its state goes along the steps of batch-states.ts; one that becomes `inactive` or `deleted` loses
 * its rows by that.
 *
 * @throws {PlainProblem} 404, 412 when the version is another, 400 when the result is no batch, when there is no such
 *   step, or when a run keeps the books
 */
export async function changeBatch(
  dependencies: WithdrawDependencies,
  { scope, id, ifMatch, change }: ChangeBatchRequest,
): Promise<void> {
  const { datasetId } = await findBatchPlace(dependencies.db, scope, id)
  const nowMs = dependencies.now()
  const wanted = await transact(dependencies.db, async (tx) => {
    await lockDataset(tx, scope, datasetId)
    const batch = await getLockedBatch(tx, id)
    assertVersion('Batch', id, { given: ifMatch, current: String(batch.document['version']) })
    const { document, status } = changed(batch, change(batch.document), { userId: scope.userId, nowMs })
    await updateBatch(tx, batch, { document, nowMs })
    return status
  })
  if (wanted === 'inactive' || wanted === 'deleted')
    await withdrawBatch(dependencies, { scope, id, isForGood: wanted === 'deleted' })
}

function changed(
  batch: LockedBatch,
  wanted: JsonObject,
  { userId, nowMs }: { readonly userId: string; readonly nowMs: number },
): { document: JsonObject; status: BatchState } {
  const { status, datasetId, tags, rest } = readBatchInput(wanted)
  assertBatchStep(batch.id, batch.status, status)
  if (datasetId !== undefined && datasetId !== batch.datasetId)
    throw badRequest(
      `Batch '${batch.id}' belongs to dataset '${batch.datasetId}' and can't change to another.`,
    )
  if (batch.runId !== null) {
    assertRunKeepsBooks(batch.document, rest)
    if (status !== batch.status && isBatchUnderWay(batch.status))
      throw badRequest(`Batch '${batch.id}' is written by the run ${batch.runId}, which ends it.`)
  }
  const owned = [...BATCH_SERVER_OWNED].filter((name) => batch.document[name] !== undefined)
  const kept = Object.fromEntries(owned.map((name) => [name, batch.document[name] ?? null]))
  // Rows go first: until then the batch is what it was.
  const isWithdrawal = status === 'inactive' || status === 'deleted'
  const document = {
    ...(batch.runId === null ? {} : batch.document),
    ...{ errors: [], metrics: {}, ...rest, ...kept, tags: { ...tags, ...ownTags(batch) } },
    status: isWithdrawal ? batch.status : status,
    updated: nowMs,
    updatedUser: userId,
    version: nextVersion(batch.document['version']),
  }
  return { document, status }
}

/** Tags that say where a batch is from; a client changes the others. */
function ownTags({ document }: LockedBatch): JsonObject {
  const tags = document['tags'] as JsonObject
  const names = ['flowId', 'flowRunId', 'acp_producer'].filter((name) => tags[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, tags[name] ?? null]))
}
