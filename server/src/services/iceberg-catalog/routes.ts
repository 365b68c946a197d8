import * as contract from '@headwater/contract/iceberg-catalog.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientSignal } from '#http/client-signal.ts'
import { describeOnly } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { holds } from '#http/permissions.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { type CatalogLakeFiles, loadTable } from './load-table.ts'
import { cutPage, parsePage } from './paging.ts'
import {
  CATALOG_DENIAL,
  CATALOG_ERRORS,
  CATALOG_FAMILY,
  CATALOG_REFUSALS,
  noSuchNamespace,
  noSuchTable,
} from './problems.ts'
import { TableReader } from './table-reader.ts'

export interface IcebergCatalogDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
  readonly files: CatalogLakeFiles
  readonly storageConfig: Readonly<Record<string, string>>
  /** The sandboxes of an organisation that can be worked in, by name. */
  readonly listSandboxes: (orgId: string) => Promise<readonly Scope['sandbox'][]>
}

const PREFIX = '/iceberg/v1'
const tags = ['Iceberg']
const { IcebergTableUnknown } = CATALOG_ERRORS

interface Paths {
  readonly namespace?: string
  readonly table?: string
}
type InNamespace = { Params: { namespace: string }; Querystring: { pageToken?: string; pageSize?: string } }
type OfTable = { Params: { namespace: string; table: string } }

/**
 * Serves Iceberg's REST catalog, for reading: sandboxes are namespaces, datasets are tables. Engines know nothing of
 * the platform's headers, so the token says who asks and the path in which sandbox.
 */
export async function registerIcebergCatalog(
  app: FastifyInstance,
  dependencies: IcebergCatalogDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: PREFIX })
}

function serve(service: FastifyInstance, dependencies: IcebergCatalogDependencies): void {
  describeOnly(service)
  writeErrors(service, CATALOG_FAMILY)
  addErrors(service, [CATALOG_ERRORS.IcebergNamespaceUnknown])
  guardRoutes(service, {
    ...dependencies.gateway,
    sandboxNotFound: noSuchNamespace,
    refusals: CATALOG_REFUSALS,
    sandboxOf: (request) => (request.params as Paths).namespace,
    placeOf: async (request, scope) => (namesSandbox(request) ? { sandboxId: scope.sandbox.id } : 'anywhere'),
    area: 'Datasets',
    denial: CATALOG_DENIAL,
  })
  service.addHook('onRequest', async (request) => {
    const { namespace } = request.params as Paths
    // A header may name a sandbox as well; a request is about one of them only.
    if (namespace !== undefined && namespace !== request.scope.sandbox.name) throw noSuchNamespace(namespace)
  })
  serveNamespaces(service, dependencies)
  serveTables(service, dependencies)
}

/** By its path or by the platform's headers. */
function namesSandbox({ params, headers }: FastifyRequest): boolean {
  const { namespace } = params as Paths
  return [namespace, headers['x-sandbox-name'], headers['x-sandbox-id']].some((name) => name !== undefined)
}

const ENDPOINTS = [
  'GET /v1/{prefix}/namespaces',
  'GET /v1/{prefix}/namespaces/{namespace}',
  'HEAD /v1/{prefix}/namespaces/{namespace}',
  'GET /v1/{prefix}/namespaces/{namespace}/tables',
  'GET /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics',
]

function serveNamespaces(
  service: FastifyInstance,
  { listSandboxes }: Pick<IcebergCatalogDependencies, 'listSandboxes'>,
): void {
  service.get('/config', {
    schema: {
      tags,
      operationId: 'getIcebergConfig',
      permission: 'none',
      summary: 'What an engine has to know of the catalog',
      querystring: contract.CatalogQuery,
      response: { 200: contract.CatalogConfig },
    },
    handler: async () => ({ defaults: {}, overrides: {}, endpoints: ENDPOINTS }),
  })
  service.get<{ Querystring: InNamespace['Querystring'] & { parent?: string } }>('/namespaces', {
    schema: {
      tags,
      operationId: 'listIcebergNamespaces',
      summary: 'List the sandboxes whose datasets the client may view',
      querystring: contract.NamespacesQuery,
      response: { 200: contract.NamespaceList },
    },
    handler: async (request) => {
      const { scope, query } = request
      const page = parsePage(query)
      const all = namesSandbox(request) ? [scope.sandbox] : await listSandboxes(scope.orgId)
      const seen = all.filter(({ id }) => holds(scope.grants, 'View Datasets', { sandboxId: id }))
      const names = seen.map(({ name }) => name).filter((name) => name > page.after)
      const { names: shown, next } = cutPage(names.sort(), page)
      const namespaces = query.parent ? [] : shown.map((name) => [name])
      return { namespaces, ...(next !== undefined && { 'next-page-token': next }) }
    },
  })
  const schema = { tags, params: contract.NamespacePath }
  service.get<InNamespace>('/namespaces/:namespace', {
    exposeHeadRoute: false,
    schema: {
      ...schema,
      operationId: 'getIcebergNamespace',
      summary: 'Describe a sandbox',
      response: { 200: contract.Namespace },
    },
    handler: async ({ scope: { sandbox } }) => ({
      namespace: [sandbox.name],
      properties: { 'headwater.sandbox-type': sandbox.type },
    }),
  })
  service.head<InNamespace>('/namespaces/:namespace', {
    schema: {
      ...schema,
      operationId: 'hasIcebergNamespace',
      summary: 'Whether there is a sandbox',
      response: { 204: nothing('There is') },
    },
    handler: async (_request, reply) => reply.code(204).send(),
  })
}

/** An answer without a body. */
const nothing = (description: string) => ({ description, content: {} }) as const

function serveTables(
  service: FastifyInstance,
  { db, files, storageConfig }: IcebergCatalogDependencies,
): void {
  const reader = new TableReader(db)
  service.get<InNamespace>('/namespaces/:namespace/tables', {
    schema: {
      tags,
      operationId: 'listIcebergTables',
      summary: 'List the datasets of a sandbox as tables',
      params: contract.NamespacePath,
      querystring: contract.TablesQuery,
      response: { 200: contract.TableList },
    },
    handler: async ({ scope, params, query }) => {
      const page = parsePage(query)
      const { names, next } = cutPage(await reader.listNames(scope, page), page)
      const identifiers = names.map((name) => ({ namespace: [params.namespace], name }))
      return { identifiers, ...(next !== undefined && { 'next-page-token': next }) }
    },
  })
  const schema = {
    tags,
    errors: [IcebergTableUnknown],
    params: contract.TablePath,
  }
  service.get<OfTable>('/namespaces/:namespace/tables/:table', {
    exposeHeadRoute: false,
    schema: {
      ...schema,
      operationId: 'loadIcebergTable',
      summary: 'Load the current metadata of a table',
      response: { 200: contract.LoadedTable, 304: nothing('The client has it already') },
    },
    handler: async (request, reply) => {
      const { scope, params, headers } = request
      const ifNoneMatch = headers['if-none-match']
      const asked = { ...params, ifNoneMatch, signal: clientSignal(reply) }
      const { etag, text } = await loadTable({ reader, files, storageConfig }, scope, asked)
      reply.header('etag', etag)
      return text === undefined ? reply.code(304).send() : reply.type('application/json').send(text)
    },
  })
  const assertThere = async ({ scope, params }: FastifyRequest<OfTable>, reply: FastifyReply) => {
    const { namespace, table } = params
    if ((await reader.findMetadataKey(scope, table)) === undefined) throw noSuchTable(namespace, table)
    return reply.code(204).send()
  }
  service.head<OfTable>('/namespaces/:namespace/tables/:table', {
    schema: {
      ...schema,
      operationId: 'hasIcebergTable',
      summary: 'Whether there is a table',
      response: { 204: nothing('There is') },
    },
    handler: assertThere,
  })
  service.post<OfTable>('/namespaces/:namespace/tables/:table/metrics', {
    schema: {
      ...schema,
      operationId: 'reportIcebergMetrics',
      permission: 'View Datasets',
      summary: 'Take what an engine reports of a scan; nothing is done with it',
      response: { 204: nothing('Taken') },
    },
    handler: assertThere,
  })
}
