import type { CallOptions, Query, Transport } from '../transport.ts'

export const CATALOG = '/data/foundation/catalog'

/** What is wanted of a list of Catalog, as its parameters have it: `limit`, `start`, `orderBy`, `property` and more. */
export type CatalogQuery = Query

/** An entry with the id under which Catalog lists it. */
export type Identified<Entry> = Entry & { readonly id: string }

/** The entries of an answer of Catalog, which has them by their ids. */
export async function readEntries<Entry>(
  transport: Transport,
  path: string,
  query: CatalogQuery | undefined,
  options: CallOptions,
): Promise<readonly Identified<Entry>[]> {
  const call = { ...options, method: 'GET', path: CATALOG + path, query } as const
  const byId = (await transport.call(call)) as Readonly<Record<string, Entry>>
  return Object.entries(byId).map(([id, entry]) => ({ ...entry, id }))
}
