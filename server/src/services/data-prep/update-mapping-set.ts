import type { Scope } from '#http/scope.ts'
import { addVersion } from './add-version.ts'
import type { WriteDependencies } from './create-mapping-set.ts'
import type { MappingSetDocument } from './mapping-set-document.ts'

/**
 * Puts another content in the place of a mapping set's, as its next version.
 *
 * @throws {DataPrepProblem} 404, 400 as for a new set
 */
export async function updateMappingSet(
  dependencies: WriteDependencies,
  scope: Scope,
  { id, body }: { readonly id: string; readonly body: unknown },
): Promise<MappingSetDocument> {
  return await addVersion(dependencies, scope, id, () => body)
}
