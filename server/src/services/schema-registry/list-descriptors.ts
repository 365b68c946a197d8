import type { ResourceListQuery } from '@headwater/contract/schema-registry.ts'
import type { Scope } from '#http/scope.ts'
import type { Json, JsonObject } from '#kit/json.ts'
import { cutPage } from './list-page.ts'
import { filterBy, parseFilter } from './property-filter.ts'
import { type Registry, readersOf } from './registry-context.ts'

/**
 * Descriptors by their type, or as a page for the `v2` forms. `form` says what stands for each: the descriptor
 * (``), its id (`id`) or its path (`link`).
 */
export async function listDescriptors(
  registry: Registry,
  scope: Scope,
  request: { readonly form: string; readonly query: ResourceListQuery },
): Promise<JsonObject> {
  const { form, query } = request
  const matches = parseFilter(query.property ?? [])
  const listed = await readersOf(registry).descriptors.list(scope)
  const all = filterBy(listed, matches, (descriptor) => descriptor)
  const show = (descriptor: JsonObject): Json => shown(descriptor, form)
  if (form.startsWith('v2')) return pageOf(all, query, show)
  const byType = Map.groupBy(all, (descriptor) => String(descriptor['@type']))
  return Object.fromEntries([...byType].map(([type, descriptors]) => [type, descriptors.map(show)]))
}

function shown(descriptor: JsonObject, form: string): Json {
  if (form.endsWith('link')) return `/tenant/descriptors/${String(descriptor['@id'])}`
  return form.endsWith('id') ? String(descriptor['@id']) : descriptor
}

function pageOf(
  all: readonly JsonObject[],
  query: ResourceListQuery,
  show: (one: JsonObject) => Json,
): JsonObject {
  const page = cutPage(all, query, (descriptor, field) => {
    const value = descriptor[field]
    return typeof value === 'number' ? value : String(value ?? '')
  })
  return {
    results: page.items.map(show),
    _page: { orderby: page.orderby, next: page.next, count: page.items.length },
    _links: { next: null },
  }
}
