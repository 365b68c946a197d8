import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { checkEvolution } from './check-evolution.ts'
import { checkResource } from './check-resource.ts'
import { resourceNotFound } from './problems.ts'
import { type ChangeContext, changeRegistry, type Registry } from './registry-context.ts'
import type { Resource, TenantKind } from './resource.ts'
import { updateResource } from './resource-store.ts'

export interface ResourceChange {
  readonly kind: TenantKind
  /** `$id` or `meta:altId`. */
  readonly id: string
  /** The new body, made from the resource as it is. */
  readonly change: (current: Resource) => JsonObject
}

/** Changes a resource of the tenant and raises its minor version. Throws RegistryProblem 404 and 400. */
export function changeResource(
  registry: Registry,
  scope: Scope,
  wanted: ResourceChange,
): Promise<JsonObject> {
  return changeRegistry(registry, scope, (tx, readers) =>
    applyChange({ registry, readers, tx, scope }, wanted),
  )
}

/** The same as part of a larger change. */
export async function applyChange(
  context: ChangeContext,
  { kind, id, change }: ResourceChange,
): Promise<JsonObject> {
  const { registry, readers, tx, scope } = context
  const previous = await readers.resources.find(scope, 'tenant', kind, id)
  if (previous === undefined) throw resourceNotFound(id)
  const resource = await checkResource(readers, scope, {
    kind,
    id: previous.id,
    version: nextVersion(previous.version),
    body: change(previous),
    previous,
    now: registry.now(),
  })
  await checkEvolution(context, resource)
  await updateResource(tx, scope, resource)
  return resource.document
}

/** `1.0` becomes `1.1`; the major version never changes. */
function nextVersion(version: string): string {
  const [major = '1', minor = '0'] = version.split('.')
  return `${major}.${Number(minor) + 1}`
}
