import type {
  Dataset,
  DatasetBody,
  DatasetFile,
  DatasetPatchBody,
  DatasetView,
  References,
} from '@headwater/contract/catalog.ts'
import type { Preview } from '@headwater/contract/export.ts'
import type { Labels, LabelsBody } from '@headwater/contract/labels.ts'
import type { CallOptions, Transport } from '../transport.ts'
import { CATALOG, type CatalogQuery, type Identified, readEntries } from './catalog.ts'
import { segment } from './collection.ts'
import type { ChangeOptions } from './entities.ts'

const EXPORT = '/data/foundation/export'
const LABELS = '/data/foundation/dataset/datasets'

/** Datasets: the tables of the lake. */
export class Datasets {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async list(query: CatalogQuery = {}, options: CallOptions = {}): Promise<readonly Identified<Dataset>[]> {
    return await readEntries<Dataset>(this.#transport, '/dataSets', query, options)
  }

  async get(id: string, options: CallOptions = {}): Promise<Identified<Dataset>> {
    const [found] = await readEntries<Dataset>(
      this.#transport,
      `/dataSets/${segment(id)}`,
      undefined,
      options,
    )
    return found as Identified<Dataset>
  }

  /** Makes a dataset with an empty table. @returns its id */
  async create(body: DatasetBody, options: CallOptions = {}): Promise<string> {
    return await this.#change('POST', '/dataSets', body, options)
  }

  /** Changes one by a merge or a JSON Patch. @returns its id */
  async patch(id: string, body: DatasetPatchBody, options: ChangeOptions = {}): Promise<string> {
    return await this.#change('PATCH', `/dataSets/${segment(id)}`, body, options)
  }

  /** Puts another description in its place; the rows stay. @returns its id */
  async replace(id: string, body: DatasetBody, options: ChangeOptions = {}): Promise<string> {
    return await this.#change('PUT', `/dataSets/${segment(id)}`, body, options)
  }

  /** Deletes one with its batches and files; one that a flow writes into when `force` is set only. */
  async delete(
    id: string,
    options: ChangeOptions & { readonly force?: boolean | undefined } = {},
  ): Promise<void> {
    const { force, ...rest } = options
    const path = `${CATALOG}/dataSets/${segment(id)}`
    await this.#transport.call({ ...rest, method: 'DELETE', path, query: { force } })
  }

  /** The views of a dataset: one, with all of its columns. */
  async listViews(id: string, options: CallOptions = {}): Promise<readonly Identified<DatasetView>[]> {
    const path = `/dataSets/${segment(id)}/views`
    return await readEntries<DatasetView>(this.#transport, path, undefined, options)
  }

  async getView(id: string, viewId: string, options: CallOptions = {}): Promise<Identified<DatasetView>> {
    const path = `/dataSets/${segment(id)}/views/${segment(viewId)}`
    const [found] = await readEntries<DatasetView>(this.#transport, path, undefined, options)
    return found as Identified<DatasetView>
  }

  /** The files of a view. */
  async listViewFiles(
    id: string,
    viewId: string,
    query: CatalogQuery = {},
    options: CallOptions = {},
  ): Promise<readonly Identified<DatasetFile>[]> {
    const path = `/dataSets/${segment(id)}/views/${segment(viewId)}/files`
    return await readEntries<DatasetFile>(this.#transport, path, query, options)
  }

  /** The newest rows, 100 at most. */
  async preview(id: string, options: CallOptions = {}): Promise<Preview> {
    const path = `${EXPORT}/datasets/${segment(id)}/preview`
    return (await this.#transport.call({ ...options, method: 'GET', path })) as Preview
  }

  /** The files of batches that can be seen. */
  async listFiles(
    query: CatalogQuery = {},
    options: CallOptions = {},
  ): Promise<readonly Identified<DatasetFile>[]> {
    return await readEntries<DatasetFile>(this.#transport, '/dataSetFiles', query, options)
  }

  /** Labels of data usage, of a dataset and its fields, with the tag that a change of them needs. */
  async getLabels(id: string, options: CallOptions = {}): Promise<Labels & { readonly etag: string }> {
    const call = { ...options, method: 'GET', path: `${LABELS}/${segment(id)}/labels` } as const
    return await readLabels(await this.#transport.respond(call))
  }

  /** The first labels of a dataset. */
  async createLabels(id: string, body: LabelsBody, options: CallOptions = {}): Promise<Labels> {
    const path = `${LABELS}/${segment(id)}/labels`
    return (await this.#transport.call({ ...options, method: 'POST', path, body })) as Labels
  }

  /** Replaces all labels, if they are still those of this tag. */
  async replaceLabels(
    id: string,
    etag: string,
    body: LabelsBody,
    options: CallOptions = {},
  ): Promise<Labels> {
    const call = {
      ...options,
      method: 'PUT',
      path: `${LABELS}/${segment(id)}/labels`,
      body,
      ifMatch: etag,
    } as const
    return (await this.#transport.call(call)) as Labels
  }

  /** Removes all labels, if they are still those of this tag. */
  async deleteLabels(id: string, etag: string, options: CallOptions = {}): Promise<void> {
    const path = `${LABELS}/${segment(id)}/labels`
    await this.#transport.call({ ...options, method: 'DELETE', path, ifMatch: etag })
  }

  async #change(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: unknown,
    options: ChangeOptions,
  ): Promise<string> {
    const call = { ...options, method, path: CATALOG + path, body }
    const [reference = ''] = (await this.#transport.call(call)) as References
    // `@/dataSets/{id}`
    return reference.split('/').at(-1) ?? ''
  }
}

async function readLabels(response: Response): Promise<Labels & { readonly etag: string }> {
  const labels = (await response.json()) as Labels
  return { ...labels, etag: response.headers.get('etag') ?? '' }
}
