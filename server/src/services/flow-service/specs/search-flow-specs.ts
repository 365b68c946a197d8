import type { Scope } from '#http/scope.ts'
import type { Json, JsonObject } from '#kit/json.ts'
import type { Keyring } from '#secrets/keyring.ts'
import { project } from '#services/flow-service/entities/entity-reader.ts'
import { listInMemory } from '#services/flow-service/lists/list-in-memory.ts'
import { badValue, type Collection } from '#services/flow-service/lists/list-query.ts'
import { matchesAll } from '#services/flow-service/lists/match-filter.ts'
import { valueAt } from '#services/flow-service/lists/order-documents.ts'
import { createPageTokens, linksTo } from '#services/flow-service/lists/page-token.ts'
import { parsePath, parsePropertyFilter } from '#services/flow-service/lists/property-filter.ts'
import { parseSearchQuery, type SearchRequest, textOf } from '#services/flow-service/lists/search-query.ts'
import type { SpecCollection } from './list-specs.ts'

/**
 * A page of the specs that a search is about. `groupByProperty` sorts by that property before all else, so that
 * specs with the same value of it stand together, and the first page tells in `groups` how many have which value.
 *
 * @throws {FlowProblem} with the documented code of the member that is wrong
 */
export function searchSpecs(
  keyring: Pick<Keyring, 'sign' | 'verify'>,
  scope: Scope,
  { name, specs, filterable }: SpecCollection,
  request: SearchRequest,
): JsonObject {
  const collection = { name, filterable, tokens: createPageTokens(keyring, scope, `${name}/search`) }
  const group = readGroup(request, collection)
  const query = parseSearchQuery(orderedBy(request, group), collection)
  const found = (specs as readonly JsonObject[]).filter((spec) => matchesAll(spec, query.filter.conditions))
  if (query.countOnly) return { count: found.length }
  const { documents, nextToken } = listInMemory(found, query)
  return {
    items: documents.map((spec) => project(spec, query.filter.projection)),
    ...(group === undefined ? {} : { groups: groupsOf(found, group) }),
    _links: linksTo(`${name}/search`, nextToken),
  }
}

/** The property to group by; a token has it among its sort keys already. */
function readGroup(
  { body, continuationToken }: SearchRequest,
  { filterable }: Collection,
): string | undefined {
  if (continuationToken !== undefined && continuationToken !== '') return undefined
  const field = textOf(body, 'groupByProperty')?.trim()
  if (field === undefined) return undefined
  if (/[,=!<>~"]/.test(field)) throw badValue(field, 'groupByProperty', 'Send the name of one field.')
  parsePropertyFilter([field], filterable)
  return field
}

function orderedBy(request: SearchRequest, group: string | undefined): SearchRequest {
  if (group === undefined) return request
  const orderby = textOf(request.body, 'orderby')
  return {
    ...request,
    body: { ...request.body, orderby: orderby === undefined ? group : `${group},${orderby}` },
  }
}

function groupsOf(specs: readonly JsonObject[], field: string): readonly JsonObject[] {
  const counts = new Map<string, { value: Json; count: number }>()
  for (const spec of specs) {
    const value = valueAt(spec, parsePath(field))
    const key = JSON.stringify(value)
    counts.set(key, { value, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
}
