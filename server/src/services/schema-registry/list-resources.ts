import type { ResourceList, ResourceListQuery } from '@headwater/contract/schema-registry.ts'
import type { Scope } from '#http/scope.ts'
import type { AcceptedFormat } from './accept.ts'
import { toXdmNames } from './compatibility-names.ts'
import { listUnions } from './find-union.ts'
import { cutPage, type SortValue } from './list-page.ts'
import { filterBy, parseFilter } from './property-filter.ts'
import { type Registry, readersOf } from './registry-context.ts'
import { shortForm } from './render-resource.ts'
import type { Container, Kind, Resource } from './resource.ts'

export interface ListRequest {
  readonly container: Container
  readonly kind: Kind | 'unions'
  readonly format: AcceptedFormat
  readonly query: ResourceListQuery
  /** Scheme and host that the client called, for the links. */
  readonly origin: string
  /** Path of the list without its query. */
  readonly path: string
}

/** A page of the resources of a container, short or raw. */
export async function listResources(
  registry: Registry,
  scope: Scope,
  request: ListRequest,
): Promise<ResourceList> {
  const { format, kind, query } = request
  const isShort = format.form.endsWith('id')
  const all = await readAll(registry, scope, request, isShort)
  const matches = parseFilter(query.property ?? [])
  const page = cutPage(
    filterBy(all, matches, ({ document }) => document),
    query,
    sortValue,
  )
  const results = page.items.map(({ document }) => {
    if (isShort) return shortForm(document)
    return format.names === 'xdm' ? toXdmNames(document) : document
  })
  const next = page.next === null ? null : { href: nextHref(request, page.next) }
  return {
    results,
    _page: { orderby: page.orderby, next: page.next, count: results.length },
    _links: {
      next,
      ...(kind === 'schemas'
        ? { global_schemas: { href: `${request.origin}/data/foundation/schemaregistry/global/schemas` } }
        : {}),
    },
  }
}

async function readAll(
  registry: Registry,
  scope: Scope,
  { container, kind }: ListRequest,
  slim: boolean,
): Promise<readonly Resource[]> {
  if (kind === 'unions') return listUnions(registry, scope)
  if (kind === 'behaviors' && container === 'tenant') return []
  return readersOf(registry).resources.list(scope, container, kind, slim)
}

function sortValue(resource: Resource, field: string): SortValue {
  if (field === 'updated') return resource.updatedAtMs
  if (field === 'created') return resource.createdAtMs
  const value = resource.document[field]
  return typeof value === 'number' ? value : String(value ?? '')
}

function nextHref({ origin, path, query }: ListRequest, start: SortValue): string {
  const parameters = new URLSearchParams()
  if (query.orderby !== undefined) parameters.set('orderby', query.orderby)
  if (query.limit !== undefined) parameters.set('limit', String(query.limit))
  for (const property of query.property ?? []) parameters.append('property', property)
  parameters.set('start', String(start))
  return `${origin}${path}?${parameters}`
}
