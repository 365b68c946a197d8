import { Batch } from '@headwater/contract/catalog.ts'
import * as contract from '@headwater/contract/ingestion.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { PLAIN_DENIAL, PLAIN_FAMILY, writeErrors } from '#http/error-writer.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import { actOnBatch } from './act-on-batch.ts'
import { createUpload } from './create-upload.ts'
import { serveFiles } from './file-routes.ts'
import type { IngestionDependencies } from './ingestion-dependencies.ts'
import { type PreviewParameters, previewUpload } from './preview-upload.ts'
import { INGESTION_ERRORS, sandboxNotFound } from './problems.ts'

const tags = ['Batch ingestion']
const { SandboxUnknown, BatchNotFound, DatasetNotFound, BatchInOtherState } = INGESTION_ERRORS

/** Serves `/data/foundation/import`: files that clients upload into datasets. */
export async function registerIngestion(
  app: FastifyInstance,
  dependencies: IngestionDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: '/data/foundation/import' })
}

async function serve(service: FastifyInstance, dependencies: IngestionDependencies): Promise<void> {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, PLAIN_FAMILY)
  addErrors(service, [SandboxUnknown])
  guardRoutes(service, { ...dependencies.gateway, sandboxNotFound, area: 'Datasets', denial: PLAIN_DENIAL })
  serveBatches(service, dependencies)
  await service.register(async (files) => serveFiles(files, dependencies))
}

type ActionRequest = { Params: { batchId: string }; Querystring: { action?: string } }
type PreviewRequest = { Params: { batchId: string; datasetId: string }; Querystring: PreviewParameters }

function serveBatches(service: FastifyInstance, dependencies: IngestionDependencies): void {
  const create = async (request: FastifyRequest, reply: FastifyReply) => {
    const batch = await createUpload(dependencies, request.scope, request.body as JsonObject)
    return reply
      .code(201)
      .header('location', `/data/foundation/catalog/batches/${String(batch['id'])}`)
      .send(batch)
  }
  const schema = { tags, errors: [DatasetNotFound], body: contract.NewUpload, response: { 201: Batch } }
  service.post('/batches', {
    schema: { ...schema, operationId: 'createUpload', summary: 'Make a batch to upload files into' },
    handler: create,
  })
  service.patch('/batches', {
    schema: {
      ...schema,
      operationId: 'replayBatches',
      summary: 'Make a batch whose rows replace those of others; the same as POST',
    },
    handler: create,
  })
  service.post<ActionRequest>('/batches/:batchId', {
    schema: {
      tags,
      operationId: 'actOnBatch',
      summary: 'Hand a batch over, give it up, or take its rows out again',
      errors: [BatchNotFound, BatchInOtherState],
      params: contract.UploadPath,
      querystring: contract.ActionQuery,
      response: { 200: { description: 'It is done, or going to be', content: {} } },
    },
    handler: async ({ scope, params, query }, reply) => {
      await actOnBatch(dependencies, scope, { id: params.batchId, action: query.action })
      return reply.code(200).send()
    },
  })
  service.get<PreviewRequest>('/batches/:batchId/datasets/:datasetId/preview', {
    schema: {
      tags,
      operationId: 'previewUpload',
      summary: 'Look at the first records of what was uploaded so far',
      errors: [BatchNotFound, DatasetNotFound],
      params: contract.UploadDatasetPath,
      querystring: contract.PreviewQuery,
      response: { 200: contract.UploadPreview },
    },
    handler: async ({ scope, params, query, signal }) =>
      previewUpload(dependencies, scope, { ...params, query, signal }),
  })
}
