import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { descriptorNotFound } from './problems.ts'
import { type Registry, readersOf } from './registry-context.ts'

/** One descriptor with who made it and when. Throws RegistryProblem 404. */
export async function getDescriptor(registry: Registry, scope: Scope, id: string): Promise<JsonObject> {
  const descriptor = await readersOf(registry).descriptors.find(scope, id)
  if (descriptor === undefined) throw descriptorNotFound(id)
  return descriptor
}
