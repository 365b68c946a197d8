import type { MappingSetEntry, MappingSetSummary } from '#http/neighbours.ts'
import { newHexId } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { identityOf, type MappingInput, type MappingSetInput } from './mapping-set-body.ts'

/** One version of a mapping set, as the API shows it. */
export interface MappingSetDocument extends JsonObject {
  readonly id: string
  readonly version: number
  readonly createdDate: number
  readonly modifiedDate: number
  readonly createdBy: string
  readonly modifiedBy: string
  readonly outputSchema: {
    readonly id: string
    readonly version: number
    readonly schemaRef: { readonly id: string; readonly contentType: string }
    /** The whole schema, in answers that ask for it. */
    readonly jsonSchema?: JsonObject | undefined
  }
  readonly mappings: readonly MappingDocument[]
}

export interface MappingDocument extends JsonObject {
  readonly id: string
  readonly version: number
  readonly sourceType: string
  readonly source: string
  readonly destination: string
}

/** How the API spells the kinds of sources when it shows a set. */
const SHOWN_TYPES: Readonly<Record<MappingSetEntry['sourceType'], string>> = {
  ATTRIBUTE: 'text/x.schema-path',
  EXPRESSION: 'text/x.aep-xl',
  STATIC: 'STATIC',
}

const ENTRY_TYPES: ReadonlyMap<string, MappingSetEntry['sourceType']> = new Map(
  Object.entries(SHOWN_TYPES).map(([type, shown]) => [shown, type as MappingSetEntry['sourceType']]),
)

/** The version before, or undefined for a set that is new. */
export interface DocumentContext {
  readonly previous: MappingSetDocument | undefined
  readonly userId: string
  readonly nowMs: number
}

/** The next version of a set: the first has the number 0. */
export function mappingSetDocument(input: MappingSetInput, context: DocumentContext): MappingSetDocument {
  const { previous, userId, nowMs } = context
  const version = previous === undefined ? 0 : previous.version + 1
  return {
    supportVersion: '1.1',
    status: 'PUBLISHED',
    strictMapping: false,
    allowNullValues: false,
    ...input.extras,
    id: previous?.id ?? newHexId(32),
    version,
    createdDate: previous?.createdDate ?? nowMs,
    modifiedDate: nowMs,
    createdBy: previous?.createdBy ?? userId,
    modifiedBy: userId,
    ...(input.name === undefined ? {} : { name: input.name }),
    outputSchema: { id: previous?.outputSchema.id ?? newHexId(32), version, schemaRef: input.schemaRef },
    mappings: input.mappings.map((mapping) => mappingDocument(mapping, version, context)),
    schemaRef: input.schemaRef,
    xdmSchema: input.schemaRef.id,
    xdmVersion: schemaVersionOf(input.schemaRef.contentType),
  }
}

function mappingDocument(
  mapping: MappingInput,
  version: number,
  { previous, userId, nowMs }: DocumentContext,
): MappingDocument {
  const { entry, extras } = mapping
  const before = previous?.mappings.find(({ id }) => id === mapping.id)
  return {
    identity: false,
    primaryIdentity: false,
    matchScore: 0,
    functionVersion: 1,
    ...extras,
    id: before?.id ?? newHexId(32),
    version,
    createdDate: before?.['createdDate'] ?? nowMs,
    modifiedDate: nowMs,
    createdBy: before?.['createdBy'] ?? userId,
    modifiedBy: userId,
    sourceType: SHOWN_TYPES[entry.sourceType],
    source: entry.source,
    destination: entry.destination,
    sourceAttribute: entry.source,
    destinationXdmPath: entry.destination,
  }
}

/** `application/vnd.adobe.xed-full+json;version=1` has the version 1. */
function schemaVersionOf(contentType: string): string {
  const version = /version\s*=\s*(\d+(?:\.\d+)?)/.exec(contentType)?.[1] ?? '1'
  return version.includes('.') ? version : `${version}.0`
}

/** The entries of a stored set, for those who run it. */
export function entriesOf(document: MappingSetDocument): readonly MappingSetEntry[] {
  return document.mappings.map((mapping) => ({
    sourceType: ENTRY_TYPES.get(mapping.sourceType) ?? 'ATTRIBUTE',
    source: mapping.source,
    destination: mapping.destination,
    ...identityOf(mapping),
  }))
}

/** What the neighbours may know of a set. */
export function summaryOf(document: MappingSetDocument, newestVersion: number): MappingSetSummary {
  const { id, version, outputSchema } = document
  const { id: schemaId, contentType: schemaContentType } = outputSchema.schemaRef
  return { id, version, newestVersion, schemaId, schemaContentType, entries: entriesOf(document) }
}
