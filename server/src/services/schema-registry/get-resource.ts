import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { AcceptedFormat } from './accept.ts'
import { findUnion } from './find-union.ts'
import { resourceNotFound } from './problems.ts'
import { type Readers, type Registry, readersOf } from './registry-context.ts'
import { renderResource } from './render-resource.ts'
import type { Container, Kind, Resource } from './resource.ts'
import { textsAt } from './schema-tree.ts'

export interface LookupRequest {
  readonly container: Container
  readonly kind: Kind
  /** `$id` or `meta:altId`. */
  readonly id: string
  readonly format: AcceptedFormat & { readonly version: string }
}

/** One resource in the form that was asked for. Throws RegistryProblem 404. */
export async function getResource(
  registry: Registry,
  scope: Scope,
  request: LookupRequest,
): Promise<JsonObject> {
  const readers = readersOf(registry)
  const resource = await findAny(registry, readers, scope, request)
  if (resource === undefined || !hasVersion(resource, request.format.version)) {
    throw resourceNotFound(request.id, request.format.version)
  }
  const { document } = resource
  const find = await readers.resources.loadReferences(scope, [document])
  return renderResource({
    document,
    format: request.format,
    find: (id) => find(id)?.document,
    descriptors: await readers.descriptors.listOf(scope, [resource.id, ...textsAt(document, 'meta:extends')]),
  })
}

function findAny(
  registry: Registry,
  readers: Readers,
  scope: Scope,
  { container, kind, id }: LookupRequest,
): Promise<Resource | undefined> {
  const isUnion = kind === 'schemas' && container === 'tenant' && id.endsWith('__union')
  return isUnion ? findUnion(registry, scope, id) : readers.resources.find(scope, container, kind, id)
}

/** `1` means the newest; a minor version is served up to the newest. */
function hasVersion(resource: Resource, wanted: string): boolean {
  const [major, minor = '0'] = wanted.split('.')
  const [ownMajor, ownMinor = '0'] = resource.version.split('.')
  return major === ownMajor && Number(minor) <= Number(ownMinor)
}
