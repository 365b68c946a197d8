import { MAX_PREVIEW_ROWS, type UploadPreview } from '@headwater/contract/ingestion.ts'
import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { ParquetUnreadableError, readParquet } from '#lake/query/read-parquet.ts'
import { parseJsonValue } from '#mapping/parse-json.ts'
import { toJson } from '#mapping/values.ts'
import { FileFormatError, type FileRecord } from '#source/files/file-record.ts'
import { splitterOf, type TextFormat } from '#source/files/splitter-of.ts'
import { listFiles, listParts } from './file-store.ts'
import { getUpload, type UploadTarget } from './find-upload.ts'
import type { IngestionDependencies } from './ingestion-dependencies.ts'
import { badRequest } from './problems.ts'
import { assertCharacter, readFormat } from './upload-body.ts'

export interface PreviewParameters {
  readonly format?: string | undefined
  readonly delimiter?: string | undefined
  readonly quote?: string | undefined
  readonly escape?: string | undefined
  readonly nrow?: string | undefined
}

const DEFAULT_ROWS = 5

/**
 * The first records of the files that a batch has so far, as a table.
 *
 * @throws {PlainProblem} 400 for parameters that are none, or files of another format; 404
 */
export async function previewUpload(
  deps: IngestionDependencies,
  scope: Scope,
  {
    query,
    signal,
    ...target
  }: UploadTarget & { readonly query: PreviewParameters; readonly signal: AbortSignal },
): Promise<UploadPreview> {
  const { document } = await getUpload(deps, scope, target)
  const parameters = formatParametersOf(document['inputFormat'], query)
  const rowCount = readLimit(query.nrow)
  // No rows are asked for by who wants to know the columns, which are those of the first rows.
  const limit = rowCount === 0 ? DEFAULT_ROWS : rowCount
  const records: JsonObject[] = []
  for (const { path } of await listFiles(deps.db, target.batchId)) {
    if (records.length >= limit) break
    const keys = (await listParts(deps.db, { batchId: target.batchId, path })).map(({ key }) => key)
    const file = { path, keys, limit: limit - records.length, signal }
    records.push(...(await readRecords(deps, parameters, file)))
  }
  const { columns, rows } = tableOf(records.slice(0, limit))
  return {
    formatParams: { ...parameters, nrow: rowCount },
    preview: { columns, rows: rows.slice(0, rowCount) },
  }
}

function formatParametersOf(stored: unknown, query: PreviewParameters): JsonObject {
  const { format, isMultiLineJson, ...characters } = (isObject(stored) ? stored : {}) as JsonObject
  const given = { delimiter: query.delimiter, quote: query.quote, escape: query.escape }
  for (const [name, value] of Object.entries(given)) assertCharacter(name, value)
  const wanted = readFormat('format', query.format ?? format)
  if (wanted === 'json') return { format: wanted, isMultiLineJson: isMultiLineJson === true }
  if (wanted !== 'csv') return { format: wanted }
  const quote = given.quote ?? characters['quote'] ?? '"'
  return {
    format: wanted,
    delimiter: given.delimiter ?? characters['delimiter'] ?? ',',
    quote,
    escape: given.escape ?? characters['escape'] ?? quote,
    charset: 'utf-8',
    header: true,
  }
}

function readLimit(text: string | undefined): number {
  const limit = text === undefined || text === '' ? DEFAULT_ROWS : Number(text)
  if (Number.isInteger(limit) && limit >= 0 && limit <= MAX_PREVIEW_ROWS) return limit
  throw badRequest(
    `The parameter 'nrow' must be a whole number from 0 to ${MAX_PREVIEW_ROWS}, not ${JSON.stringify(text)}.`,
  )
}

interface FileToRead {
  readonly path: string
  readonly keys: readonly string[]
  readonly limit: number
  readonly signal: AbortSignal
}

async function readRecords(
  deps: IngestionDependencies,
  parameters: JsonObject,
  file: FileToRead,
): Promise<JsonObject[]> {
  try {
    return parameters['format'] === 'parquet'
      ? await readParquetRecords(deps, file)
      : await readTextRecords(deps, textFormatOf(parameters), file)
  } catch (error) {
    const isOfFormat = error instanceof FileFormatError || error instanceof ParquetUnreadableError
    throw isOfFormat ? badRequest(`The file '${file.path}' ${error.message}.`) : error
  }
}

function textFormatOf(parameters: JsonObject): TextFormat {
  if (parameters['format'] === 'csv') {
    const { delimiter, quote, ...others } = parameters as Readonly<Record<string, string>>
    return {
      kind: 'csv',
      delimiter: delimiter ?? ',',
      quote: quote ?? '"',
      escape: others['escape'] ?? '"',
    }
  }
  return { kind: parameters['isMultiLineJson'] === true ? 'json' : 'json-lines' }
}

async function readTextRecords(
  { storage }: IngestionDependencies,
  format: TextFormat,
  { keys, limit, signal }: FileToRead,
): Promise<JsonObject[]> {
  const splitter = splitterOf(format)
  const records: FileRecord[] = []
  for (const key of keys) {
    const stream = await storage.openRead(key, undefined, { signal })
    for await (const chunk of stream) {
      records.push(...splitter.push(chunk as Buffer))
      if (records.length >= limit) return toObjects(records.slice(0, limit))
    }
  }
  return toObjects([...records, ...splitter.end()].slice(0, limit))
}

/** What is no record is left out: that it is broken is for the import to tell. */
function toObjects(records: readonly FileRecord[]): JsonObject[] {
  return records.flatMap(({ bytes, isBroken }) => {
    if (isBroken) return []
    try {
      const value = toJson(parseJsonValue(Buffer.from(bytes).toString('utf8')))
      return isObject(value) ? [value as JsonObject] : []
    } catch {
      return []
    }
  })
}

async function readParquetRecords(
  { localPathOf }: IngestionDependencies,
  { path, keys, limit, signal }: FileToRead,
): Promise<JsonObject[]> {
  const [key, ...more] = keys
  if (key === undefined) return []
  if (more.length > 0)
    throw badRequest(`The file '${path}' has come in pieces; Parquet in pieces has no preview.`)
  const records: JsonObject[] = []
  await readParquet(await localPathOf(key, { signal }), {
    limit,
    signal,
    onRows: (rows) => void records.push(...(rows as readonly JsonObject[])),
  })
  return records
}

/** Objects become columns with slashes in their names. */
function tableOf(records: readonly JsonObject[]): UploadPreview['preview'] {
  const flat = records.map((record) => new Map(leavesOf(record, '')))
  const names = [...new Set(flat.flatMap((row) => [...row.keys()]))]
  const columns = names.map((name, index) => ({ cid: String(index + 1), name }))
  const rows = flat.map((row) =>
    Object.fromEntries(
      columns.filter(({ name }) => row.has(name)).map(({ cid, name }) => [cid, row.get(name)]),
    ),
  )
  return { columns, rows }
}

function leavesOf(object: JsonObject, prefix: string): [string, unknown][] {
  return Object.entries(object).flatMap(([name, value]): [string, unknown][] =>
    isObject(value) ? leavesOf(value as JsonObject, `${prefix}${name}/`) : [[prefix + name, value]],
  )
}
