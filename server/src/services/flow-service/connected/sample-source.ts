import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { SourceColumn } from '#mapping/mapping-plan.ts'
import { targetOf } from '#services/flow-service/connections/auth-params.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import { findConnection } from '#services/flow-service/connections/connection-store.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import { FLOWS, SOURCE_CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { findDocument } from '#services/flow-service/entities/entity-reader.ts'
import {
  type MappingReference,
  mappingOf,
  selectedColumnsOf,
} from '#services/flow-service/flows/flow-parts.ts'
import { toSourceColumn } from '#services/flow-service/flows/source-column.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

/** Some rows of a source as explore shows them, with the types of their columns. */
export interface SourceSample {
  readonly columns: readonly SourceColumn[]
  readonly rows: readonly Readonly<Record<string, string | number | boolean>>[]
  readonly mapping?: MappingReference | undefined
}

export interface SampleRequest {
  readonly kind: 'sourceConnection' | 'flow'
  readonly id: string
}

type Dependencies = Pick<FlowServiceDependencies, 'db' | 'keyring' | 'source'>

/**
 * For the neighbours: some rows as a run would read them, the columns that are selected and the rows that pass the
 * filter. `undefined` when the sandbox has no such flow or source connection.
 *
 * @throws {FlowProblem} 1100 with what the source said, 1101 when its table is gone
 */
export function createSourceSampler(deps: Dependencies) {
  return async (
    scope: Scope,
    wanted: SampleRequest,
    options: { readonly limit: number; readonly signal?: AbortSignal | undefined },
  ): Promise<SourceSample | undefined> => {
    const found = await findSource(deps, scope, wanted)
    if (found === undefined) return undefined
    const { source, mapping } = found
    const { params } = source
    return { ...(await sampleTable(deps, scope, { source, params, ...options })), mapping }
  }
}

interface FoundSource {
  readonly source: JsonObject
  readonly mapping?: MappingReference | undefined
}

async function findSource(
  { db }: Dependencies,
  scope: Scope,
  { kind, id }: SampleRequest,
): Promise<FoundSource | undefined> {
  const flow = kind === 'flow' ? await findDocument(db, scope, FLOWS, id) : undefined
  const sourceId = kind === 'flow' ? firstText(flow?.['sourceConnectionIds']) : id
  const source =
    sourceId === undefined ? undefined : await findDocument(db, scope, SOURCE_CONNECTIONS, sourceId)
  return source && { source, mapping: mappingOf(flow?.['transformations']) }
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : undefined
  return typeof first === 'string' ? first : undefined
}

async function sampleTable(
  { db, keyring, source: port }: Dependencies,
  scope: Scope,
  wanted: {
    readonly source: JsonObject
    readonly params: unknown
    readonly limit: number
    readonly signal?: AbortSignal | undefined
  },
): Promise<Pick<SourceSample, 'columns' | 'rows'>> {
  const params = isObject(wanted.params) ? (wanted.params as JsonObject) : {}
  const connection = await findConnection(db, keyring, scope, textOf(wanted.source, 'baseConnectionId'))
  const tableName = params['tableName']
  if (connection?.auth === undefined || typeof tableName !== 'string') {
    throw invalidRequest(
      'The source connection is a draft without a table or a connection. Complete it first.',
    )
  }
  const target = targetOf(connection.auth)
  const { limit } = wanted
  const { filters } = params
  const selected = selectedColumnsOf(params)
  const { profile, preview } = await askSource(wanted.signal, (signal) =>
    port.previewRelation(target, tableName, { limit, filters, signal }),
  )
  const columns = profile.shape.columns
    .filter(({ name }) => selected?.includes(name) ?? true)
    .map(toSourceColumn)
  return { columns, rows: preview.rows }
}
