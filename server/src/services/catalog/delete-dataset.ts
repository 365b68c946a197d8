import type { Scope } from '#http/scope.ts'
import { type Database, transact } from '#store/database.ts'
import type { CatalogLake } from './catalog-lake.ts'
import { formatVersion } from './dataset-document.ts'
import { assertVersion } from './dataset-rules.ts'
import {
  deleteDataset as deleteStoredDataset,
  findTargetingFlow,
  lakeTableOf,
  lockDataset,
} from './dataset-store.ts'
import { badRequest, notFound } from './problems.ts'

export interface DeleteDatasetRequest {
  readonly scope: Scope
  readonly id: string
  readonly ifMatch: string | undefined
  /** Even while a flow writes into it; its next run fails then. */
  readonly isForced: boolean
}

/**
 * Deletes a dataset with its batches, its table and all files of it. What is left of the files when the lake can't be
 * reached at that moment is removed later.
 *
 * @throws {PlainProblem} 404, 412 when the version is another, 400 while a flow writes into it
 */
export async function deleteDataset(
  { db, lake }: { readonly db: Database; readonly lake: Pick<CatalogLake, 'removeAll'> },
  { scope, id, ifMatch, isForced }: DeleteDatasetRequest,
): Promise<void> {
  const table = await transact(db, async (tx) => {
    const dataset = await lockDataset(tx, scope, id)
    if (dataset === undefined) throw notFound('dataset', id)
    assertVersion('Dataset', id, { given: ifMatch, current: formatVersion(dataset.version) })
    const flow = isForced ? undefined : await findTargetingFlow(tx, id)
    if (flow !== undefined) {
      throw badRequest(
        `Dataset '${id}' is the target of the flow '${flow.name}' (${flow.id}). Delete the flow first, or send force=true to have the dataset deleted all the same.`,
      )
    }
    const stored = await lakeTableOf(tx, id)
    await deleteStoredDataset(tx, id)
    return stored
  })
  if (table !== undefined) await lake.removeAll(`${table.location}/`)
}
