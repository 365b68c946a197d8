import type { Scope } from '#http/scope.ts'
import { resourceInUse, resourceNotFound } from './problems.ts'
import { type ChangeContext, changeRegistry, type Registry } from './registry-context.ts'
import type { Resource, TenantKind } from './resource.ts'
import { deleteResourceRow } from './resource-store.ts'
import { isInUnion } from './union-rules.ts'

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
    if (target.kind === 'schemas') await checkSchema({ registry, readers, tx, scope }, resource)
    await deleteResourceRow(tx, scope, resource.id)
  })
}

/** What stands on a schema keeps it: datasets, its union, and relationships of others. */
async function checkSchema({ registry, readers, tx, scope }: ChangeContext, schema: Resource): Promise<void> {
  const [dataset] = await registry.findDatasets(tx, scope, schema.id)
  if (dataset !== undefined) throw resourceInUse(schema.id, `the dataset "${dataset.name}" (${dataset.id})`)
  if (isInUnion(schema.document)) throw resourceInUse(schema.id, 'the union of its class')
  const [descriptor] = await readers.descriptors.listLeadingTo(scope, schema.id)
  if (descriptor !== undefined)
    throw resourceInUse(schema.id, `the descriptor ${String(descriptor['@id'])} of another schema`)
}
