import { badRequest } from './problems.ts'

/** A page of a list whose entries are known by name and sorted by it. */
export interface Page {
  /** Names after this one. */
  readonly after: string
  /** `undefined` for all. */
  readonly size: number | undefined
}

const MOST = 1000

/** Reads `pageToken` and `pageSize`. Throws CatalogProblem 400. */
export function parsePage(query: {
  readonly pageToken?: string | undefined
  readonly pageSize?: string | undefined
}): Page {
  const { pageToken = '', pageSize } = query
  if (pageSize === undefined) return { after: pageToken, size: undefined }
  const size = Number(pageSize)
  if (/^\d+$/.test(pageSize) && size >= 1 && size <= MOST) return { after: pageToken, size }
  throw badRequest(`The page size must be a whole number from 1 to ${MOST}, not '${pageSize}'.`)
}

/** Cuts a page out of names of which one more than its size was read. */
export function cutPage(
  names: readonly string[],
  { size }: Page,
): { readonly names: readonly string[]; readonly next?: string | null } {
  if (size === undefined) return { names }
  const cut = names.slice(0, size)
  return { names: cut, next: names.length > size ? (cut.at(-1) ?? null) : null }
}
