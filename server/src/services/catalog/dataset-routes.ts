import * as contract from '@headwater/contract/catalog.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { JsonObject } from '#kit/json.ts'
import { BatchReader } from './batch-reader.ts'
import type { CatalogDependencies } from './catalog-dependencies.ts'
import { changeDataset, patchOf } from './change-dataset.ts'
import { createDataset } from './create-dataset.ts'
import { DatasetReader, type StoredDataset } from './dataset-store.ts'
import { viewOf } from './dataset-view.ts'
import { deleteDataset } from './delete-dataset.ts'
import { DATASET_LISTS, FILE_LISTS } from './list-dialects.ts'
import { projectDocument } from './list-documents.ts'
import { parseListQuery, parseProperties } from './list-query.ts'
import { CATALOG_ERRORS, notFound } from './problems.ts'

/** Any property may be a filter. */
type ListRequest = { Querystring: Record<string, unknown> }
type ItemRequest = { Params: { id: string }; Querystring: { properties?: string | undefined } }

const tags = ['Catalog']
const { DatasetNotFound, DatasetChanged, ViewNotFound } = CATALOG_ERRORS
const changeErrors = [DatasetNotFound, DatasetChanged]

/** The operations on datasets. */
export function serveDatasets(routes: FastifyInstance, dependencies: CatalogDependencies): void {
  const datasets = new DatasetReader(dependencies.db)
  serveCreateAndRead(routes, dependencies, datasets)
  serveDelete(routes, dependencies)
  serveViews(routes, datasets, new BatchReader(dependencies.db))
  serveChanges(routes, { ...dependencies, datasets })
}

function serveCreateAndRead(
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
    handler: async ({ scope, query }) => datasets.list(scope, parseListQuery(query, DATASET_LISTS)),
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
}

function serveDelete(routes: FastifyInstance, dependencies: CatalogDependencies): void {
  routes.delete<{ Params: { id: string }; Querystring: { force?: string | boolean | undefined } }>(
    '/dataSets/:id',
    {
      schema: {
        tags,
        headers: contract.DatasetIfMatch,
        operationId: 'deleteDataset',
        errors: changeErrors,
        summary: 'Delete a dataset with its batches and files',
        params: contract.DatasetPath,
        querystring: contract.DatasetDeletion,
        response: { 200: contract.References },
      },
      handler: async ({ scope, params: { id }, query, headers }) => {
        const isForced = /^true$/i.test(String(query.force ?? ''))
        await deleteDataset(dependencies, { scope, id, ifMatch: headers['if-match'], isForced })
        return reference(id)
      },
    },
  )
}

type ViewRequest = { Params: { id: string; viewId: string }; Querystring: Record<string, unknown> }

function serveViews(routes: FastifyInstance, datasets: DatasetReader, batches: BatchReader): void {
  const schema = { tags, params: contract.ViewPath, errors: [DatasetNotFound, ViewNotFound] }
  const getDataset = async ({ scope, params }: FastifyRequest<ViewRequest>): Promise<StoredDataset> => {
    const dataset = await datasets.find(scope, params.id)
    if (dataset === undefined) throw notFound('dataset', params.id)
    return dataset
  }
  const getView = async (request: FastifyRequest<ViewRequest>) => {
    const view = viewOf(await getDataset(request))
    if (view.id !== request.params.viewId) throw notFound('view', request.params.viewId)
    return view
  }
  routes.get<ViewRequest>('/dataSets/:id/views', {
    schema: {
      tags,
      operationId: 'listDatasetViews',
      errors: [DatasetNotFound],
      summary: 'List the views of a dataset',
      params: contract.DatasetPath,
      response: { 200: contract.ViewsById },
    },
    handler: async (request) => {
      const { id, document } = viewOf(await getDataset(request))
      return { [id]: document }
    },
  })
  routes.get<ViewRequest>('/dataSets/:id/views/:viewId', {
    schema: {
      ...schema,
      operationId: 'getDatasetView',
      summary: 'Read a view of a dataset',
      response: { 200: contract.ViewsById },
    },
    handler: async (request) => {
      const { id, document } = await getView(request)
      return { [id]: document }
    },
  })
  routes.get<ViewRequest>('/dataSets/:id/views/:viewId/files', {
    schema: {
      ...schema,
      operationId: 'listDatasetViewFiles',
      summary: 'List the files of a view',
      querystring: contract.FileListQuery,
      response: { 200: contract.FilesById },
    },
    handler: async (request) => {
      await getView(request)
      const query = { ...request.query, dataSetId: request.params.id }
      return batches.listFiles(request.scope, parseListQuery(query, FILE_LISTS))
    },
  })
}

type ChangeDependencies = Parameters<typeof changeDataset>[0]

function serveChanges(routes: FastifyInstance, dependencies: ChangeDependencies): void {
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

function reference(id: string): string[] {
  return [`@/dataSets/${id}`]
}

function isCheckOnly(request: FastifyRequest): boolean {
  return /validate-only/i.test(String(request.headers['pragma'] ?? ''))
}
