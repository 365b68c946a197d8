import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { DescriptorParams, ResourceListQuery } from '@headwater/contract/schema-registry.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { describeBodies, requireObjects } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import {
  checkDescriptorAccept,
  readDescriptorListAccept,
  readListAccept,
  readLookupAccept,
} from './accept.ts'
import { createResource } from './create-resource.ts'
import { deleteDescriptor } from './delete-descriptor.ts'
import { deleteResource } from './delete-resource.ts'
import { getDescriptor } from './get-descriptor.ts'
import { getResource } from './get-resource.ts'
import { getStats } from './get-stats.ts'
import { listDescriptors } from './list-descriptors.ts'
import { listResources } from './list-resources.ts'
import { patchResource } from './patch-resource.ts'
import {
  noSuchSandbox,
  REGISTRY_DENIAL,
  REGISTRY_FAMILY,
  readOnlyContainer,
  resourceNotFound,
} from './problems.ts'
import type { Registry } from './registry-context.ts'
import { replaceResource } from './replace-resource.ts'
import type { Container, Kind, TenantKind } from './resource.ts'
import { descriptorSchemas, resourceSchemas, STATS_SCHEMA, unionSchemas } from './route-schemas.ts'
import { createDescriptor, replaceDescriptor } from './save-descriptor.ts'

export interface SchemaRegistryDependencies extends Registry {
  readonly gateway: CommonGateway
}

/** `/data/foundation/schemaregistry`: classes, field groups, data types, schemas and their descriptors. */
export async function registerSchemaRegistry(
  app: FastifyInstance,
  deps: SchemaRegistryDependencies,
): Promise<void> {
  await app.register(
    async (plugin) => {
      describeBodies(plugin)
      requireObjects(plugin)
      writeErrors(plugin, REGISTRY_FAMILY)
      guardRoutes(plugin, {
        ...deps.gateway,
        sandboxNotFound: noSuchSandbox,
        area: 'Schemas',
        denial: REGISTRY_DENIAL,
      })
      plugin.get('/stats', { schema: STATS_SCHEMA }, (request) => getStats(deps, request.scope))
      addResourceRoutes(plugin, deps, 'schemas', 'schemas')
      addResourceRoutes(plugin, deps, 'classes', 'classes')
      addResourceRoutes(plugin, deps, 'fieldgroups', 'fieldgroups')
      addResourceRoutes(plugin, deps, 'mixins', 'fieldgroups')
      addResourceRoutes(plugin, deps, 'datatypes', 'datatypes')
      addReadRoutes(plugin, deps, 'behaviors', 'behaviors')
      addDescriptorRoutes(plugin, deps)
      addUnionRoutes(plugin, deps)
    },
    { prefix: '/data/foundation/schemaregistry' },
  )
}

function addResourceRoutes(
  app: FastifyInstance,
  registry: Registry,
  segment: string,
  kind: TenantKind,
): void {
  const schemas = resourceSchemas(segment)
  addReadRoutes(app, registry, segment, kind)
  app.post(`/:container/${segment}`, { schema: schemas.create }, async (request, reply) => {
    requireTenant(request)
    return reply
      .code(201)
      .send(await createResource(registry, request.scope, kind, request.body as JsonObject))
  })
  app.put(`/:container/${segment}/:id`, { schema: schemas.replace }, (request) =>
    replaceResource(
      registry,
      request.scope,
      { kind, id: requireTenant(request) },
      request.body as JsonObject,
    ),
  )
  app.patch(`/:container/${segment}/:id`, { schema: schemas.patch }, (request) =>
    patchResource(registry, request.scope, { kind, id: requireTenant(request) }, request.body),
  )
  app.delete(`/:container/${segment}/:id`, { schema: schemas.remove }, async (request, reply) => {
    await deleteResource(registry, request.scope, { kind, id: requireTenant(request) })
    return reply.code(204).send()
  })
}

function addReadRoutes(app: FastifyInstance, registry: Registry, segment: string, kind: Kind): void {
  const schemas = resourceSchemas(segment)
  app.get(`/:container/${segment}`, { schema: schemas.list }, (request) =>
    listResources(registry, request.scope, { ...listOf(request), container: containerOf(request), kind }),
  )
  app.get(`/:container/${segment}/:id`, { schema: schemas.get }, (request) =>
    getResource(registry, request.scope, {
      container: containerOf(request),
      kind,
      id: idOf(request),
      format: readLookupAccept(request.headers.accept),
    }),
  )
}

function addDescriptorRoutes(app: FastifyInstance, registry: Registry): void {
  const api = app.withTypeProvider<TypeBoxTypeProvider>()
  const path = '/tenant/descriptors'
  api.get(path, { schema: { ...descriptorSchemas.list, querystring: ResourceListQuery } }, (request) =>
    listDescriptors(registry, request.scope, {
      form: readDescriptorListAccept(request.headers.accept),
      query: request.query,
    }),
  )
  api.post(path, { schema: descriptorSchemas.create }, async (request, reply) =>
    reply.code(201).send(await createDescriptor(registry, request.scope, request.body as JsonObject)),
  )
  api.get(`${path}/:id`, { schema: { ...descriptorSchemas.get, params: DescriptorParams } }, (request) => {
    checkDescriptorAccept(request.headers.accept)
    return getDescriptor(registry, request.scope, request.params.id)
  })
  api.put(
    `${path}/:id`,
    { schema: { ...descriptorSchemas.replace, params: DescriptorParams } },
    async (request, reply) => {
      const body = request.body as JsonObject
      return reply.code(201).send(await replaceDescriptor(registry, request.scope, request.params.id, body))
    },
  )
  app.delete(
    `${path}/:id`,
    { schema: { ...descriptorSchemas.remove, params: DescriptorParams } },
    async (request, reply) => {
      await deleteDescriptor(registry, request.scope, idOf(request))
      return reply.code(204).send()
    },
  )
}

function addUnionRoutes(app: FastifyInstance, registry: Registry): void {
  app.get('/tenant/unions', { schema: unionSchemas.list }, (request) =>
    listResources(registry, request.scope, { ...listOf(request), container: 'tenant', kind: 'unions' }),
  )
  app.get('/tenant/unions/:id', { schema: unionSchemas.get }, (request) => {
    const id = idOf(request)
    const format = readLookupAccept(request.headers.accept)
    if (!id.endsWith('__union')) throw resourceNotFound(id, format.version)
    return getResource(registry, request.scope, { container: 'tenant', kind: 'schemas', id, format })
  })
}

function listOf(request: FastifyRequest) {
  return {
    format: readListAccept(request.headers.accept),
    query: request.query as ResourceListQuery,
    origin: `${request.protocol}://${request.host}`,
    path: request.url.split('?')[0] ?? '',
  }
}

function containerOf(request: FastifyRequest): Container {
  return (request.params as { container: Container }).container
}

/** Some clients encode the `$id` twice. What is no text when it is decoded again was not meant so. */
function idOf(request: FastifyRequest): string {
  const { id = '' } = request.params as { id?: string }
  try {
    const decoded = decodeURIComponent(id)
    return decoded.includes('\0') ? id : decoded
  } catch {
    return id
  }
}

/** The id of the resource to change, which has to be the tenant's own. */
function requireTenant(request: FastifyRequest): string {
  if (containerOf(request) === 'global') throw readOnlyContainer()
  return idOf(request)
}
