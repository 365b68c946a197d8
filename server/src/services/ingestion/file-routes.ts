import { Readable } from 'node:stream'
import * as contract from '@headwater/contract/ingestion.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IngestionDependencies } from './ingestion-dependencies.ts'
import { actOnFile, describeUpload, type FileTarget, uploadPart } from './large-file.ts'
import { INGESTION_ERRORS, tooLarge } from './problems.ts'
import { type FileBody, uploadFile } from './put-file.ts'

const { BatchNotFound, DatasetNotFound, BatchInOtherState, UploadNotFound, UploadTooLarge } = INGESTION_ERRORS

type FileRequest = {
  Params: { batchId: string; datasetId: string; '*': string }
  Querystring: { action?: string }
}

const URL = '/batches/:batchId/datasets/:datasetId/files/*'
const ANY_TYPE = ['application/octet-stream']

const base = {
  tags: ['Batch ingestion'],
  params: contract.UploadFilePath,
}

/** The files of batches. Bodies are bytes of whatever type, and are not parsed but streamed on. */
export function serveFiles(service: FastifyInstance, dependencies: IngestionDependencies): void {
  service.removeAllContentTypeParsers()
  service.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // What is left of a body that was refused is not read, so the connection can't go on.
  service.addHook('onError', async (request, reply) => {
    if (!request.raw.complete) reply.header('connection', 'close')
  })
  serveBytes(service, dependencies)
  service.post<FileRequest>(URL, {
    schema: {
      ...base,
      operationId: 'actOnUploadedFile',
      summary: 'Begin a file that comes in pieces, or say that all have come',
      errors: [BatchNotFound, DatasetNotFound, UploadNotFound, BatchInOtherState],
      querystring: contract.FileActionQuery,
      response: { 200: contract.UploadedFile, 201: contract.UploadedFile },
    },
    handler: async (request, reply) => {
      const { action } = request.query
      const target = { ...targetOf(request), action }
      const { file, isNew } = await actOnFile(dependencies, request.scope, target)
      return reply.code(isNew ? 201 : 200).send(file)
    },
  })
  service.head<FileRequest>(URL, {
    schema: {
      ...base,
      operationId: 'getUploadedFileHeaders',
      summary: 'How much of a file has come',
      errors: [BatchNotFound, DatasetNotFound, UploadNotFound],
      response: {
        200: {
          description: 'How much of the file has come',
          headers: {
            range: { type: 'string', description: '`bytes=0-{last byte}`; absent before the first' },
          },
          content: {},
        },
      },
    },
    handler: async (request, reply) => {
      const { sizeBytes } = await describeUpload(dependencies, request.scope, targetOf(request))
      if (sizeBytes > 0) reply.header('range', `bytes=0-${sizeBytes - 1}`)
      return reply.header('content-length', sizeBytes).send()
    },
  })
}

function serveBytes(service: FastifyInstance, dependencies: IngestionDependencies): void {
  service.put<FileRequest>(URL, {
    schema: {
      ...base,
      operationId: 'uploadFile',
      summary: 'Upload a file; one of the same name is replaced',
      errors: [BatchNotFound, DatasetNotFound, BatchInOtherState, UploadTooLarge],
      consumes: ANY_TYPE,
      isBodyOptional: true,
      body: contract.FileBytes,
      response: { 200: { description: 'The file has come', content: {} } },
    },
    handler: async (request, reply) => {
      await uploadFile(dependencies, request.scope, targetOf(request), bodyOf(request))
      return reply.code(200).send()
    },
  })
  service.patch<FileRequest>(URL, {
    schema: {
      ...base,
      operationId: 'uploadFilePart',
      summary: 'Upload a piece of a file that was begun',
      errors: [BatchNotFound, DatasetNotFound, UploadNotFound, BatchInOtherState, UploadTooLarge],
      headers: contract.ContentRangeHeader,
      consumes: ANY_TYPE,
      isBodyOptional: true,
      body: contract.FileBytes,
      response: { 200: contract.UploadedFile },
    },
    handler: async (request) => {
      const contentRange = request.headers['content-range']
      const target = { ...targetOf(request), contentRange }
      return uploadPart(dependencies, request.scope, target, bodyOf(request))
    },
  })
}

function targetOf({ params }: FastifyRequest<FileRequest>): FileTarget {
  return { batchId: params.batchId, datasetId: params.datasetId, path: params['*'] }
}

/** A request without a body carries an empty file. */
function bodyOf({ body, headers }: FastifyRequest<FileRequest>): FileBody {
  const length = Number(headers['content-length'] ?? 0)
  if (Number.isNaN(length)) throw tooLarge()
  return { body: body instanceof Readable ? body : Readable.from([]), length }
}
