import type { Scope } from '#http/scope.ts'
import { type Database, transact } from '#store/database.ts'
import { deleteVersions, findMappingFlow, lockNewest } from './mapping-set-store.ts'
import { badRequest, mappingSetNotFound } from './problems.ts'

/**
 * Deletes a mapping set with all its versions.
 *
 * @throws {DataPrepProblem} 404, 400 while a flow uses it
 */
export async function deleteMappingSet(db: Database, scope: Scope, id: string): Promise<void> {
  await transact(db, async (tx) => {
    if ((await lockNewest(tx, scope, id)) === undefined) throw mappingSetNotFound(id)
    const flow = await findMappingFlow(tx, scope, id)
    if (flow !== undefined) {
      throw badRequest(
        `The mapping set '${id}' is used by the flow '${flow.name}' (${flow.id}). Delete the flow first.`,
      )
    }
    await deleteVersions(tx, scope, id)
  })
}
