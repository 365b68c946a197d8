import type { Scope } from '#http/scope.ts'
import { applyPatch, PatchError, type PatchOperation, parsePatch } from '#json-patch/apply-patch.ts'
import type { JsonObject } from '#kit/json.ts'
import { changeResource } from './change-resource.ts'
import { invalidResource } from './problems.ts'
import type { Registry } from './registry-context.ts'
import type { TenantKind } from './resource.ts'

/** Applies a JSON Patch to a resource: all of it or nothing. */
export async function patchResource(
  registry: Registry,
  scope: Scope,
  target: { readonly kind: TenantKind; readonly id: string },
  body: unknown,
): Promise<JsonObject> {
  const document = await changeResource(registry, scope, {
    ...target,
    change: (current) => patch(current.document, body),
  })
  return { ...document, 'meta:descriptorStatus': { result: [] } }
}

/** Lists that clients append to although a resource may be without them. */
const APPENDABLE = ['/meta:immutableTags', '/meta:intendedToExtend', '/meta:extends', '/allOf']

function patch(document: JsonObject, body: unknown): JsonObject {
  try {
    const operations = parsePatch(body).map(normalise)
    return applyPatch(withLists(document, operations), operations)
  } catch (error) {
    throw error instanceof PatchError ? invalidResource(error.message) : error
  }
}

/** A published example writes `/meta:immutableTags-` for `/meta:immutableTags/-`. */
function normalise(operation: PatchOperation): PatchOperation {
  const list = APPENDABLE.find((path) => operation.path === `${path}-`)
  return list === undefined ? operation : { ...operation, path: `${list}/-` }
}

function withLists(document: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  const missing = APPENDABLE.filter(
    (path) => document[path.slice(1)] === undefined && operations.some(({ path: at }) => at === `${path}/-`),
  )
  return { ...document, ...Object.fromEntries(missing.map((path) => [path.slice(1), []])) }
}
