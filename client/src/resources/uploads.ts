import type { Batch } from '@headwater/contract/catalog.ts'
import type {
  BatchAction,
  FileAction,
  NewUpload,
  UploadedFile,
  UploadPreview,
} from '@headwater/contract/ingestion.ts'
import type { Bytes, CallOptions, Transport } from '../transport.ts'
import { segment } from './collection.ts'

const IMPORT = '/data/foundation/import'

/** A file of a batch. */
export interface UploadTarget {
  readonly batchId: string
  readonly datasetId: string
  /** What you call the file; may have folders in it. */
  readonly path: string
}

/** How a preview reads the files; as the batch says when absent. */
export interface PreviewOptions {
  readonly format?: string | undefined
  readonly delimiter?: string | undefined
  readonly quote?: string | undefined
  readonly escape?: string | undefined
  readonly nrow?: number | undefined
}

/** Batch ingestion: files that become rows of a dataset. */
export class Uploads {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Makes a batch to upload files into. */
  async create(body: NewUpload, options: CallOptions = {}): Promise<Batch> {
    return (await this.#transport.call({
      ...options,
      method: 'POST',
      path: `${IMPORT}/batches`,
      body,
    })) as Batch
  }

  /** Makes a batch whose rows take the place of those of others when it succeeds. */
  async replay(
    { predecessors, ...body }: Omit<NewUpload, 'replay'> & { readonly predecessors: readonly string[] },
    options: CallOptions = {},
  ): Promise<Batch> {
    const replay = { predecessors, reason: 'replace' }
    const call = {
      ...options,
      method: 'PATCH',
      path: `${IMPORT}/batches`,
      body: { ...body, replay },
    } as const
    return (await this.#transport.call(call)) as Batch
  }

  /** Sends a file of up to 512 MB; one of the same name is replaced. */
  async putFile(target: UploadTarget, bytes: Bytes, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({ ...options, method: 'PUT', path: pathOf(target), bytes })
  }

  /** Begins a file that comes in pieces. */
  async beginFile(target: UploadTarget, options: CallOptions = {}): Promise<UploadedFile> {
    return await this.#actOnFile(target, 'INITIALIZE', options)
  }

  /** Sends a piece of it: the bytes from `firstByte` on. */
  async putPart(
    target: UploadTarget & { readonly firstByte: number },
    bytes: Uint8Array<ArrayBuffer> | Blob,
    options: CallOptions = {},
  ): Promise<UploadedFile> {
    const size = bytes instanceof Blob ? bytes.size : bytes.byteLength
    const range = `bytes ${target.firstByte}-${target.firstByte + size - 1}/*`
    const headers = { 'content-range': range }
    const call = { ...options, method: 'PATCH', path: pathOf(target), bytes, headers } as const
    return (await this.#transport.call(call)) as UploadedFile
  }

  /** Says that all pieces of it have come. */
  async completeFile(target: UploadTarget, options: CallOptions = {}): Promise<UploadedFile> {
    return await this.#actOnFile(target, 'COMPLETE', options)
  }

  /** The first records of what was uploaded so far. */
  async preview(
    { batchId, datasetId, ...query }: Omit<UploadTarget, 'path'> & PreviewOptions,
    options: CallOptions = {},
  ): Promise<UploadPreview> {
    const path = `${batchPath(batchId)}/datasets/${segment(datasetId)}/preview`
    return (await this.#transport.call({ ...options, method: 'GET', path, query })) as UploadPreview
  }

  /** All files have come: makes rows of them. Look at the batch to see what becomes of it. */
  async complete(batchId: string, options: CallOptions = {}): Promise<void> {
    await this.#act(batchId, 'COMPLETE', options)
  }

  /** The files are not wanted any more. */
  async abort(batchId: string, options: CallOptions = {}): Promise<void> {
    await this.#act(batchId, 'ABORT', options)
  }

  /** The files are wrong. */
  async fail(batchId: string, options: CallOptions = {}): Promise<void> {
    await this.#act(batchId, 'FAIL', options)
  }

  /** Takes the rows of a batch out of its dataset again. */
  async revert(batchId: string, options: CallOptions = {}): Promise<void> {
    await this.#act(batchId, 'REVERT', options)
  }

  async #act(batchId: string, action: BatchAction, options: CallOptions): Promise<void> {
    await this.#transport.call({ ...options, method: 'POST', path: batchPath(batchId), query: { action } })
  }

  async #actOnFile(target: UploadTarget, action: FileAction, options: CallOptions): Promise<UploadedFile> {
    const call = { ...options, method: 'POST', path: pathOf(target), query: { action } } as const
    return (await this.#transport.call(call)) as UploadedFile
  }
}

function batchPath(batchId: string): string {
  return `${IMPORT}/batches/${segment(batchId)}`
}

/** Folders in the name of a file stay folders. */
function pathOf({ batchId, datasetId, path }: UploadTarget): string {
  const name = path.split('/').map(encodeURIComponent).join('/')
  return `${batchPath(batchId)}/datasets/${segment(datasetId)}/files/${name}`
}
