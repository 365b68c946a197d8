import type { Scope } from '#http/scope.ts'
import { newHexId } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Tx } from '#store/database.ts'
import type { DescribedResource } from './descriptor-fields.ts'
import { checkDescriptor, readDescriptorHead } from './descriptor-rules.ts'
import { insertDescriptor, updateDescriptor } from './descriptor-store.ts'
import { IDENTITY, identityProperty, REFERENCE_IDENTITY } from './descriptor-types.ts'
import { descriptorNotFound, invalidDescriptor } from './problems.ts'
import { changeRegistry, type Readers, type Registry } from './registry-context.ts'
import { resolveFull } from './resolve-full.ts'
import { behaviorOf } from './resource-rules.ts'
import { omit } from './schema-tree.ts'

/** Makes a descriptor. Throws RegistryProblem 400. */
export async function createDescriptor(
  registry: Registry,
  scope: Scope,
  body: JsonObject,
): Promise<JsonObject> {
  // Outside of the transaction, which holds one connection to the database already.
  await checkNamespaces(registry, scope, body)
  return await changeRegistry(registry, scope, async (tx, readers) => {
    const descriptor = await compose(readers, scope, { id: newHexId(48), body })
    await insertDescriptor(tx, scope, stamp(descriptor, scope, registry.now()))
    return descriptor
  })
}

/** Gives a descriptor a new body. Throws RegistryProblem 404 and 400. */
export async function replaceDescriptor(
  registry: Registry,
  scope: Scope,
  id: string,
  body: JsonObject,
): Promise<JsonObject> {
  await checkNamespaces(registry, scope, body)
  return await changeRegistry(registry, scope, async (tx: Tx, readers) => {
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
  const source = await readDescribed(readers, scope, schemaId)
  if (source === undefined)
    throw invalidDescriptor(`The schema ${schemaId} of xdm:sourceSchema does not exist.`)
  const descriptors = await readers.descriptors.listOf(scope, [source.resource.id])
  const checked = await checkDescriptor(body, {
    source,
    siblings: descriptors.filter((other) => other['@id'] !== draft.id),
    findSchema: async (id) => {
      const found = await readDescribed(readers, scope, id)
      return found?.resource.kind === 'schemas' ? found : undefined
    },
  })
  return {
    '@id': draft.id,
    ...checked,
    'xdm:sourceSchema': source.resource.id,
    imsOrg: scope.orgId,
    version: '1',
    'meta:containerId': 'tenant',
    'meta:sandboxId': scope.sandbox.id,
    'meta:sandboxType': scope.sandbox.type,
  }
}

/** A resource of the tenant with all its fields. */
async function readDescribed(
  readers: Readers,
  scope: Scope,
  id: string,
): Promise<DescribedResource | undefined> {
  const resource = await readers.resources.findTenant(scope, id)
  if (resource === undefined) return undefined
  const find = await readers.resources.loadReferences(scope, [resource.document])
  return {
    resource,
    full: resolveFull(resource.document, (other) => find(other)?.document),
    behavior: resource.kind === 'schemas' ? behaviorOf(resource.document, find) : undefined,
  }
}

/** The namespaces that a descriptor names have to exist. Throws RegistryProblem 400. */
async function checkNamespaces(registry: Registry, scope: Scope, body: JsonObject): Promise<void> {
  const { 'xdm:namespace': namespace, 'xdm:identityNamespace': referred } = body
  if (body['@type'] === IDENTITY && (typeof namespace === 'string' || typeof namespace === 'number')) {
    const by = identityProperty(body) === 'xdm:id' ? 'id' : 'code'
    await requireNamespace(registry, scope, { by, value: String(namespace) })
  }
  if (body['@type'] === REFERENCE_IDENTITY && typeof referred === 'string')
    await requireNamespace(registry, scope, { by: 'code', value: referred })
}

async function requireNamespace(
  { findNamespace }: Registry,
  scope: Scope,
  wanted: { readonly by: 'code' | 'id'; readonly value: string },
): Promise<void> {
  if ((await findNamespace(scope, wanted)) !== undefined) return
  throw invalidDescriptor(
    `There is no identity namespace with the ${wanted.by} ${wanted.value}. ` +
      'List those that there are at /data/core/idnamespace/identities, or make one there.',
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
