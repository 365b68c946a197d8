import type { Scope } from '#http/scope.ts'
import { isPrimaryIdentity } from './descriptor-rules.ts'
import { deleteDescriptorRow } from './descriptor-store.ts'
import { descriptorNotFound, resourceInUse } from './problems.ts'
import { changeRegistry, type Registry } from './registry-context.ts'
import { isInUnion } from './union-rules.ts'

/** Removes a descriptor, unless a union stands on it. Throws RegistryProblem 404 and 400. */
export function deleteDescriptor(registry: Registry, scope: Scope, id: string): Promise<void> {
  return changeRegistry(registry, scope, async (tx, readers) => {
    const descriptor = await readers.descriptors.find(scope, id)
    if (descriptor === undefined) throw descriptorNotFound(id)
    if (isPrimaryIdentity(descriptor)) {
      const schemaId = String(descriptor['xdm:sourceSchema'])
      const schema = await readers.resources.find(scope, 'tenant', 'schemas', schemaId)
      if (schema !== undefined && isInUnion(schema.document))
        throw resourceInUse(id, `the union of "${schema.title}"`)
    }
    await deleteDescriptorRow(tx, scope, id)
  })
}
