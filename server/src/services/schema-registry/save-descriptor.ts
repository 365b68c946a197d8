import type { Scope } from '#http/scope.ts'
import { newHexId } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Tx } from '#store/database.ts'
import { checkDescriptor, IDENTITY, readDescriptorHead } from './descriptor-rules.ts'
import { insertDescriptor, updateDescriptor } from './descriptor-store.ts'
import { descriptorNotFound, invalidDescriptor } from './problems.ts'
import { changeRegistry, type Readers, type Registry } from './registry-context.ts'
import { omit } from './schema-tree.ts'

/** Makes a descriptor. Throws RegistryProblem 400. */
export function createDescriptor(registry: Registry, scope: Scope, body: JsonObject): Promise<JsonObject> {
  return changeRegistry(registry, scope, async (tx, readers) => {
    const descriptor = await compose(readers, scope, { id: newHexId(48), body })
    await insertDescriptor(tx, scope, stamp(descriptor, scope, registry.now()))
    return descriptor
  })
}

/** Gives a descriptor a new body. Throws RegistryProblem 404 and 400. */
export function replaceDescriptor(
  registry: Registry,
  scope: Scope,
  id: string,
  body: JsonObject,
): Promise<JsonObject> {
  return changeRegistry(registry, scope, async (tx: Tx, readers) => {
    const previous = await readers.descriptors.find(scope, id)
    if (previous === undefined) throw descriptorNotFound(id)
    const descriptor = await compose(readers, scope, { id, body })
    const { createdUser, createdClient, created } = previous
    const stamped = { ...stamp(descriptor, scope, registry.now()), createdUser, createdClient, created }
    await updateDescriptor(tx, scope, stamped)
    return descriptor
  })
}

/** What only the registry says of a descriptor. */
const REGISTRY_KEYS: ReadonlySet<string> = new Set([
  '@id',
  'imsOrg',
  'version',
  'meta:containerId',
  'meta:sandboxId',
  'meta:sandboxType',
  'createdUser',
  'createdClient',
  'updatedUser',
  'created',
  'updated',
])

async function compose(
  readers: Readers,
  scope: Scope,
  draft: { readonly id: string; readonly body: JsonObject },
): Promise<JsonObject> {
  const body = omit(draft.body, REGISTRY_KEYS)
  const { schemaId } = readDescriptorHead(body)
  const schema = await readers.resources.find(scope, 'tenant', 'schemas', schemaId)
  if (schema === undefined)
    throw invalidDescriptor(`The schema ${schemaId} of xdm:sourceSchema does not exist.`)
  const find = await readers.resources.loadReferences(scope, [schema.document])
  const checked = { ...checkDescriptor(body, schema, find), 'xdm:sourceSchema': schema.id }
  await checkPrimary(readers, scope, draft.id, checked)
  return {
    '@id': draft.id,
    ...checked,
    imsOrg: scope.orgId,
    version: '1',
    'meta:containerId': 'tenant',
    'meta:sandboxId': scope.sandbox.id,
    'meta:sandboxType': scope.sandbox.type,
  }
}

/** A schema has at most one primary identity. */
async function checkPrimary(
  readers: Readers,
  scope: Scope,
  id: string,
  descriptor: JsonObject,
): Promise<void> {
  if (descriptor['@type'] !== IDENTITY || descriptor['xdm:isPrimary'] !== true) return
  const other = await readers.descriptors.findPrimaryIdentity(scope, String(descriptor['xdm:sourceSchema']))
  if (other === undefined || other['@id'] === id) return
  throw invalidDescriptor(
    `The schema has the primary identity ${String(other['xdm:sourceProperty'])} (${String(other['@id'])}) already. ` +
      'A schema has one; make this one not primary or remove the other.',
  )
}

function stamp(descriptor: JsonObject, scope: Scope, now: number): JsonObject {
  return {
    ...descriptor,
    createdUser: scope.userId,
    createdClient: scope.clientId,
    updatedUser: scope.userId,
    created: now,
    updated: now,
  }
}
