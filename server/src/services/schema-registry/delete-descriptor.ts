import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { isPrimaryIdentity } from './descriptor-rules.ts'
import { deleteDescriptorRow } from './descriptor-store.ts'
import { ONE_TO_ONE, REFERENCE_IDENTITY } from './descriptor-types.ts'
import { descriptorNotFound, resourceInUse } from './problems.ts'
import { changeRegistry, type Readers, type Registry } from './registry-context.ts'
import { isInUnion } from './union-rules.ts'

/** Removes a descriptor, unless a union or a relationship stands on it. Throws RegistryProblem 404 and 400. */
export function deleteDescriptor(registry: Registry, scope: Scope, id: string): Promise<void> {
  return changeRegistry(registry, scope, async (tx, readers) => {
    const descriptor = await readers.descriptors.find(scope, id)
    if (descriptor === undefined) throw descriptorNotFound(id)
    if (isPrimaryIdentity(descriptor)) await checkUnion(readers, scope, descriptor)
    if (descriptor['@type'] === REFERENCE_IDENTITY) await checkRelationships(readers, scope, descriptor)
    await deleteDescriptorRow(tx, scope, id)
  })
}

async function checkUnion(readers: Readers, scope: Scope, descriptor: JsonObject): Promise<void> {
  const schemaId = String(descriptor['xdm:sourceSchema'])
  const schema = await readers.resources.find(scope, 'tenant', 'schemas', schemaId)
  if (schema !== undefined && isInUnion(schema.document))
    throw resourceInUse(String(descriptor['@id']), `the union of "${schema.title}"`)
}

async function checkRelationships(readers: Readers, scope: Scope, descriptor: JsonObject): Promise<void> {
  const { '@id': id, 'xdm:sourceSchema': schemaId, 'xdm:sourceProperty': property } = descriptor
  const siblings = await readers.descriptors.listOf(scope, [String(schemaId)])
  const user = siblings.find(
    (sibling) => sibling['@type'] === ONE_TO_ONE && sibling['xdm:sourceProperty'] === property,
  )
  if (user !== undefined) throw resourceInUse(String(id), `the relationship ${String(user['@id'])}`)
}
