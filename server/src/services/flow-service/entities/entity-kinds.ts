import type { FilterableFields } from '#services/flow-service/lists/property-filter.ts'

/** The kinds of resources that live in the metadata database; the name is also the segment of the path. */
export type EntityKindName =
  | 'connections'
  | 'sourceConnections'
  | 'targetConnections'
  | 'flows'
  | 'runs'
  | 'subscriptions'
  | 'deliveries'

/** A column that answers for a field of the document faster than the document does. */
export interface FieldColumn {
  readonly column: string
  /**
   * A `time` is a bigint that is {@link ABSENT_TIME} where the document has none, a `flag` is true, false or blank, and
   * `texts` are a JSON array.
   */
  readonly type: 'uuid' | 'text' | 'bigint' | 'time' | 'flag' | 'texts'
  /** Compare without regard to case. */
  readonly fold?: boolean | undefined
  /** All that it can hold, by code points. An order by it is one list after another, each of one value. */
  readonly values?: readonly string[] | undefined
  /** Its indexes know the first characters only, since no index holds texts of any length. */
  readonly prefix?: number | undefined
  /** The column is null where the document has no such field. */
  readonly isNullable?: boolean | undefined
}

/** One below what a document's time is cut down to, and small enough to calculate with. */
export const ABSENT_TIME = -(2 ** 53)

export interface EntityKind extends FilterableFields {
  readonly name: EntityKindName
  /** `delivery_item` is a view. */
  readonly table:
    | 'connection'
    | 'source_connection'
    | 'target_connection'
    | 'flow'
    | 'flow_run'
    | 'subscription'
    | 'delivery_item'
  /** By dotted field name. */
  readonly columns: Readonly<Record<string, FieldColumn>>
  /** The document has an index that knows every value at every path. */
  readonly isIndexed?: boolean | undefined
  /**
   * There are so many that a list must not pass by all those before a time: how far the times are from each other
   * is indexed, so that a bound of one of them is a bound of the others.
   */
  readonly hasLags?: boolean | undefined
}

const AUDIT_FIELDS = [
  'id',
  'createdAt',
  'updatedAt',
  'createdBy',
  'updatedBy',
  'createdClient',
  'updatedClient',
  'sandboxId',
  'sandboxName',
  'imsOrgId',
  'etag',
  'labels',
  'attributes',
] as const

const ENTITY_FIELDS = [
  ...AUDIT_FIELDS,
  'name',
  'description',
  'state',
  'version',
  'lastOperation',
  'providerRefId',
] as const

const CONNECTED_FIELDS = [
  ...ENTITY_FIELDS,
  'connectionSpec',
  'baseConnectionId',
  'data',
  'params',
  'inheritedAttributes',
] as const

/** What a connection, source or target connection shows as an object. */
const CONNECTION_OBJECTS = new Set([
  'attributes',
  'lastOperation',
  'connectionSpec',
  'auth',
  'data',
  'params',
  'inheritedAttributes',
])

const AUDIT_COLUMNS: Readonly<Record<string, FieldColumn>> = {
  id: { column: 'id', type: 'uuid' },
  createdAt: { column: 'created_at', type: 'bigint' },
  updatedAt: { column: 'updated_at', type: 'bigint' },
}

const NAME: FieldColumn = { column: 'name', type: 'text', prefix: 500 }

const ENTITY_COLUMNS: Readonly<Record<string, FieldColumn>> = {
  ...AUDIT_COLUMNS,
  name: NAME,
  description: { ...NAME, column: 'description', isNullable: true },
  state: { column: 'state', type: 'text', fold: true, values: ['disabled', 'draft', 'enabled'] },
  'lastOperation.started': { column: 'operation_started_at', type: 'time' },
  'lastOperation.updated': { column: 'operation_updated_at', type: 'time' },
}

const CONNECTION_COLUMNS: Readonly<Record<string, FieldColumn>> = {
  ...ENTITY_COLUMNS,
  'connectionSpec.id': { column: 'spec_id', type: 'uuid' },
}

const RUN_STATE: FieldColumn = {
  column: 'state',
  type: 'text',
  fold: true,
  values: ['cancelled', 'failed', 'inProgress', 'queued', 'scheduled', 'success'],
}

export const CONNECTIONS: EntityKind = {
  name: 'connections',
  table: 'connection',
  fields: new Set([...ENTITY_FIELDS, 'connectionSpec', 'auth']),
  objects: CONNECTION_OBJECTS,
  unknownFieldCode: '1449-400',
  columns: CONNECTION_COLUMNS,
  isIndexed: true,
}

export const SOURCE_CONNECTIONS: EntityKind = {
  name: 'sourceConnections',
  table: 'source_connection',
  fields: new Set(CONNECTED_FIELDS),
  objects: CONNECTION_OBJECTS,
  unknownFieldCode: '1449-400',
  columns: {
    ...CONNECTION_COLUMNS,
    baseConnectionId: { column: 'connection_id', type: 'uuid', isNullable: true },
  },
  isIndexed: true,
}

export const TARGET_CONNECTIONS: EntityKind = {
  name: 'targetConnections',
  table: 'target_connection',
  fields: new Set(CONNECTED_FIELDS),
  objects: CONNECTION_OBJECTS,
  unknownFieldCode: '1449-400',
  columns: CONNECTION_COLUMNS,
  isIndexed: true,
}

export const FLOWS: EntityKind = {
  name: 'flows',
  table: 'flow',
  fields: new Set([
    ...ENTITY_FIELDS,
    'flowSpec',
    'sourceConnectionIds',
    'targetConnectionIds',
    'inheritedAttributes',
    'options',
    'scheduleParams',
    'transformations',
    'runs',
    'lastRunDetails',
    'recordTypes',
    'policy',
  ]),
  objects: new Set([
    'attributes',
    'lastOperation',
    'flowSpec',
    'inheritedAttributes',
    'options',
    'scheduleParams',
    'lastRunDetails',
    'policy',
  ]),
  unknownFieldCode: '1449-400',
  columns: {
    ...ENTITY_COLUMNS,
    'flowSpec.id': { column: 'flow_spec_id', type: 'uuid' },
    sourceConnectionIds: { column: 'source_connection_ids', type: 'texts' },
    targetConnectionIds: { column: 'target_connection_ids', type: 'texts' },
    'inheritedAttributes.properties.isSourceFlow': { column: 'is_source_flow', type: 'flag' },
    'lastRunDetails.startedAtUTC': { column: 'last_run_started_at', type: 'time' },
    'lastRunDetails.completedAtUTC': { column: 'last_run_completed_at', type: 'time' },
    'lastRunDetails.state': {
      column: 'last_run_state',
      type: 'text',
      fold: true,
      values: ['', 'failed', 'success'],
    },
  },
  isIndexed: true,
}

export const RUNS: EntityKind = {
  name: 'runs',
  table: 'flow_run',
  fields: new Set([
    ...AUDIT_FIELDS,
    'state',
    'flowId',
    'flowSpec',
    'providerRefId',
    'parentFlowRunId',
    'childFlowRunIds',
    'params',
    'predecessors',
    'metrics',
    'activities',
    'recordTypes',
  ]),
  objects: new Set(['attributes', 'flowSpec', 'params', 'metrics']),
  unknownFieldCode: '1449-400',
  columns: {
    ...AUDIT_COLUMNS,
    flowId: { column: 'flow_id', type: 'uuid' },
    // The documented name of the state is long; the short one is its alias.
    state: RUN_STATE,
    'metrics.statusSummary.status': RUN_STATE,
    'metrics.durationSummary.startedAtUTC': { column: 'started_utc', type: 'time' },
    'metrics.durationSummary.completedAtUTC': { column: 'completed_utc', type: 'time' },
  },
  isIndexed: true,
  hasLags: true,
}

export const SUBSCRIPTIONS: EntityKind = {
  name: 'subscriptions',
  table: 'subscription',
  fields: new Set([
    ...ENTITY_FIELDS,
    'url',
    'flowIds',
    'events',
    'eventCodes',
    'secret',
    'previousSecretExpiresAt',
    'headers',
  ]),
  unknownFieldCode: '1449-400',
  columns: {
    ...AUDIT_COLUMNS,
    name: NAME,
    state: { column: 'state', type: 'text', fold: true },
  },
}

/** Of one subscription: what is, or was, to be sent to its receiver. */
export const DELIVERIES: EntityKind = {
  name: 'deliveries',
  table: 'delivery_item',
  fields: new Set([
    'id',
    'subscriptionId',
    'eventId',
    'event',
    'flowId',
    'runId',
    'state',
    'attempts',
    'createdAt',
    'updatedAt',
    'lastAttemptAt',
    'nextAttemptAt',
    'statusCode',
    'error',
    'response',
  ]),
  unknownFieldCode: '1449-400',
  columns: {
    ...AUDIT_COLUMNS,
    state: { column: 'state', type: 'text', fold: true },
    event: { column: 'event', type: 'text' },
    subscriptionId: { column: 'subscription_id', type: 'uuid' },
    flowId: { column: 'flow_id', type: 'uuid' },
    runId: { column: 'run_id', type: 'uuid' },
  },
}
