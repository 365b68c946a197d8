import type { Page } from './file-reader.ts'
import { badRequest } from './problems.ts'

const MAX_LIMIT = 100

/** @throws {PlainProblem} 400 for a limit or start that is out of range */
export function parsePage(query: {
  readonly start?: string | undefined
  readonly limit?: string | undefined
}): Page {
  return {
    start: parseCount('start', query.start, { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 }),
    limit: parseCount('limit', query.limit, { min: 1, max: MAX_LIMIT, fallback: MAX_LIMIT }),
  }
}

function parseCount(
  name: string,
  given: string | number | undefined,
  range: { min: number; max: number; fallback: number },
): number {
  const text = String(given ?? '').trim()
  if (text === '') return range.fallback
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (count >= range.min && count <= range.max) return count
  throw badRequest(
    `The parameter '${name}' must be a whole number from ${range.min} to ${range.max}, not '${text}'.`,
  )
}

/** The envelope of a page: how much there is and where the rest is. `url` has no query. */
export function pageEnvelope(url: string, { start, limit }: Page, count: number) {
  const hasNext = start + limit < count
  return {
    _page: { limit, count },
    _links: {
      ...(hasNext ? { next: { href: `${url}?start=${start + limit}&limit=${limit}` } } : {}),
      page: { href: `${url}?start=${start}&limit=${limit}{&start,limit}`, templated: true },
    },
  }
}
