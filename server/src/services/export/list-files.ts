import type { Scope } from '#http/scope.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { type DiagnosticsFile, isSampleName, listDiagnostics, sampleDiagnostics } from './diagnostics.ts'
import {
  type ExportedBatch,
  type ExportedFile,
  type FileReader,
  fileNameOf,
  type Page,
} from './file-reader.ts'
import { pageEnvelope } from './paging.ts'
import { notFound } from './problems.ts'

/** Where this service answers, for links: `https://host/data/foundation/export`. */
export type BaseUrl = string

export interface ListContext {
  readonly scope: Scope
  readonly base: BaseUrl
  readonly page: Page
}

/** @throws {PlainProblem} 404 */
export async function getBatch(files: FileReader, scope: Scope, id: string): Promise<ExportedBatch> {
  const batch = await files.findBatch(scope, id)
  if (batch === undefined) throw notFound('batch', id)
  return batch
}

/** A page of a batch's data files. Numbers are texts in this API. */
export async function listBatchFiles(reader: FileReader, id: string, { scope, base, page }: ListContext) {
  const batch = await getBatch(reader, scope, id)
  const { files, count } = await reader.listFiles(batch, page)
  const at = String(batch.updatedAtMs)
  return {
    data: files.map((file) => ({
      dataSetFileId: file.id,
      dataSetViewId: batch.viewId,
      version: '1.0.0',
      created: at,
      updated: at,
      records: String(file.rowCount),
      size: String(file.sizeBytes),
      isValid: true,
      _links: { self: { href: `${base}/files/${file.id}` } },
    })),
    ...pageEnvelope(`${base}/batches/${id}/files`, page, count),
  }
}

/** The one file behind a file id, as a list. */
export function describeFile(file: ExportedFile, base: BaseUrl) {
  const name = fileNameOf(file.key)
  const href = `${base}/files/${file.id}?path=${encodeURIComponent(name)}`
  return {
    data: [{ name, length: String(file.sizeBytes), _links: { self: { href } } }],
    _page: { limit: 1, count: 1 },
  }
}

/** The files of rejected rows; `href` of each is `url` with its path. */
export function describeDiagnostics(
  files: readonly DiagnosticsFile[],
  { url, folder, page }: { url: string; folder: string; page: Page },
) {
  const shown = files.slice(page.start, page.start + page.limit)
  return {
    data: shown.map(({ name, sizeBytes }) => ({
      name,
      length: String(sizeBytes),
      _links: { self: { href: `${url}?path=${encodeURIComponent(folder + name)}` } },
    })),
    _page: { limit: page.limit, count: files.length },
  }
}

/** What lies directly below a batch's meta folder. */
export async function describeMeta(
  storage: LakeStorage,
  batch: ExportedBatch,
  { url, page }: { url: string; page: Page },
) {
  const files = await listDiagnostics(storage, batch)
  const sample = await sampleDiagnostics(storage, files)
  const entries = [
    { name: 'row_errors', length: String(files.reduce((sum, file) => sum + file.sizeBytes, 0)) },
    { name: 'row_errors_sample.json', length: String(Buffer.byteLength(sample)) },
  ]
  return {
    data: entries
      .slice(page.start, page.start + page.limit)
      .map((entry) => ({ ...entry, _links: { self: { href: `${url}?path=${entry.name}` } } })),
    _page: { limit: page.limit, count: entries.length },
  }
}

export const INPUT_LIST = 'input_files_0.json'

/** The files that were uploaded into a batch, one JSON object a line. */
export function inputList(paths: readonly string[]): string {
  return paths.map((path) => `${JSON.stringify({ path })}\n`).join('')
}

/** The list of them, as a file; none for the batch of a dataflow, whose rows come from a database. */
export function describeInputs(paths: readonly string[], { url, page }: { url: string; page: Page }) {
  const sizeBytes = Buffer.byteLength(inputList(paths))
  const files = paths.length === 0 ? [] : [{ key: '', name: INPUT_LIST, sizeBytes }]
  return describeDiagnostics(files, { url, folder: 'input_files/', page })
}

/** A path below a batch's meta folder. */
export type MetaPath =
  | { readonly kind: 'root' }
  | { readonly kind: 'row-errors' }
  | { readonly kind: 'input-files' }
  /** The names of all files that came in. */
  | { readonly kind: 'input-list' }
  | { readonly kind: 'sample' }
  | { readonly kind: 'row-error-file'; readonly name: string }

/** @throws {PlainProblem} 404 for a path that never exists */
export function parseMetaPath(path: string | undefined): MetaPath {
  const plain = (path ?? '').replace(/\/+$/, '')
  if (plain === '') return { kind: 'root' }
  if (plain === 'row_errors') return { kind: 'row-errors' }
  if (plain === 'input_files') return { kind: 'input-files' }
  if (plain === `input_files/${INPUT_LIST}`) return { kind: 'input-list' }
  if (isSampleName(plain)) return { kind: 'sample' }
  if (plain.startsWith('row_errors/'))
    return { kind: 'row-error-file', name: plain.slice('row_errors/'.length) }
  throw notFound('path', plain)
}
