import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { changeResource } from './change-resource.ts'
import type { Registry } from './registry-context.ts'
import type { TenantKind } from './resource.ts'

/** Gives a resource a new body; what the registry itself says of it is kept. */
export function replaceResource(
  registry: Registry,
  scope: Scope,
  target: { readonly kind: TenantKind; readonly id: string },
  body: JsonObject,
): Promise<JsonObject> {
  return changeResource(registry, scope, { ...target, change: () => body })
}
