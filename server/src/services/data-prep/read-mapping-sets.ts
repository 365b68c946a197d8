import type { FindSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { MappingDocument, MappingSetDocument } from './mapping-set-document.ts'
import { type MappingSetListQuery, parseCount, parseFlag } from './mapping-set-list-query.ts'
import type { MappingSetReader } from './mapping-set-store.ts'
import { mappingNotFound, mappingSetNotFound } from './problems.ts'

export interface ReadDependencies {
  readonly mappingSets: MappingSetReader
  readonly findSchema: FindSchema
}

/**
 * One mapping set, the newest version unless the query names another.
 *
 * @throws {DataPrepProblem} 404, 400 for a version that is no number
 */
export async function getMappingSet(
  dependencies: ReadDependencies,
  scope: Scope,
  { id, query }: { readonly id: string; readonly query: Readonly<Record<string, unknown>> },
): Promise<MappingSetDocument> {
  const version = parseCount('version', query['version'], { min: 0, max: 2 ** 31 - 1 })
  const document = await dependencies.mappingSets.find(scope, id, version)
  if (document === undefined) throw mappingSetNotFound(id, version)
  return parseFlag(query['expandSchema']) ? withSchema(dependencies, scope, document) : document
}

/** A page of mapping sets in their newest versions. */
export async function listMappingSets(
  dependencies: ReadDependencies,
  scope: Scope,
  query: MappingSetListQuery,
) {
  const { sets, count } = await dependencies.mappingSets.list(scope, query)
  const data = query.isSchemaExpanded
    ? await Promise.all(sets.map((set) => withSchema(dependencies, scope, set)))
    : sets
  const hasNext = query.start + query.limit < count
  const next = `/data/foundation/conversion/mappingSets?start=${query.start + query.limit}&limit=${query.limit}`
  return { data, _page: { count, limit: query.limit }, _links: hasNext ? { next: { href: next } } : {} }
}

/** @throws {DataPrepProblem} 404 */
export async function getMapping(
  mappingSets: MappingSetReader,
  scope: Scope,
  { id, mappingId }: { readonly id: string; readonly mappingId: string },
): Promise<MappingDocument> {
  const document = await mappingSets.find(scope, id)
  if (document === undefined) throw mappingSetNotFound(id)
  const mapping = document.mappings.find((candidate) => candidate.id === mappingId)
  if (mapping === undefined) throw mappingNotFound(id, mappingId)
  return mapping
}

async function withSchema(
  { findSchema }: ReadDependencies,
  scope: Scope,
  document: MappingSetDocument,
): Promise<MappingSetDocument> {
  const schema = await findSchema(scope, document.outputSchema.schemaRef.id)
  return schema === undefined
    ? document
    : { ...document, outputSchema: { ...document.outputSchema, jsonSchema: schema.full } }
}
