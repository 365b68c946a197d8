import type { MappingSetEntry } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { addVersion } from './add-version.ts'
import type { WriteDependencies } from './create-mapping-set.ts'

/**
 * Adds a version of a mapping set with other mappings; those of a field that has one keep what else is said of them.
 *
 * @returns its number
 * @throws {DataPrepProblem} 404, 400 as for a new set
 */
export async function replaceEntries(
  dependencies: WriteDependencies,
  scope: Scope,
  { id, entries }: { readonly id: string; readonly entries: readonly MappingSetEntry[] },
): Promise<number> {
  const { version } = await addVersion(dependencies, scope, id, (newest) => ({
    ...newest,
    mappings: entries.map(({ sourceType, source, destination }) => ({
      ...newest.mappings.find((mapping) => mapping.destination === destination),
      sourceType,
      source,
      destination,
    })),
  }))
  return version
}
