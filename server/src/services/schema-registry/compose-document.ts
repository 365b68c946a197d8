import { createHash } from 'node:crypto'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { ADHOC_BEHAVIOR } from './behaviors.ts'
import { tenantNamespace } from './namespace-rules.ts'
import { extendedIds, partIds, referencedIds } from './references.ts'
import { altIdOf, type FindResource, type Resource, resourceTypeOf, type TenantKind } from './resource.ts'
import { mapNodes, objectAt, objectsAt, omit } from './schema-tree.ts'
import { withXdmType } from './xdm-type.ts'

/** What only the registry decides; clients send it back and it is ignored. */
const REGISTRY_KEYS: ReadonlySet<string> = new Set([
  '$id',
  '$schema',
  'imsOrg',
  'refs',
  'version',
  'meta:abstract',
  'meta:altId',
  'meta:class',
  'meta:containerId',
  'meta:datasetNamespace',
  'meta:descriptorStatus',
  'meta:descriptors',
  'meta:extends',
  'meta:extensible',
  'meta:registryMetadata',
  'meta:resourceType',
  'meta:sandboxId',
  'meta:sandboxType',
  'meta:tenantNamespace',
])

/** The part of a body or stored document that its author wrote, types filled in. */
export function authoredPart(body: JsonObject): JsonObject {
  const authored = mapNodes({ type: 'object', ...omit(body, REGISTRY_KEYS) }, withXdmType)
  return authored['allOf'] === undefined ? authored : { ...authored, allOf: objectsAt(authored, 'allOf') }
}

export interface ComposeRequest {
  readonly kind: TenantKind
  readonly id: string
  readonly version: string
  readonly scope: Scope
  /** As {@link authoredPart} gives it. */
  readonly authored: JsonObject
  readonly find: FindResource
  /** The resource as it was, when it is changed. */
  readonly previous?: Resource | undefined
  /** Epoch ms. */
  readonly now: number
}

/** The resource with everything that the registry says of it. */
export function composeResource(request: ComposeRequest): Resource {
  const { kind, id, version, scope, authored, find, now } = request
  const isMixin = kind === 'fieldgroups' || kind === 'classes'
  const described: JsonObject = {
    $id: id,
    'meta:altId': altIdOf(id),
    'meta:resourceType': resourceTypeOf(kind),
    version,
    ...authored,
    refs: referencedIds(authored),
    imsOrg: scope.orgId,
    'meta:extensible': kind !== 'schemas',
    'meta:abstract': isMixin || kind === 'datatypes',
    'meta:extends': extendedIds(authored, (other) => find(other)?.document),
    ...classAttributes(request),
    'meta:containerId': 'tenant',
    'meta:sandboxId': scope.sandbox.id,
    'meta:sandboxType': scope.sandbox.type,
    'meta:tenantNamespace': tenantNamespace(scope.tenantId),
  }
  const createdAtMs = request.previous?.createdAtMs ?? now
  return {
    id,
    altId: altIdOf(id),
    kind,
    container: 'tenant',
    version,
    title: String(authored['title']),
    createdAtMs,
    updatedAtMs: now,
    document: { ...described, 'meta:registryMetadata': metadataOf(request, described, createdAtMs) },
  }
}

function classAttributes({ kind, id, authored, find }: ComposeRequest): JsonObject {
  if (kind === 'classes') {
    const namespace = datasetNamespaceOf(id, authored)
    return namespace === undefined ? {} : { 'meta:datasetNamespace': namespace }
  }
  if (kind !== 'schemas') return {}
  const classResource = partIds(authored)
    .map(find)
    .find((part) => part?.kind === 'classes')
  const namespace = classResource?.document['meta:datasetNamespace']
  return {
    'meta:class': classResource?.id,
    ...(namespace === undefined ? {} : { 'meta:datasetNamespace': namespace }),
  }
}

function metadataOf(
  { scope, previous, now }: ComposeRequest,
  described: JsonObject,
  createdAtMs: number,
): JsonObject {
  const before = previous && objectAt(previous.document, 'meta:registryMetadata')
  return {
    'repo:createdDate': createdAtMs,
    'repo:lastModifiedDate': now,
    'xdm:createdClientId': before?.['xdm:createdClientId'] ?? scope.clientId,
    'xdm:lastModifiedClientId': scope.clientId,
    'xdm:createdUserId': before?.['xdm:createdUserId'] ?? scope.userId,
    'xdm:lastModifiedUserId': scope.userId,
    eTag: createHash('sha256')
      .update(`${now}${JSON.stringify(described)}`)
      .digest('hex'),
    'meta:globalLibVersion': '1.0',
  }
}

/** What the fields of an ad-hoc class stand under: its own id, so that they belong to its datasets only. */
export function datasetNamespaceOf(classId: string, authored: JsonObject): string | undefined {
  if (!partIds(authored).includes(ADHOC_BEHAVIOR)) return undefined
  return `_${classId.slice(classId.lastIndexOf('/') + 1)}`
}

/** Replaces the name `_adhoc` that clients write by the namespace of the class. */
export function nameAdhocFields(classId: string, authored: JsonObject): JsonObject {
  const namespace = datasetNamespaceOf(classId, authored)
  if (namespace === undefined) return authored
  return mapNodes(authored, (node) => {
    const properties = objectAt(node, 'properties')
    if (properties?.['_adhoc'] === undefined) return node
    const { _adhoc: fields, ...rest } = properties
    return { ...node, properties: { ...rest, [namespace]: fields } satisfies JsonObject }
  })
}
