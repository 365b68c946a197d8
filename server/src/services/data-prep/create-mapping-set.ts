import type { FindSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { readMappingSet } from './mapping-set-body.ts'
import { type MappingSetDocument, mappingSetDocument } from './mapping-set-document.ts'
import { assertMappings, canonical, getSchema } from './mapping-set-rules.ts'
import { insertVersion } from './mapping-set-store.ts'

export interface WriteDependencies {
  readonly db: Database
  readonly now: () => number
  readonly findSchema: FindSchema
}

/**
 * Makes version 0 of a new mapping set.
 *
 * @throws {DataPrepProblem} 400 for an unreadable body, an unknown schema or mappings that can't work
 */
export async function createMappingSet(
  { db, now, findSchema }: WriteDependencies,
  scope: Scope,
  body: unknown,
): Promise<MappingSetDocument> {
  const input = readMappingSet(body)
  const schema = await getSchema(findSchema, scope, input.schemaRef.id)
  assertMappings(input, schema)
  const document = mappingSetDocument(canonical(input, schema.id), {
    previous: undefined,
    userId: scope.userId,
    nowMs: now(),
  })
  await insertVersion(db, scope, document)
  return document
}
