import * as contract from '@headwater/contract/catalog.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { JsonObject } from '#kit/json.ts'
import { BatchReader } from './batch-reader.ts'
import type { CatalogDependencies } from './catalog-dependencies.ts'
import { changeBatch } from './change-batch.ts'
import { patchOf } from './change-dataset.ts'
import { createBatch } from './create-batch.ts'
import { BATCH_LISTS, FILE_LISTS, LAST_BATCH_LISTS } from './list-dialects.ts'
import { projectDocument } from './list-documents.ts'
import { parseListQuery, parseProperties } from './list-query.ts'
import { CATALOG_ERRORS, notFound } from './problems.ts'
import { withdrawBatch } from './withdraw-batch.ts'

/** Any property may be a filter. */
type ListRequest = { Querystring: Record<string, unknown> }
type ItemRequest = { Params: { id: string }; Querystring: { properties?: string | undefined } }

const tags = ['Catalog']
const { BatchNotFound, BatchChanged } = CATALOG_ERRORS

/** The operations on batches and their files. */
export function serveBatches(routes: FastifyInstance, dependencies: CatalogDependencies): void {
  const batches = new BatchReader(dependencies.db)
  serveReads(routes, batches)
  serveCreates(routes, dependencies, batches)
  serveChanges(routes, dependencies)
}

function serveReads(routes: FastifyInstance, batches: BatchReader): void {
  routes.get<ListRequest>('/batches', {
    schema: {
      tags,
      operationId: 'listBatches',
      summary: 'List batches',
      querystring: contract.BatchListQuery,
      response: { 200: contract.BatchesById },
    },
    handler: async ({ scope, query }) => batches.list(scope, parseListQuery(query, BATCH_LISTS)),
  })
  routes.get<ItemRequest>('/batches/:id', {
    schema: {
      tags,
      operationId: 'getBatch',
      errors: [BatchNotFound],
      summary: 'Read one batch',
      params: contract.BatchPath,
      querystring: contract.BatchQuery,
      response: { 200: contract.BatchesById },
    },
    handler: async ({ scope, params, query }, reply) => {
      const batch = await batches.find(scope, params.id)
      if (batch === undefined) throw notFound('batch', params.id)
      const version = String(batch['version'])
      reply.header('etag', `"${version}"`).header('e-tag', version)
      return reply.send({ [params.id]: projectDocument(batch, parseProperties(query.properties)) })
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
    handler: async ({ scope, query }) => batches.listFiles(scope, parseListQuery(query, FILE_LISTS)),
  })
  routes.get<ListRequest>('/lastBatches', {
    schema: {
      tags,
      operationId: 'listLastBatches',
      summary: 'The last batches of each dataset',
      querystring: contract.LastBatchListQuery,
      response: { 200: contract.LastBatchesById },
    },
    handler: async ({ scope, query }) => batches.listLast(scope, parseListQuery(query, LAST_BATCH_LISTS)),
  })
}

type WriteRequest = { Params: { id: string }; Body: JsonObject }

function serveCreates(
  routes: FastifyInstance,
  dependencies: CatalogDependencies,
  batches: BatchReader,
): void {
  const create = async (request: FastifyRequest, reply: FastifyReply, id?: string) => {
    const body = request.body as JsonObject
    const made = await createBatch(dependencies, { scope: request.scope, body, id })
    return reply
      .code(201)
      .header('location', `/data/foundation/catalog/batches/${made}`)
      .send(reference(made))
  }
  routes.post('/batches', {
    schema: {
      tags,
      operationId: 'createBatch',
      summary: 'Write down a batch that was made elsewhere',
      body: contract.BatchBody,
      response: { 201: contract.BatchReferences },
    },
    handler: (request, reply) => create(request, reply),
  })
  routes.post<WriteRequest>('/batches/:id', {
    schema: {
      tags,
      headers: contract.BatchIfMatch,
      operationId: 'createOrMergeBatch',
      errors: [BatchChanged],
      summary: 'Write down a batch under an id of your own, or change the batch of this id by a merge',
      params: contract.BatchPath,
      body: contract.BatchPatchBody,
      response: { 200: contract.BatchReferences, 201: contract.BatchReferences },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      if ((await batches.find(request.scope, id)) === undefined) return create(request, reply, id)
      await changeBatch(dependencies, { ...toChange(request), change: patchOf(request.body, undefined) })
      return reply.send(reference(id))
    },
  })
}

function serveChanges(routes: FastifyInstance, dependencies: CatalogDependencies): void {
  const schema = {
    tags,
    headers: contract.BatchIfMatch,
    errors: [BatchNotFound, BatchChanged],
    params: contract.BatchPath,
    response: { 200: contract.BatchReferences },
  }
  routes.put<WriteRequest>('/batches/:id', {
    schema: {
      ...schema,
      operationId: 'replaceBatch',
      summary: 'Replace what clients say about a batch',
      body: contract.BatchBody,
    },
    handler: async (request) => {
      await changeBatch(dependencies, { ...toChange(request), change: () => request.body })
      return reference(request.params.id)
    },
  })
  routes.patch<WriteRequest>('/batches/:id', {
    schema: {
      ...schema,
      operationId: 'patchBatch',
      summary: 'Change a batch by a merge or a JSON Patch; `inactive` takes its rows out of the dataset',
      body: contract.BatchPatchBody,
    },
    handler: async (request) => {
      const change = patchOf(request.body, request.headers['content-type'])
      await changeBatch(dependencies, { ...toChange(request), change })
      return reference(request.params.id)
    },
  })
  routes.delete<WriteRequest>('/batches/:id', {
    schema: {
      tags,
      operationId: 'deleteBatch',
      errors: [BatchNotFound],
      summary: 'Take a batch that has ended out of its dataset, and remove its files for good',
      params: contract.BatchPath,
      response: { 200: contract.BatchReferences },
    },
    handler: async ({ scope, params: { id } }) => {
      await withdrawBatch(dependencies, { scope, id, isForGood: true })
      return reference(id)
    },
  })
}

function toChange({ scope, params, headers }: FastifyRequest<WriteRequest>) {
  return { scope, id: params.id, ifMatch: headers['if-match'] }
}

function reference(id: string): string[] {
  return [`@/batches/${id}`]
}
