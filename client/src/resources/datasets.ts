import type {
  Batch,
  Dataset,
  DatasetBody,
  DatasetPatchBody,
  References,
} from '@headwater/contract/catalog.ts'
import type { Preview } from '@headwater/contract/export.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'
import { segment } from './collection.ts'
import type { ChangeOptions } from './entities.ts'

const CATALOG = '/data/foundation/catalog'
const EXPORT = '/data/foundation/export'

/** What is wanted of a list of Catalog, as its parameters have it: `limit`, `start`, `orderBy`, `property` and more. */
export type CatalogQuery = Query

/** A dataset or batch with the id under which Catalog lists it. */
export type Identified<Entry> = Entry & { readonly id: string }

/** Datasets: the tables of the lake, and the batches that land in them. */
export class Datasets {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async list(query: CatalogQuery = {}, options: CallOptions = {}): Promise<readonly Identified<Dataset>[]> {
    return await this.#entries<Dataset>('/dataSets', query, options)
  }

  async get(id: string, options: CallOptions = {}): Promise<Identified<Dataset>> {
    const [found] = await this.#entries<Dataset>(`/dataSets/${segment(id)}`, undefined, options)
    return found as Identified<Dataset>
  }

  /** Makes a dataset with an empty table. @returns its id */
  async create(body: DatasetBody, options: CallOptions = {}): Promise<string> {
    const call = { ...options, method: 'POST', path: `${CATALOG}/dataSets`, body } as const
    return idOf((await this.#transport.call(call)) as References)
  }

  /** Changes one by a merge or a JSON Patch. @returns its id */
  async patch(id: string, body: DatasetPatchBody, options: ChangeOptions = {}): Promise<string> {
    const call = { ...options, method: 'PATCH', path: `${CATALOG}/dataSets/${segment(id)}`, body } as const
    return idOf((await this.#transport.call(call)) as References)
  }

  async delete(id: string, options: ChangeOptions = {}): Promise<void> {
    await this.#transport.call({ ...options, method: 'DELETE', path: `${CATALOG}/dataSets/${segment(id)}` })
  }

  /** The newest rows, 100 at most. */
  async preview(id: string, options: CallOptions = {}): Promise<Preview> {
    const path = `${EXPORT}/datasets/${segment(id)}/preview`
    return (await this.#transport.call({ ...options, method: 'GET', path })) as Preview
  }

  async listBatches(
    query: CatalogQuery = {},
    options: CallOptions = {},
  ): Promise<readonly Identified<Batch>[]> {
    return await this.#entries<Batch>('/batches', query, options)
  }

  async getBatch(id: string, options: CallOptions = {}): Promise<Identified<Batch>> {
    const [found] = await this.#entries<Batch>(`/batches/${segment(id)}`, undefined, options)
    return found as Identified<Batch>
  }

  async #entries<Entry>(
    path: string,
    query: CatalogQuery | undefined,
    options: CallOptions,
  ): Promise<readonly Identified<Entry>[]> {
    const call = { ...options, method: 'GET', path: CATALOG + path, query } as const
    const byId = (await this.#transport.call(call)) as Readonly<Record<string, Entry>>
    return Object.entries(byId).map(([id, entry]) => ({ ...entry, id }))
  }
}

/** `["@/dataSets/{id}"]` → the id. */
function idOf([reference = '']: References): string {
  return reference.split('/').at(-1) ?? ''
}
