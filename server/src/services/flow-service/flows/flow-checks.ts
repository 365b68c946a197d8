import type { DatasetSummary, MappingSetSummary } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { findConnection, type StoredConnection } from '#services/flow-service/connections/connection-store.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { stateOf, textOf } from '#services/flow-service/entities/entity-document.ts'
import {
  type EntityKind,
  SOURCE_CONNECTIONS,
  TARGET_CONNECTIONS,
} from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import type { FlowSpec } from '#services/flow-service/specs/built-in/spec.ts'
import { mappingOf } from './flow-parts.ts'
import type { FlowParts } from './flow-rules.ts'

type Dependencies = Pick<FlowServiceDependencies, 'db' | 'keyring' | 'findDataset' | 'findMappingSet'>

/** Everything that a flow points to. Members are absent only in a draft that doesn't point there yet. */
export interface FlowReferences {
  readonly source?: JsonObject | undefined
  readonly base?: StoredConnection | undefined
  readonly target?: JsonObject | undefined
  readonly dataset?: DatasetSummary | undefined
  readonly mappingSet?: MappingSetSummary | undefined
}

/**
 * Finds what a flow points to and checks that it fits together.
 *
 * @throws {FlowProblem} 1439 for a connection that does not exist, 1419 and 1412 for a mapping set or version
 *   that does not, 1425 when mapping set and dataset are of different schemas, 1100 for the rest
 */
export async function resolveFlow(
  deps: Dependencies,
  scope: Scope,
  parts: FlowParts,
  { spec, isDraft }: { readonly spec: FlowSpec; readonly isDraft: boolean },
): Promise<FlowReferences> {
  const source = await findReferred(deps, scope, {
    kind: SOURCE_CONNECTIONS,
    id: parts.sourceConnectionId,
    specIds: spec.sourceConnectionSpecIds,
    isDraft,
  })
  const target = await findReferred(deps, scope, {
    kind: TARGET_CONNECTIONS,
    id: parts.targetConnectionId,
    specIds: spec.targetConnectionSpecIds,
    isDraft,
  })
  const base = source && (await findBase(deps, scope, source, isDraft))
  const dataset = target && (await findTargetDataset(deps, scope, target))
  const mappingSet = await findMapping(deps, scope, parts)
  if (dataset !== undefined && mappingSet !== undefined) assertSameSchema(dataset, mappingSet)
  return { source, base, target, dataset, mappingSet }
}

interface Referred {
  readonly kind: EntityKind
  readonly id: string | undefined
  /** Connection specs that the flow spec allows. */
  readonly specIds: readonly string[]
  readonly isDraft: boolean
}

async function findReferred(
  { db }: Dependencies,
  scope: Scope,
  { kind, id, specIds, isDraft }: Referred,
): Promise<JsonObject | undefined> {
  if (id === undefined) return undefined
  const document = await getDocument(db, scope, kind, id)
  const connectionSpec: unknown = document['connectionSpec']
  const specId = isObject(connectionSpec) ? String(connectionSpec['id']) : ''
  if (!specIds.includes(specId)) {
    throw invalidRequest(
      `The connection spec ${specId} of ${id} is not one that the flow spec joins. See ${kind.name.slice(0, 6)}ConnectionSpecIds of the flow spec.`,
      kind.name,
    )
  }
  if (!isDraft && stateOf(document) === 'draft')
    throw invalidRequest(`${id} of ${kind.name} is a draft. Publish it first.`, kind.name)
  return document
}

async function findBase(
  { db, keyring }: Dependencies,
  scope: Scope,
  source: JsonObject,
  isDraft: boolean,
): Promise<StoredConnection | undefined> {
  const id = textOf(source, 'baseConnectionId')
  const base = await findConnection(db, keyring, scope, id)
  if (base === undefined) {
    if (isDraft) return undefined
    throw invalidRequest(
      `The base connection ${id} of the source connection ${textOf(source, 'id')} does not exist.`,
      'sourceConnectionIds',
    )
  }
  if (!isDraft && stateOf(base.document) === 'draft')
    throw invalidRequest(`The base connection ${id} is a draft. Publish it first.`, 'sourceConnectionIds')
  return base
}

async function findTargetDataset(
  { findDataset }: Dependencies,
  scope: Scope,
  target: JsonObject,
): Promise<DatasetSummary | undefined> {
  const { params } = target
  const id = isObject(params) ? textOf(params as JsonObject, 'dataSetId') : ''
  if (id === '') return undefined
  const dataset = await findDataset(scope, id)
  if (dataset === undefined)
    throw invalidRequest(
      `The dataset ${id} of the target connection ${textOf(target, 'id')} does not exist.`,
      'targetConnectionIds',
    )
  return dataset
}

async function findMapping(
  { findMappingSet }: Dependencies,
  scope: Scope,
  parts: FlowParts,
): Promise<MappingSetSummary | undefined> {
  const reference = mappingOf(parts.transformations)
  if (reference === undefined) return undefined
  const { id, version } = reference
  const newest = await findMappingSet(scope, id)
  if (newest === undefined) {
    throw new FlowProblem(
      '1419-400',
      `The mapping ${id} version ${version ?? 'newest'} did not validate: there is no such mapping set in this sandbox.`,
      { id },
    )
  }
  if (version === undefined || version === newest.version) return newest
  const isOlder = Number.isInteger(version) && version >= 0 && version < newest.newestVersion
  const wanted = isOlder ? await findMappingSet(scope, id, version) : undefined
  if (wanted !== undefined) return wanted
  throw new FlowProblem(
    '1412-400',
    `The version ${String(version)} of the mapping ${id} is not valid. The newest is ${newest.newestVersion}.`,
    { id, version: String(version) },
  )
}

function assertSameSchema(dataset: DatasetSummary, mappingSet: MappingSetSummary): void {
  const [wanted, mapped] = [dataset, mappingSet].map(({ schemaId, schemaContentType }) => {
    return `${schemaId} in version ${majorVersionOf(schemaContentType)}`
  })
  if (wanted === mapped) return
  throw new FlowProblem(
    '1425-400',
    `The schema of the target dataset ${dataset.id}, ${wanted}, is not the schema of the mapping ${mappingSet.id}, ${mapped}.`,
    { datasetId: dataset.id, mappingId: mappingSet.id },
  )
}

/** `1` of `application/vnd.adobe.xed+json;version=1.2`: a minor version only adds, and 1 means the newest of them. */
function majorVersionOf(contentType: string): string {
  return /version\s*=\s*"?(\d+)/.exec(contentType)?.[1] ?? '1'
}
