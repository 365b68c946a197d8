import type { DatasetSummary, FindDataset, FindSchema, ResolvedSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { matchesEtag, newEtag } from '#kit/etag.ts'
import type { JsonObject } from '#kit/json.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { readLabels } from './label-rules.ts'
import {
  deleteLabels,
  findLabels,
  insertLabels,
  lockLabels,
  type StoredLabels,
  updateLabels,
} from './label-store.ts'
import {
  datasetNotFound,
  ifMatchMissing,
  invalidLabels,
  labelsChanged,
  labelsExist,
  labelsNotFound,
} from './problems.ts'

export interface LabelsDependencies {
  readonly db: Database
  readonly now: () => number
  readonly findDataset: FindDataset
  readonly findSchema: FindSchema
}

export interface LabelsRequest {
  readonly scope: Scope
  /** Of the dataset. */
  readonly id: string
}

/** @throws {LabelsProblem} 404 */
export async function getLabels(
  deps: LabelsDependencies,
  { scope, id }: LabelsRequest,
): Promise<StoredLabels> {
  await getDataset(deps, scope, id)
  const labels = await findLabels(deps.db, id)
  if (labels === undefined) throw labelsNotFound({ id })
  return labels
}

/** The first labels of a dataset. @throws {LabelsProblem} 400, 403 when it has some, 404 */
export async function createLabels(
  deps: LabelsDependencies,
  { scope, id, body }: LabelsRequest & { readonly body: JsonObject },
): Promise<StoredLabels> {
  const document = readLabels(body, await getSchema(deps, scope, id))
  const labels = { document, etag: newEtag(deps.now()) }
  if (!(await insertLabels(deps.db, id, { ...labels, nowMs: deps.now() }))) throw labelsExist({ id })
  return labels
}

/** @throws {LabelsProblem} 400, 404, 412 when the labels are others by now */
export async function replaceLabels(
  deps: LabelsDependencies,
  {
    scope,
    id,
    ifMatch,
    body,
  }: LabelsRequest & { readonly ifMatch: string | undefined; readonly body: JsonObject },
): Promise<StoredLabels> {
  const document = readLabels(body, await getSchema(deps, scope, id))
  const nowMs = deps.now()
  const labels = { document, etag: newEtag(nowMs) }
  await transact(deps.db, async (tx) => {
    await assertSame(tx, id, ifMatch)
    await updateLabels(tx, id, { ...labels, nowMs })
  })
  return labels
}

/** @throws {LabelsProblem} 400, 404, 412 when the labels are others by now */
export async function removeLabels(
  deps: LabelsDependencies,
  { scope, id, ifMatch }: LabelsRequest & { readonly ifMatch: string | undefined },
): Promise<void> {
  await getDataset(deps, scope, id)
  await transact(deps.db, async (tx) => {
    await assertSame(tx, id, ifMatch)
    await deleteLabels(tx, id)
  })
}

async function assertSame(tx: Tx, id: string, ifMatch: string | undefined): Promise<void> {
  if (ifMatch === undefined || ifMatch.trim() === '') throw ifMatchMissing({ id })
  const current = await lockLabels(tx, id)
  if (current === undefined) throw labelsNotFound({ id })
  if (!matchesEtag(ifMatch, current.etag)) throw labelsChanged({ id }, ifMatch)
}

async function getDataset(deps: LabelsDependencies, scope: Scope, id: string): Promise<DatasetSummary> {
  const dataset = await deps.findDataset(scope, id)
  if (dataset === undefined) throw datasetNotFound({ id })
  return dataset
}

async function getSchema(deps: LabelsDependencies, scope: Scope, id: string): Promise<ResolvedSchema> {
  const { schemaId } = await getDataset(deps, scope, id)
  const schema = await deps.findSchema(scope, schemaId)
  if (schema === undefined) throw invalidLabels(`The schema '${schemaId}' of dataset '${id}' is gone.`)
  return schema
}
