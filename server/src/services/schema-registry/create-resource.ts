import type { Scope } from '#http/scope.ts'
import { newHexId } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { checkResource } from './check-resource.ts'
import { type ChangeContext, changeRegistry, type Registry } from './registry-context.ts'
import { resourceTypeOf, type TenantKind } from './resource.ts'
import { insertResource } from './resource-store.ts'

/** Makes a resource of the tenant. Throws RegistryProblem 400. */
export function createResource(
  registry: Registry,
  scope: Scope,
  kind: TenantKind,
  body: JsonObject,
): Promise<JsonObject> {
  return changeRegistry(registry, scope, (tx, readers) =>
    addResource({ registry, readers, tx, scope }, kind, body),
  )
}

/** Makes a resource as part of a change. Throws RegistryProblem 400. */
export async function addResource(
  { registry, readers, tx, scope }: ChangeContext,
  kind: TenantKind,
  body: JsonObject,
): Promise<JsonObject> {
  const id = `https://ns.adobe.com/${scope.tenantId}/${resourceTypeOf(kind)}/${newHexId(48)}`
  const now = registry.now()
  const resource = await checkResource(readers, scope, { kind, id, version: '1.0', body, now })
  await insertResource(tx, scope, resource)
  return resource.document
}
