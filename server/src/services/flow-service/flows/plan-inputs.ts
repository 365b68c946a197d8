import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { ValuePolicies } from '#mapping/value-policy.ts'
import type { Keyring } from '#secrets/keyring.ts'
import { type DriftPolicy, driftPolicyOf } from '#services/flow-service/connected/drift-policy.ts'
import { readValuePolicies } from '#services/flow-service/connected/value-policies.ts'
import { targetOf } from '#services/flow-service/connections/auth-params.ts'
import { openAuth } from '#services/flow-service/connections/connection-store.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import { SCHEDULER } from '#services/flow-service/runs/run-document.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { Database } from '#store/database.ts'
import {
  type DeltaColumn,
  deltaColumnOf,
  type IngestionOptions,
  ingestionOptionsOf,
  type MappingReference,
  mappingOf,
  selectedColumnsOf,
} from './flow-parts.ts'

/** Everything of a flow that its runs need, as it stands now. Holds a secret: never log or store it. */
export interface FlowPlanInputs {
  readonly flowId: string
  /** The flow's own space; its caller is the scheduler. */
  readonly scope: Scope
  readonly connectionId: string
  readonly sourceConnectionId: string
  readonly targetConnectionId: string
  /** Where the base connection leads. */
  readonly target: ConnectionTarget
  /** As explore lists it. */
  readonly tableName: string
  /** `undefined` for all columns. */
  readonly selectedColumns: readonly string[] | undefined
  /** The document of the row filter: PQL as a tree or as text. */
  readonly filters: JsonObject | undefined
  /** What becomes of changes of the table. */
  readonly driftPolicy: DriftPolicy
  readonly valuePolicies: ValuePolicies | undefined
  /** Without one every run copies everything. */
  readonly deltaColumn: DeltaColumn | undefined
  readonly datasetId: string
  /** Without one every column goes to the top-level field of its name. */
  readonly mapping: MappingReference | undefined
  readonly options: IngestionOptions
}

/** The flow of a run, or something that it points to, has been deleted. */
export class FlowGoneError extends Error {
  override readonly name = 'FlowGoneError'
}

/**
 * Loads what the runs of a flow need. Changes of its connections count from the next call on.
 *
 * @throws {FlowGoneError} when the flow or one of its connections is gone
 * @throws SecretError when the credentials can't be opened
 */
export async function loadFlowPlanInputs(
  { db, keyring }: { readonly db: Database; readonly keyring: Keyring },
  flowId: string,
): Promise<FlowPlanInputs> {
  const row = await findJoined(db, flowId)
  if (row === undefined)
    throw new FlowGoneError(`The flow ${flowId} or one of its connections has been deleted.`)
  const base = { id: row.connection_id, document: row.connection_document, auth_params: row.auth_params }
  const auth = openAuth(keyring, base)
  const { dataset_id: datasetId } = row
  if (auth === undefined || datasetId === null) throw new FlowGoneError(`The flow ${flowId} is not complete.`)
  const params = objectOf(row.source_document, 'params')
  const { transformations, options } = row.flow_document
  const filters: unknown = params['filters']
  return {
    flowId,
    scope: scopeOf(row),
    connectionId: row.connection_id,
    sourceConnectionId: row.source_id,
    targetConnectionId: row.target_id,
    target: targetOf(auth),
    tableName: textOf(params, 'tableName'),
    selectedColumns: selectedColumnsOf(params),
    filters: isObject(filters) ? (filters as JsonObject) : undefined,
    driftPolicy: driftPolicyOf(params),
    valuePolicies: readValuePolicies(params),
    deltaColumn: deltaColumnOf(transformations),
    datasetId,
    mapping: mappingOf(transformations),
    options: ingestionOptionsOf(options),
  }
}

async function findJoined(db: Database, flowId: string) {
  return await db
    .selectFrom('flow')
    .innerJoin('source_connection as source', 'source.id', 'flow.source_connection_id')
    .innerJoin('connection', 'connection.id', 'source.connection_id')
    .innerJoin('target_connection as target', 'target.id', 'flow.target_connection_id')
    .innerJoin('org', 'org.id', 'flow.org_id')
    .innerJoin('sandbox', 'sandbox.id', 'flow.sandbox_id')
    .select([
      'flow.document as flow_document',
      'source.id as source_id',
      'source.document as source_document',
      'connection.id as connection_id',
      'connection.document as connection_document',
      'connection.auth_params',
      'target.id as target_id',
      'target.dataset_id',
      'org.id as org_id',
      'org.tenant_id',
      'sandbox.id as sandbox_id',
      'sandbox.name as sandbox_name',
      'sandbox.type as sandbox_type',
    ])
    .where('flow.id', '=', flowId)
    .executeTakeFirst()
}

type Joined = NonNullable<Awaited<ReturnType<typeof findJoined>>>

function scopeOf(row: Joined): Scope {
  return {
    orgId: row.org_id,
    tenantId: row.tenant_id,
    sandbox: { id: row.sandbox_id, name: row.sandbox_name, type: row.sandbox_type },
    ...SCHEDULER,
    isAdmin: false,
    grants: [],
  }
}

function objectOf(document: JsonObject, name: string): JsonObject {
  const value: unknown = document[name]
  return isObject(value) ? (value as JsonObject) : {}
}
