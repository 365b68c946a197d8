import { createHash } from 'node:crypto'
import type { JsonObject } from '#kit/json.ts'
import { toCompatibilityNames } from './compatibility-names.ts'
import { GLOBAL_SOURCES } from './global/all.ts'
import type { GlobalSource } from './global/global-source.ts'
import { CONTEXT_REFERENCE, extendedIds } from './references.ts'
import { altIdOf, type Kind, type Resource, resourceTypeOf } from './resource.ts'
import { mapNodes } from './schema-tree.ts'
import { withXdmType } from './xdm-type.ts'

/** The resources that everybody has and nobody can change. */
export interface GlobalLibrary {
  /** By `$id` or `meta:altId`. */
  readonly find: (id: string) => Resource | undefined
  readonly list: (kind: Kind) => readonly Resource[]
}

const VERSION = '1.0'
const RELEASED_AT_MS = Date.UTC(2026, 7, 1)
const LICENSE = [
  'Names and types of fields: Experience Data Model (XDM), © Adobe Systems Incorporated, https://github.com/adobe/xdm',
  'Licensed under CC BY 4.0, https://creativecommons.org/licenses/by/4.0/. Titles and descriptions were changed.',
]

/** Builds the library from its sources. */
export function createGlobalLibrary(sources: readonly GlobalSource[] = GLOBAL_SOURCES): GlobalLibrary {
  const drafts = new Map(sources.map((source) => [source.id, draftOf(source)]))
  const resources = sources.map((source) => finish(source, drafts))
  const byId = new Map(
    resources.flatMap(
      (resource) =>
        [
          [resource.id, resource],
          [resource.altId, resource],
        ] as const,
    ),
  )
  return {
    find: (id) => byId.get(id),
    list: (kind) => resources.filter((resource) => resource.kind === kind),
  }
}

/** The document as far as it needs no other one. */
function draftOf(source: GlobalSource): JsonObject {
  const name = source.id.slice(source.id.lastIndexOf('/') + 1)
  const draft: JsonObject = {
    $id: source.id,
    $schema: 'http://json-schema.org/draft-06/schema#',
    'meta:license': LICENSE,
    'meta:altId': altIdOf(source.id),
    'meta:resourceType': resourceTypeOf(source.kind),
    version: VERSION,
    title: source.title,
    type: 'object',
    description: source.description,
    definitions: { [name]: { properties: source.fields } },
    allOf: [CONTEXT_REFERENCE, ...(source.includes ?? []), `#/definitions/${name}`].map(($ref) => ({ $ref })),
    'meta:extensible': true,
    'meta:abstract': true,
    'meta:containerId': 'global',
    'meta:status': 'stable',
    ...(source.required === undefined ? {} : { required: source.required }),
    ...(source.intendedToExtend === undefined ? {} : { 'meta:intendedToExtend': source.intendedToExtend }),
  }
  return mapNodes(toCompatibilityNames(draft), withXdmType)
}

function finish(source: GlobalSource, drafts: ReadonlyMap<string, JsonObject>): Resource {
  const draft = drafts.get(source.id) ?? {}
  const document: JsonObject = {
    ...draft,
    'meta:extends': extendedIds(draft, (id) => drafts.get(id)),
    'meta:registryMetadata': {
      'repo:createdDate': RELEASED_AT_MS,
      'repo:lastModifiedDate': RELEASED_AT_MS,
      eTag: createHash('sha256').update(JSON.stringify(draft)).digest('hex'),
      'meta:globalLibVersion': VERSION,
    },
  }
  return {
    id: source.id,
    altId: altIdOf(source.id),
    kind: source.kind,
    container: 'global',
    version: VERSION,
    title: source.title,
    createdAtMs: RELEASED_AT_MS,
    updatedAtMs: RELEASED_AT_MS,
    document,
  }
}
