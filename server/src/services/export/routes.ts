import * as contract from '@headwater/contract/export.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeOnly } from '#http/describe-only.ts'
import { PLAIN_DENIAL, PLAIN_FAMILY, writeErrors } from '#http/error-writer.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { findDiagnostics, listDiagnostics, sampleDiagnostics } from './diagnostics.ts'
import { type ExportedBatch, FileReader, fileNameOf } from './file-reader.ts'
import {
  describeDiagnostics,
  describeFile,
  describeInputs,
  describeMeta,
  getBatch,
  inputList,
  listBatchFiles,
  parseMetaPath,
} from './list-files.ts'
import { parsePage } from './paging.ts'
import { type PreviewDependencies, previewDataset } from './preview-dataset.ts'
import { EXPORT_ERRORS, notFound, sandboxNotFound } from './problems.ts'
import { sendObject, sendText } from './send-object.ts'

export interface ExportDependencies extends PreviewDependencies {
  readonly gateway: CommonGateway
  readonly storage: LakeStorage
  /** `https://host:port` for links; that of the request when absent. */
  readonly publicUrl?: string | undefined
}

const PREFIX = '/data/foundation/export'
const PARQUET = 'application/parquet'
const JSON_LINES = 'application/x-ndjson'

const tags = ['Data Access']
const { SandboxUnknown, BatchNotFound, DatasetNotFound, FileNotFound, PathNotFound, RangeOutside } =
  EXPORT_ERRORS

type ById = {
  Params: { id: string }
  Querystring: { path?: string; start?: string; limit?: string; range?: string }
}

/** Serves `/data/foundation/export`: the files that batches left in the lake. */
export async function registerExport(app: FastifyInstance, dependencies: ExportDependencies): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: PREFIX })
}

function serve(service: FastifyInstance, dependencies: ExportDependencies): void {
  describeOnly(service)
  writeErrors(service, PLAIN_FAMILY)
  addErrors(service, [SandboxUnknown])
  guardRoutes(service, { ...dependencies.gateway, sandboxNotFound, area: 'Datasets', denial: PLAIN_DENIAL })
  const reader = new FileReader(dependencies.db)
  serveFiles(service, dependencies, reader)
  serveDiagnostics(service, dependencies, reader)
  service.get<ById>('/datasets/:id/preview', {
    schema: {
      tags,
      operationId: 'previewDataset',
      errors: [DatasetNotFound],
      summary: 'Look at the newest rows of a dataset',
      params: contract.DatasetPath,
      response: { 200: contract.Preview },
    },
    handler: async ({ scope, params, signal }) =>
      previewDataset(dependencies, scope, { id: params.id, signal }),
  })
}

function serveFiles(
  service: FastifyInstance,
  { storage, publicUrl }: ExportDependencies,
  reader: FileReader,
): void {
  const sendFile = async (request: FastifyRequest<ById>, reply: FastifyReply) => {
    const { id } = request.params
    const { path } = request.query
    const file = await reader.findFile(request.scope, id)
    if (file === undefined) throw notFound('file', id)
    const name = fileNameOf(file.key)
    if (path === undefined || path === '') {
      if (request.method !== 'HEAD') return describeFile(file, baseOf(request, publicUrl))
    } else if (path !== name) throw notFound('path', path)
    return sendObject(storage, request, reply, { key: file.key, name, contentType: PARQUET })
  }
  const fileSchema = {
    tags,
    errors: [FileNotFound, PathNotFound, RangeOutside],
    params: contract.FilePath,
    querystring: contract.ContentQuery,
    headers: contract.RangeHeader,
  }
  service.get<ById>('/batches/:id/files', {
    schema: {
      tags,
      operationId: 'listBatchFiles',
      errors: [BatchNotFound],
      summary: 'List the data files of a batch',
      params: contract.BatchPath,
      querystring: contract.FilesQuery,
      response: { 200: contract.BatchFiles },
    },
    handler: async (request) => {
      const context = {
        scope: request.scope,
        base: baseOf(request, publicUrl),
        page: parsePage(request.query),
      }
      return listBatchFiles(reader, request.params.id, context)
    },
  })
  service.get<ById>('/files/:id', {
    exposeHeadRoute: false,
    schema: {
      ...fileSchema,
      operationId: 'getFile',
      summary: 'Describe a file, or download it or some of its bytes',
      response: contract.fileAnswers(PARQUET),
    },
    handler: sendFile,
  })
  service.head<ById>('/files/:id', {
    schema: {
      ...fileSchema,
      operationId: 'getFileHeaders',
      summary: 'Size and type of a file',
      response: { 200: contract.FileHeaders },
    },
    handler: sendFile,
  })
}

function serveDiagnostics(
  service: FastifyInstance,
  { storage, publicUrl }: ExportDependencies,
  reader: FileReader,
): void {
  const schema = {
    tags,
    errors: [BatchNotFound, PathNotFound, RangeOutside],
    params: contract.BatchPath,
    querystring: contract.ContentQuery,
    headers: contract.RangeHeader,
    response: contract.fileAnswers(JSON_LINES),
  }
  const sendRowErrors = async (
    request: FastifyRequest,
    reply: FastifyReply,
    batch: ExportedBatch,
    name: string,
  ) => {
    const file = await findDiagnostics(storage, batch, name)
    if (file === undefined) throw notFound('path', name)
    return sendObject(storage, request, reply, { key: file.key, name, contentType: JSON_LINES })
  }
  service.get<ById>('/batches/:id/meta', {
    schema: {
      ...schema,
      operationId: 'getBatchMeta',
      summary: 'List or download what a batch tells about its errors',
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const page = parsePage(request.query)
      const path = parseMetaPath(request.query.path)
      const batch = await getBatch(reader, request.scope, id)
      const url = `${baseOf(request, publicUrl)}/batches/${id}/meta`
      if (path.kind === 'root') return describeMeta(storage, batch, { url, page })
      if (path.kind === 'input-files') return describeInputs(await reader.listInputs(batch), { url, page })
      if (path.kind === 'input-list') {
        const inputs = await reader.listInputs(batch)
        if (inputs.length === 0) throw notFound('path', request.query.path ?? '')
        return sendText(request, reply, { text: inputList(inputs), contentType: JSON_LINES })
      }
      if (path.kind === 'row-error-file') return sendRowErrors(request, reply, batch, path.name)
      const files = await listDiagnostics(storage, batch)
      if (path.kind === 'row-errors') return describeDiagnostics(files, { url, folder: 'row_errors/', page })
      const text = await sampleDiagnostics(storage, files)
      return sendText(request, reply, { text, contentType: JSON_LINES })
    },
  })
  service.get<ById>('/batches/:id/failed', {
    schema: {
      ...schema,
      operationId: 'getFailedRows',
      summary: 'List or download the rows that a batch rejected',
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const { path } = request.query
      const batch = await getBatch(reader, request.scope, id)
      if (path !== undefined && path !== '') return sendRowErrors(request, reply, batch, path)
      const url = `${baseOf(request, publicUrl)}/batches/${id}/failed`
      return describeDiagnostics(await listDiagnostics(storage, batch), {
        url,
        folder: '',
        page: parsePage(request.query),
      })
    },
  })
}

/** Links are absolute: clients follow them as they are. */
function baseOf(request: FastifyRequest, publicUrl: string | undefined): string {
  return (publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host}`) + PREFIX
}
