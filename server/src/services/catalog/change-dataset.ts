import type { FindSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { applyMergePatch, applyPatch, PatchError, parsePatch } from '#json-patch/apply-patch.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { tableNameTaken } from './create-dataset.ts'
import { changedDatasetDocument, formatVersion } from './dataset-document.ts'
import {
  assertProfileAllowed,
  assertSameSchema,
  assertSchema,
  assertVersion,
  readDatasetInput,
} from './dataset-rules.ts'
import {
  type DatasetReader,
  isTableNameTaken,
  lockDataset,
  type StoredDataset,
  updateDataset,
} from './dataset-store.ts'
import { badRequest, notFound } from './problems.ts'

export interface ChangeDatasetDependencies {
  readonly db: Database
  readonly now: () => number
  readonly findSchema: FindSchema
  readonly datasets: DatasetReader
}

export interface ChangeDatasetRequest {
  readonly scope: Scope
  readonly id: string
  readonly ifMatch: string | undefined
  /** The document that the client wants, made of the current one. */
  readonly change: (document: JsonObject) => JsonObject
  readonly isValidateOnly?: boolean | undefined
}

/**
 * Changes a dataset. What only the server writes keeps its value, whatever the client sends.
 *
 * @throws {PlainProblem} 404, 412 when the version is another, 400 when the result isn't a dataset, wants
 *   another schema, a taken SQL name or a profile that the schema doesn't allow
 */
export async function changeDataset(
  dependencies: ChangeDatasetDependencies,
  request: ChangeDatasetRequest,
): Promise<void> {
  const { scope, id } = request
  const seen = await dependencies.datasets.find(scope, id)
  if (seen === undefined) throw notFound('dataset', id)
  // Read before the transaction: a neighbour takes a connection of its own. A dataset never changes its schema.
  const schema = await dependencies.findSchema(scope, seen.schemaId)
  assertSchema(schema, seen.schemaId)
  const nowMs = dependencies.now()
  await transact(dependencies.db, async (tx) => {
    const current = await lockDataset(tx, scope, id)
    if (current === undefined) throw notFound('dataset', id)
    assertVersion('Dataset', id, { given: request.ifMatch, current: formatVersion(current.version) })
    const input = readDatasetInput(request.change(current.document))
    assertSameSchema(input.schemaRef.id, current.schemaId)
    assertProfileAllowed(input.tags, schema)
    const tableName = input.tableName ?? current.tableName
    const version = current.version + 1
    const document = changedDatasetDocument({
      current: current.document,
      input,
      tableName,
      version,
      userId: scope.userId,
      nowMs,
    })
    if (request.isValidateOnly !== true) await store(tx, { ...current, tableName, version, document }, nowMs)
  })
}

async function store(tx: Tx, dataset: StoredDataset, nowMs: number): Promise<void> {
  try {
    await updateDataset(tx, dataset, nowMs)
  } catch (error) {
    throw isTableNameTaken(error) ? tableNameTaken(dataset.tableName) : error
  }
}

/** The change that a PATCH asks for: a JSON Patch when it says so or is an array, else a merge. */
export function patchOf(body: unknown, contentType: string | undefined): ChangeDatasetRequest['change'] {
  const isJsonPatch = Array.isArray(body) || /json-patch|json\+patch/i.test(contentType ?? '')
  return (document) => {
    try {
      return isJsonPatch ? applyPatch(document, parsePatch(body)) : mergeOf(body)(document)
    } catch (error) {
      throw error instanceof PatchError ? badRequest(error.message) : error
    }
  }
}

function mergeOf(body: unknown): ChangeDatasetRequest['change'] {
  if (!isObject(body))
    throw badRequest('The body must be an object with the properties to change, or a JSON Patch.')
  return (document) => applyMergePatch(document, body as JsonObject)
}
