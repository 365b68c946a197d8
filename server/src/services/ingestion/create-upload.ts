import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { type Database, transact } from '#store/database.ts'
import type { IngestionBatches } from './batch-port.ts'
import { insertImport } from './file-store.ts'
import { badRequest, notFound } from './problems.ts'
import { readUploadBody } from './upload-body.ts'

/**
 * Makes a batch to upload files into.
 *
 * @throws {PlainProblem} 400 for a body that is none, 404 for a dataset that the sandbox has not
 */
export async function createUpload(
  { db, batches }: { readonly db: Database; readonly batches: IngestionBatches },
  scope: Scope,
  body: JsonObject,
): Promise<JsonObject> {
  const { externalId, predecessors, inputFormat, ...input } = readUploadBody(body)
  for (const id of predecessors) {
    const predecessor = await batches.find(scope, id)
    if (predecessor?.datasetId !== input.datasetId)
      throw badRequest(`Batch '${id}' can't be replaced: dataset '${input.datasetId}' has no such batch.`)
  }
  const properties: JsonObject = {
    inputFormat,
    ...(externalId === undefined ? {} : { externalId }),
    ...(predecessors.length === 0 ? {} : { replay: { predecessors, reason: 'replace' } }),
  }
  const document = await transact(db, async (tx) => {
    const made = await batches.create(tx, { ...input, scope, properties })
    if (made !== undefined) await insertImport(tx, String(made['id']))
    return made
  })
  if (document === undefined) throw notFound('dataset', input.datasetId)
  return document
}
