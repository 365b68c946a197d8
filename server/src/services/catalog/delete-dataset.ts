import type { Scope } from '#http/scope.ts'
import { type Database, transact } from '#store/database.ts'
import { formatVersion } from './dataset-document.ts'
import { assertVersion } from './dataset-rules.ts'
import { deleteDataset as deleteStoredDataset, findTargetingFlow, lockDataset } from './dataset-store.ts'
import { badRequest, notFound } from './problems.ts'

export interface DeleteDatasetRequest {
  readonly scope: Scope
  readonly id: string
  readonly ifMatch: string | undefined
}

/**
 * Deletes a dataset and forgets its batches and its table.
 *
 * @throws {PlainProblem} 404, 412 when the version is another, 400 while a flow writes into it
 */
export async function deleteDataset(
  db: Database,
  { scope, id, ifMatch }: DeleteDatasetRequest,
): Promise<void> {
  await transact(db, async (tx) => {
    const dataset = await lockDataset(tx, scope, id)
    if (dataset === undefined) throw notFound('dataset', id)
    assertVersion(id, ifMatch, formatVersion(dataset.version))
    const flow = await findTargetingFlow(tx, id)
    if (flow !== undefined) {
      throw badRequest(
        `Dataset '${id}' is the target of the flow '${flow.name}' (${flow.id}). Delete the flow first.`,
      )
    }
    await deleteStoredDataset(tx, id)
  })
}
