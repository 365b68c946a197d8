import type { Batch, BatchBody, BatchPatchBody, LastBatch, References } from '@headwater/contract/catalog.ts'
import type { BatchFiles, FileEntries } from '@headwater/contract/export.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'
import { CATALOG, type CatalogQuery, type Identified, readEntries } from './catalog.ts'
import { segment } from './collection.ts'
import type { ChangeOptions } from './entities.ts'

const EXPORT = '/data/foundation/export'

/** Some of a list of files. */
export interface FilePage {
  readonly start?: number | undefined
  readonly limit?: number | undefined
}

/** Batches: what runs have landed in datasets, with their files and the rows that were set aside. */
export class Batches {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async list(query: CatalogQuery = {}, options: CallOptions = {}): Promise<readonly Identified<Batch>[]> {
    return await readEntries<Batch>(this.#transport, '/batches', query, options)
  }

  /** The last batches of each dataset, by the id of the dataset. */
  async listLast(
    query: CatalogQuery = {},
    options: CallOptions = {},
  ): Promise<readonly Identified<LastBatch>[]> {
    return await readEntries<LastBatch>(this.#transport, '/lastBatches', query, options)
  }

  async get(id: string, options: CallOptions = {}): Promise<Identified<Batch>> {
    const [found] = await readEntries<Batch>(this.#transport, `/batches/${segment(id)}`, undefined, options)
    return found as Identified<Batch>
  }

  /** Writes down a batch that was made elsewhere, under an id if one is given. @returns its id */
  async create(
    body: BatchBody,
    options: CallOptions & { readonly id?: string | undefined } = {},
  ): Promise<string> {
    const { id, ...rest } = options
    const path = id === undefined ? '/batches' : `/batches/${segment(id)}`
    return await this.#change('POST', path, body, rest)
  }

  /** Changes one by a merge or a JSON Patch; the state `inactive` takes its rows out of the dataset. @returns its id */
  async patch(id: string, body: BatchPatchBody, options: ChangeOptions = {}): Promise<string> {
    return await this.#change('PATCH', `/batches/${segment(id)}`, body, options)
  }

  /** Puts another description in its place. @returns its id */
  async replace(id: string, body: BatchBody, options: ChangeOptions = {}): Promise<string> {
    return await this.#change('PUT', `/batches/${segment(id)}`, body, options)
  }

  /** Takes one that has ended out of its dataset, and removes its files for good. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({ ...options, method: 'DELETE', path: `${CATALOG}/batches/${segment(id)}` })
  }

  /** The data files of a batch. */
  async listFiles(id: string, page: FilePage = {}, options: CallOptions = {}): Promise<BatchFiles> {
    return (await this.#read(`/batches/${segment(id)}/files`, { ...page }, options)) as BatchFiles
  }

  /** What a data file is made of: each part with its name. */
  async describeFile(fileId: string, options: CallOptions = {}): Promise<FileEntries> {
    return (await this.#read(`/files/${segment(fileId)}`, undefined, options)) as FileEntries
  }

  /** A part of a data file, by its name: Parquet, as a stream. */
  async openFile(fileId: string, name: string, options: CallOptions = {}): Promise<Response> {
    return await this.#open(`/files/${segment(fileId)}`, name, options)
  }

  /** What a batch tells about its errors, by the folders and files of `path`. */
  async listMeta(
    id: string,
    query: FilePage & { readonly path?: 'row_errors' | 'input_files' | undefined } = {},
    options: CallOptions = {},
  ): Promise<FileEntries> {
    return (await this.#read(`/batches/${segment(id)}/meta`, { ...query }, options)) as FileEntries
  }

  /** The lists of the rows that were set aside. */
  async listFailed(id: string, page: FilePage = {}, options: CallOptions = {}): Promise<FileEntries> {
    return (await this.#read(`/batches/${segment(id)}/failed`, { ...page }, options)) as FileEntries
  }

  /** One of these lists, by its name: a JSON object a line, as a stream. */
  async openFailed(id: string, name: string, options: CallOptions = {}): Promise<Response> {
    return await this.#open(`/batches/${segment(id)}/failed`, name, options)
  }

  /** What `listMeta` names, `row_errors/…` or `row_error_samples.json`: a JSON object a line, as a stream. */
  async openMeta(id: string, path: string, options: CallOptions = {}): Promise<Response> {
    return await this.#open(`/batches/${segment(id)}/meta`, path, options)
  }

  async #change(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: unknown,
    options: ChangeOptions,
  ): Promise<string> {
    const call = { ...options, method, path: CATALOG + path, body }
    const [reference = ''] = (await this.#transport.call(call)) as References
    // `@/batches/{id}`
    return reference.split('/').at(-1) ?? ''
  }

  async #read(path: string, query: Query | undefined, options: CallOptions): Promise<unknown> {
    return await this.#transport.call({ ...options, method: 'GET', path: EXPORT + path, query })
  }

  async #open(path: string, name: string, options: CallOptions): Promise<Response> {
    const call = { ...options, method: 'GET', path: EXPORT + path, query: { path: name } } as const
    return await this.#transport.respond({ ...call, headers: { accept: '*/*' } })
  }
}
