import type { JsonObject } from '#kit/json.ts'
import type { ListQuery } from './list-query.ts'
import { matchesAll } from './match-filter.ts'
import { compareDocuments, compareValues, sortValues } from './order-documents.ts'
import { badToken } from './page-token.ts'

/** A page of what is in memory. */
export interface MemoryPage {
  readonly documents: readonly JsonObject[]
  readonly nextToken?: string | undefined
}

/** One page of the documents that meet the query. Without sort keys they keep the order in which they are given. */
export function listInMemory(documents: readonly JsonObject[], query: ListQuery): MemoryPage {
  const { orderings, limit } = query
  const found = documents.filter((document) => matchesAll(document, query.filter.conditions))
  const sorted = orderings.length === 0 ? found : found.toSorted((a, b) => compareDocuments(a, b, orderings))
  const rest = sorted.slice(startOf(sorted, query))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  if (last === undefined || rest.length <= limit) return { documents: page }
  const after = sortValues(last, orderings).map((value) => JSON.stringify(value))
  return { documents: page, nextToken: query.tokenAfter(orderings.length === 0 ? ['', ...after] : after) }
}

function startOf(sorted: readonly JsonObject[], { orderings, after }: ListQuery): number {
  if (after === undefined) return 0
  if (orderings.length > 0) {
    const values = after.map((text) => JSON.parse(text))
    const start = sorted.findIndex(
      (document) => compareValues(sortValues(document, orderings), values, orderings) > 0,
    )
    return start < 0 ? sorted.length : start
  }
  const index = sorted.findIndex(({ id }) => JSON.stringify(id) === after.at(-1))
  if (index < 0) throw badToken()
  return index + 1
}
