import type { Scope } from '#http/scope.ts'
import { transact } from '#store/database.ts'
import type { WriteDependencies } from './create-mapping-set.ts'
import { readMappingSet } from './mapping-set-body.ts'
import { type MappingSetDocument, mappingSetDocument } from './mapping-set-document.ts'
import { assertMappings, getSchema } from './mapping-set-rules.ts'
import { insertVersion, lockNewest } from './mapping-set-store.ts'
import { mappingSetNotFound } from './problems.ts'

/**
 * Adds a version to a mapping set. Older versions stay as they are: a flow names the version that it uses.
 *
 * @throws {DataPrepProblem} 404, 400 as for a new set
 */
export async function updateMappingSet(
  { db, now, findSchema }: WriteDependencies,
  scope: Scope,
  { id, body }: { readonly id: string; readonly body: unknown },
): Promise<MappingSetDocument> {
  const input = readMappingSet(body)
  const schema = await getSchema(findSchema, scope, input.schemaRef.id)
  assertMappings(input, schema)
  const canonical = { ...input, schemaRef: { ...input.schemaRef, id: schema.id } }
  return transact(db, async (tx) => {
    const previous = await lockNewest(tx, scope, id)
    if (previous === undefined) throw mappingSetNotFound(id)
    const document = mappingSetDocument(canonical, { previous, userId: scope.userId, nowMs: now() })
    await insertVersion(tx, scope, document)
    return document
  })
}
