import * as contract from '@headwater/contract/catalog.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { PLAIN_DENIAL, PLAIN_FAMILY, writeErrors } from '#http/error-writer.ts'
import type { FindSchema } from '#http/neighbours.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import { BatchReader } from './batch-store.ts'
import { changeDataset, patchOf } from './change-dataset.ts'
import { type CreateLakeTable, createDataset } from './create-dataset.ts'
import { DatasetReader } from './dataset-store.ts'
import { deleteDataset } from './delete-dataset.ts'
import { projectDocument } from './list-documents.ts'
import { CREATED_BOUNDS, type ListDialect, parseListQuery, parseProperties } from './list-query.ts'
import { CATALOG_ERRORS, notFound, sandboxNotFound } from './problems.ts'

export interface CatalogDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
  readonly now: () => number
  readonly findSchema: FindSchema
  readonly createLakeTable: CreateLakeTable
}

const DATASETS: ListDialect = { bounds: CREATED_BOUNDS, aliases: {}, synonyms: {} }

/** Both words for a state are in use; a filter for one means both. */
const STATUS_SYNONYMS = { success: 'active', active: 'success', failed: 'failure', failure: 'failed' }

const BATCHES: ListDialect = {
  bounds: {
    ...CREATED_BOUNDS,
    startAfter: { property: 'started', operator: '>' },
    startBefore: { property: 'started', operator: '<' },
    endAfter: { property: 'completed', operator: '>' },
    endBefore: { property: 'completed', operator: '<' },
  },
  aliases: { dataSetId: 'dataSet', datasetId: 'dataSet', batchId: 'batch' },
  synonyms: { status: STATUS_SYNONYMS },
}

const FILES: ListDialect = {
  bounds: CREATED_BOUNDS,
  aliases: { dataSet: 'dataSetId', datasetId: 'dataSetId' },
  synonyms: {},
}

const LAST_BATCHES: ListDialect = { ...FILES, synonyms: { lastBatchStatus: STATUS_SYNONYMS } }

/** Any property may be a filter. */
type ListRequest = { Querystring: Record<string, unknown> }
type ItemRequest = { Params: { id: string }; Querystring: { properties?: string | undefined } }

const tags = ['Catalog']
const { SandboxUnknown, DatasetNotFound, DatasetChanged, BatchNotFound } = CATALOG_ERRORS
const changeErrors = [DatasetNotFound, DatasetChanged]

/** Serves `/data/foundation/catalog`: datasets, batches and their files. */
export async function registerCatalog(
  app: FastifyInstance,
  dependencies: CatalogDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: '/data/foundation/catalog' })
}

function serve(service: FastifyInstance, dependencies: CatalogDependencies): void {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, PLAIN_FAMILY)
  addErrors(service, [SandboxUnknown])
  guardRoutes(service, { ...dependencies.gateway, sandboxNotFound, area: 'Datasets', denial: PLAIN_DENIAL })
  const datasets = new DatasetReader(dependencies.db)
  serveDatasets(service, dependencies, datasets)
  serveDatasetChanges(service, { ...dependencies, datasets })
  serveBatches(service, new BatchReader(dependencies.db))
}

function serveDatasets(
  routes: FastifyInstance,
  dependencies: CatalogDependencies,
  datasets: DatasetReader,
): void {
  routes.post<{ Body: JsonObject }>('/dataSets', {
    schema: {
      tags,
      operationId: 'createDataset',
      summary: 'Create a dataset with an empty table in the lake',
      headers: contract.ValidateOnly,
      body: contract.DatasetBody,
      response: { 200: contract.CheckedOnly, 201: contract.References },
    },
    handler: async (request, reply) => {
      const isValidateOnly = isCheckOnly(request)
      const id = await createDataset(dependencies, {
        scope: request.scope,
        body: request.body,
        isValidateOnly,
      })
      if (id === undefined) return reply.code(200).send([])
      return reply.code(201).header('location', `/data/foundation/catalog/dataSets/${id}`).send(reference(id))
    },
  })
  routes.get<ListRequest>('/dataSets', {
    schema: {
      tags,
      operationId: 'listDatasets',
      summary: 'List datasets',
      querystring: contract.DatasetListQuery,
      response: { 200: contract.DatasetsById },
    },
    handler: async ({ scope, query }) => datasets.list(scope, parseListQuery(query, DATASETS)),
  })
  routes.get<ItemRequest>('/dataSets/:id', {
    schema: {
      tags,
      operationId: 'getDataset',
      errors: [DatasetNotFound],
      summary: 'Read one dataset',
      params: contract.DatasetPath,
      querystring: contract.DatasetQuery,
      response: { 200: contract.DatasetsById },
    },
    handler: async ({ scope, params, query }, reply) => {
      const dataset = await datasets.find(scope, params.id)
      if (dataset === undefined) throw notFound('dataset', params.id)
      const version = String(dataset.document['version'])
      reply.header('etag', `"${version}"`).header('e-tag', version)
      return reply.send({
        [dataset.id]: projectDocument(dataset.document, parseProperties(query.properties)),
      })
    },
  })
  routes.delete<ItemRequest>('/dataSets/:id', {
    schema: {
      tags,
      headers: contract.DatasetIfMatch,
      operationId: 'deleteDataset',
      errors: changeErrors,
      summary: 'Delete a dataset that no flow writes into',
      params: contract.DatasetPath,
      response: { 200: contract.References },
    },
    handler: async (request) => {
      const { id } = request.params
      await deleteDataset(dependencies.db, { scope: request.scope, id, ifMatch: request.headers['if-match'] })
      return reference(id)
    },
  })
}

type ChangeDependencies = Parameters<typeof changeDataset>[0]

function serveDatasetChanges(routes: FastifyInstance, dependencies: ChangeDependencies): void {
  const change = async (request: FastifyRequest, changeOf: (document: JsonObject) => JsonObject) => {
    const { id } = request.params as { id: string }
    const isValidateOnly = isCheckOnly(request)
    await changeDataset(dependencies, {
      scope: request.scope,
      id,
      ifMatch: request.headers['if-match'],
      change: changeOf,
      isValidateOnly,
    })
    return reference(id)
  }
  const response = { 200: contract.References }
  const headers = contract.DatasetChangeHeaders
  const patchSchema = {
    tags,
    headers,
    errors: changeErrors,
    params: contract.DatasetPath,
    body: contract.DatasetPatchBody,
    response,
  }
  const patch = (request: FastifyRequest) =>
    change(request, patchOf(request.body, request.headers['content-type']))
  routes.patch('/dataSets/:id', {
    schema: {
      ...patchSchema,
      operationId: 'patchDataset',
      summary: 'Change a dataset by a merge or a JSON Patch',
    },
    handler: patch,
  })
  routes.patch('/v2/dataSets/:id', {
    schema: {
      ...patchSchema,
      operationId: 'patchDatasetV2',
      summary: 'Change a dataset by a merge at every depth',
    },
    handler: patch,
  })
  routes.post('/dataSets/:id', {
    schema: { ...patchSchema, operationId: 'mergeDataset', summary: 'Change a dataset by a merge' },
    handler: patch,
  })
  routes.put('/dataSets/:id', {
    schema: {
      tags,
      headers,
      operationId: 'replaceDataset',
      errors: changeErrors,
      summary: 'Replace what clients say about a dataset',
      params: contract.DatasetPath,
      body: contract.DatasetBody,
      response,
    },
    handler: (request) => change(request, () => request.body as JsonObject),
  })
}

function serveBatches(routes: FastifyInstance, batches: BatchReader): void {
  routes.get<ListRequest>('/batches', {
    schema: {
      tags,
      operationId: 'listBatches',
      summary: 'List batches',
      querystring: contract.BatchListQuery,
      response: { 200: contract.BatchesById },
    },
    handler: async ({ scope, query }) => batches.list(scope, parseListQuery(query, BATCHES)),
  })
  routes.get<ItemRequest>('/batches/:id', {
    schema: {
      tags,
      operationId: 'getBatch',
      errors: [BatchNotFound],
      summary: 'Read one batch',
      params: contract.BatchPath,
      response: { 200: contract.BatchesById },
    },
    handler: async ({ scope, params }) => {
      const batch = await batches.find(scope, params.id)
      if (batch === undefined) throw notFound('batch', params.id)
      return { [params.id]: batch }
    },
  })
  routes.get<ListRequest>('/dataSetFiles', {
    schema: {
      tags,
      operationId: 'listDatasetFiles',
      summary: 'List the files of visible batches',
      querystring: contract.FileListQuery,
      response: { 200: contract.FilesById },
    },
    handler: async ({ scope, query }) => batches.listFiles(scope, parseListQuery(query, FILES)),
  })
  routes.get<ListRequest>('/lastBatches', {
    schema: {
      tags,
      operationId: 'listLastBatches',
      summary: 'The last batches of each dataset',
      querystring: contract.LastBatchListQuery,
      response: { 200: contract.LastBatchesById },
    },
    handler: async ({ scope, query }) => batches.listLast(scope, parseListQuery(query, LAST_BATCHES)),
  })
}

function reference(id: string): string[] {
  return [`@/dataSets/${id}`]
}

function isCheckOnly(request: FastifyRequest): boolean {
  return /validate-only/i.test(String(request.headers['pragma'] ?? ''))
}
