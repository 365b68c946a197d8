import type { Scope } from '#http/scope.ts'
import { addVersion } from './add-version.ts'
import type { WriteDependencies } from './create-mapping-set.ts'
import type { MappingDocument } from './mapping-set-document.ts'
import { mappingNotFound } from './problems.ts'

/** One mapping of a set; `body` is what it becomes. */
export interface MappingChange {
  readonly id: string
  readonly mappingId: string
  readonly body: unknown
}

/**
 * Adds a mapping to a set, which gets its next version.
 *
 * @throws {DataPrepProblem} 404, 400 as for a set with it
 */
export async function createMapping(
  dependencies: WriteDependencies,
  scope: Scope,
  { id, body }: Omit<MappingChange, 'mappingId'>,
): Promise<MappingDocument> {
  const { mappings } = await addVersion(dependencies, scope, id, (newest) => ({
    ...newest,
    mappings: [...newest.mappings, { ...Object(body), id: null }],
  }))
  const made = mappings.at(-1)
  if (made === undefined) throw new Error('a set with a new mapping has none')
  return made
}

/**
 * Puts another mapping in the place of one, in the next version of its set.
 *
 * @throws {DataPrepProblem} 404, 400 as for a set with it
 */
export async function replaceMapping(
  dependencies: WriteDependencies,
  scope: Scope,
  { id, mappingId, body }: MappingChange,
): Promise<MappingDocument> {
  const { mappings } = await addVersion(dependencies, scope, id, (newest) => ({
    ...newest,
    mappings: newest.mappings.with(placeOf(newest, mappingId), { ...Object(body), id: mappingId }),
  }))
  return mappings.find((mapping) => mapping.id === mappingId) ?? notThere(id, mappingId)
}

/**
 * Takes a mapping out of its set, which gets its next version.
 *
 * @throws {DataPrepProblem} 404
 */
export async function deleteMapping(
  dependencies: WriteDependencies,
  scope: Scope,
  { id, mappingId }: Omit<MappingChange, 'body'>,
): Promise<void> {
  await addVersion(dependencies, scope, id, (newest) => ({
    ...newest,
    mappings: newest.mappings.toSpliced(placeOf(newest, mappingId), 1),
  }))
}

function placeOf(
  { id, mappings }: { readonly id: string; readonly mappings: readonly MappingDocument[] },
  mappingId: string,
): number {
  const place = mappings.findIndex((mapping) => mapping.id === mappingId)
  return place < 0 ? notThere(id, mappingId) : place
}

function notThere(id: string, mappingId: string): never {
  throw mappingNotFound(id, mappingId)
}
