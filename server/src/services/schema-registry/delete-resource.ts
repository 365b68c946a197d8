import type { Scope } from '#http/scope.ts'
import { resourceInUse, resourceNotFound } from './problems.ts'
import { changeRegistry, type Registry } from './registry-context.ts'
import type { TenantKind } from './resource.ts'
import { deleteResourceRow } from './resource-store.ts'

/** Removes a resource that nothing else uses. Throws RegistryProblem 404 and 400. */
export function deleteResource(
  registry: Registry,
  scope: Scope,
  target: { readonly kind: TenantKind; readonly id: string },
): Promise<void> {
  return changeRegistry(registry, scope, async (tx, readers) => {
    const resource = await readers.resources.find(scope, 'tenant', target.kind, target.id)
    if (resource === undefined) throw resourceNotFound(target.id)
    const user = await readers.resources.findUser(scope, resource.id)
    if (user !== undefined) throw resourceInUse(resource.id, `"${user.title}" (${user.id})`)
    if (target.kind === 'schemas' && (await registry.hasDatasets?.(scope, resource.id))) {
      throw resourceInUse(resource.id, 'a dataset')
    }
    await deleteResourceRow(tx, scope, resource.id)
  })
}
