import type { Scope } from '#http/scope.ts'
import { transact } from '#store/database.ts'
import type { WriteDependencies } from './create-mapping-set.ts'
import { type MappingSetInput, readMappingSet } from './mapping-set-body.ts'
import { type MappingSetDocument, mappingSetDocument } from './mapping-set-document.ts'
import { assertMappings, canonical, getSchema } from './mapping-set-rules.ts'
import { insertVersion, lockNewest, MappingSetReader } from './mapping-set-store.ts'
import { mappingSetNotFound } from './problems.ts'

/**
 * Adds a version to a mapping set. Older versions stay as they are: a flow names the version that it uses.
 *
 * @param change gives the body of the new version, from the newest one
 * @throws {DataPrepProblem} 404, 400 as for a new set
 */
export async function addVersion(
  dependencies: WriteDependencies,
  scope: Scope,
  id: string,
  change: (newest: MappingSetDocument) => unknown,
): Promise<MappingSetDocument> {
  const reader = new MappingSetReader(dependencies.db)
  for (;;) {
    const newest = await reader.find(scope, id)
    if (newest === undefined) throw mappingSetNotFound(id)
    const input = await readChecked(dependencies, scope, change(newest))
    const added = await storeAfter(dependencies, scope, newest, input)
    // Else somebody was faster, and the change has to be made to what they stored.
    if (added !== undefined) return added
  }
}

/** Looks things up, and so must not hold a transaction meanwhile. */
async function readChecked(
  { findSchema }: WriteDependencies,
  scope: Scope,
  body: unknown,
): Promise<MappingSetInput> {
  const input = readMappingSet(body)
  const schema = await getSchema(findSchema, scope, input.schemaRef.id)
  assertMappings(input, schema)
  return canonical(input, schema.id)
}

/** `undefined` when `newest` is no longer the newest. */
async function storeAfter(
  { db, now }: WriteDependencies,
  scope: Scope,
  newest: MappingSetDocument,
  input: MappingSetInput,
): Promise<MappingSetDocument | undefined> {
  return await transact(db, async (tx) => {
    const previous = await lockNewest(tx, scope, newest.id)
    if (previous === undefined) throw mappingSetNotFound(newest.id)
    if (previous.version !== newest.version) return undefined
    const document = mappingSetDocument(input, { previous, userId: scope.userId, nowMs: now() })
    await insertVersion(tx, scope, document)
    return document
  })
}
