import { basename } from 'node:path'
import type { Scope } from '#http/scope.ts'
import { noSuchTable } from './problems.ts'
import type { TableReader } from './table-reader.ts'

/** What the catalog asks of the lake; boot connects it. */
export interface CatalogLakeFiles {
  /** The address under which readers find an object. */
  readonly uri: (key: string) => string
  readonly get: (key: string, options?: { readonly signal?: AbortSignal | undefined }) => Promise<Uint8Array>
}

export interface LoadTableDependencies {
  readonly reader: TableReader
  readonly files: CatalogLakeFiles
  /** Where the storage answers, in the words of Iceberg's file access; no credentials. */
  readonly storageConfig: Readonly<Record<string, string>>
}

export interface LoadTableRequest {
  readonly namespace: string
  readonly table: string
  /** Tags of what the client has already. */
  readonly ifNoneMatch?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The answer as text; without it the client has it already. */
export interface LoadedTableText {
  readonly etag: string
  readonly text?: string | undefined
}

/**
 * A table with its metadata. The metadata file is passed on as it is: ids of 63 bits would not survive being parsed.
 *
 * @throws {CatalogProblem} 404
 */
export async function loadTable(
  { reader, files, storageConfig }: LoadTableDependencies,
  scope: Scope,
  { namespace, table, ifNoneMatch, signal }: LoadTableRequest,
): Promise<LoadedTableText> {
  const key = await reader.findMetadataKey(scope, table)
  if (key === undefined) throw noSuchTable(namespace, table)
  // A metadata file never changes, so its name is the tag of what it says.
  const etag = `"${basename(key, '.metadata.json')}"`
  if (listsTag(ifNoneMatch, etag)) return { etag }
  const metadata = new TextDecoder().decode(await files.get(key, { signal }))
  const [location, config] = [JSON.stringify(files.uri(key)), JSON.stringify(storageConfig)]
  return { etag, text: `{"metadata-location":${location},"metadata":${metadata},"config":${config}}` }
}

function listsTag(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
