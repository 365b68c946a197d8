import { createHash } from 'node:crypto'
import type { EntityKindName } from '@headwater/server/services/flow-service/entities/entity-kinds.ts'
import type { Sizes } from './multiply.ts'

/** One request for a list. */
export interface ListCase {
  readonly collection: EntityKindName
  readonly property: readonly string[]
  readonly orderby?: string | undefined
  readonly limit?: number | undefined
  readonly countOnly?: boolean | undefined
  /** How many items lie before the page. */
  readonly depth?: number | undefined
}

/** A filter, and an order that has nothing to do with it. */
type Filters = readonly (readonly [property: readonly string[], orderby: string])[]

const POSTGRES = '74a1c565-4e59-48d7-9d67-7c03b8a13137'
const LAKE = 'c604ff05-7f1a-43c0-8e18-33bf874cb11c'
const CRM = '14518937-270c-4525-bdec-c2ba7cce3860'
const STARTED = 'metrics.durationSummary.startedAtUTC'
const COMPLETED = 'metrics.durationSummary.completedAtUTC'
const RUN_STARTED = 'lastRunDetails.startedAtUTC'
const RUN_COMPLETED = 'lastRunDetails.completedAtUTC'

/** Ids follow from kind and number, as in multiply.ts. */
function idOf(kind: string, n: number): string {
  return createHash('md5')
    .update(`${kind}${n}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** A time before which the given share of everything was made. */
function timeAt(share: number): number {
  return Math.round(1_700_000_000_000 + share * 2 * 365 * 86_400_000)
}

const ENTITY_SORTS = ['id', 'name', 'createdAt', 'updatedAt', 'state', 'lastOperation.started']

const SORTS: Readonly<Partial<Record<EntityKindName, readonly string[]>>> = {
  connections: [...ENTITY_SORTS, 'connectionSpec.id'],
  sourceConnections: ENTITY_SORTS,
  targetConnections: ENTITY_SORTS,
  flows: [
    ...ENTITY_SORTS,
    'flowSpec.id',
    RUN_STARTED,
    RUN_COMPLETED,
    'name,-createdAt',
    'state,-updatedAt',
    '-state,name',
  ],
  runs: [
    'id',
    'createdAt',
    'updatedAt',
    'flowId',
    'state',
    STARTED,
    COMPLETED,
    'state,-createdAt',
    'flowId,-createdAt',
    `-state,${STARTED}`,
  ],
}

const CONNECTIONS: Filters = [
  [[`id==${idOf('connection', 5)},${idOf('connection', 70)}`], 'name'],
  [['name==Connection 0004711'], 'updatedAt'],
  [['name==Connection 0000001,Connection 0004711,nobody'], '-updatedAt'],
  [['name==nobody'], 'updatedAt'],
  [['description==About number 77'], 'name'],
  [['description==nightly'], 'name'],
  [['description==never'], 'name'],
  [['state==enabled'], 'updatedAt'],
  [['state==draft'], 'updatedAt'],
  [['state!=enabled'], 'name'],
  [[`connectionSpec.id==${POSTGRES}`], 'name'],
  [[`connectionSpec.id==${LAKE}`], '-updatedAt'],
  [[`connectionSpec.id==${LAKE}`, 'state==draft'], 'name'],
  [[`connectionSpec.id==${idOf('none', 1)}`], 'name'],
  [[`createdAt>${timeAt(0.999)}`], 'name'],
  [[`createdAt>${timeAt(0.5)}`], 'updatedAt'],
  [[`createdAt<=${timeAt(0.5)}`], '-updatedAt'],
]

const SOURCE_CONNECTIONS: Filters = [
  [[`baseConnectionId==${idOf('connection', 5)}`], 'name'],
  [[`connectionSpec.id==${POSTGRES}`], '-updatedAt'],
  [['params.tableName==public.table_17'], 'name'],
  [['params.tableName==lead'], 'name'],
  [['params.columns[].name==firstName'], 'updatedAt'],
  [['params.columns[].name==column_77'], 'updatedAt'],
  [['params.columns[].name==nothing'], 'updatedAt'],
  [['state==disabled', 'params.columns[].name==firstName'], 'name'],
]

const TARGET_CONNECTIONS: Filters = [
  [[`connectionSpec.id==${LAKE}`], '-name'],
  [[`baseConnectionId==${idOf('connection', 5)}`], 'name'],
  [[`params.dataSetId==${'9'.padStart(24, '0')}`], 'name'],
]

const FLOWS: Filters = [
  [[`id==${idOf('flow', 5)}`], 'name'],
  [['name==Flow 0004711'], '-updatedAt'],
  [['name==nobody'], 'createdAt'],
  [['description==nightly'], 'updatedAt'],
  [['description==never'], 'updatedAt'],
  [['state==enabled'], 'createdAt'],
  [['state==disabled'], RUN_STARTED],
  [['state==draft'], 'name'],
  [[`flowSpec.id==${CRM}`], '-updatedAt'],
  [[`flowSpec.id==${idOf('none', 1)}`], 'name'],
  [[`sourceConnectionIds[]==${idOf('source_connection', 5)},${idOf('source_connection', 6)}`], 'name'],
  [[`targetConnectionIds==${idOf('target_connection', 1)}`], 'updatedAt'],
  [[`targetConnectionIds==${idOf('none', 1)}`], 'updatedAt'],
  [['inheritedAttributes.properties.isSourceFlow==true'], 'name'],
  [['inheritedAttributes.properties.isSourceFlow==false'], 'name'],
  [['inheritedAttributes.properties.isDestinationFlow==true'], 'updatedAt'],
  [[`inheritedAttributes.targetConnections[].connectionSpec.id==${LAKE}`], '-updatedAt'],
  [[`inheritedAttributes.sourceConnections[].connectionSpec.id==${LAKE}`], 'name'],
  [[`inheritedAttributes.sourceConnections[].baseConnection.id==${idOf('connection', 9)}`], 'name'],
  [
    [`transformations[].params.mappingId==${createHash('md5').update('mapping0').digest('hex')}`],
    'updatedAt',
  ],
  [['transformations[].params.deltaColumn.name==updated_at'], 'name'],
  [['transformations[].params.mappingId==none'], 'name'],
  [[`${RUN_STARTED}>=${timeAt(0.999)}`], 'name'],
  [[`${RUN_STARTED}>=${timeAt(0.5)}`], 'createdAt'],
  [[`${RUN_STARTED}<${timeAt(0.5)}`], '-createdAt'],
  [[`${RUN_STARTED}>=${timeAt(5)}`], `-${RUN_STARTED}`],
  [['lastRunDetails.state==failed'], 'updatedAt'],
  [
    ['state==enabled', 'inheritedAttributes.properties.isSourceFlow==true', 'lastRunDetails.state==failed'],
    `-${RUN_STARTED}`,
  ],
  [['state==draft', `targetConnectionIds==${idOf('target_connection', 1)}`], '-name'],
]

const RUNS: Filters = [
  [[`id==${idOf('run', 5)},${idOf('run', 900)}`], 'updatedAt'],
  [[`flowId==${idOf('flow', 77)}`], 'updatedAt'],
  [[`flowId==${idOf('flow', 1)}`], 'updatedAt'],
  [[`flowId==${idOf('none', 1)}`], 'updatedAt'],
  [[`flowId==${Array.from({ length: 50 }, (_, n) => idOf('flow', n * 31)).join(',')}`], `-${STARTED}`],
  [['state==success'], 'updatedAt'],
  [['metrics.statusSummary.status==Failed'], `-${STARTED}`],
  [['state==cancelled'], 'updatedAt'],
  [['state==inProgress'], 'updatedAt'],
  [['state==failed,cancelled'], '-updatedAt'],
  [['state!=success'], 'createdAt'],
  [[`flowId==${idOf('flow', 1)}`, 'state==failed'], 'updatedAt'],
  [[`flowId==${idOf('flow', 1)}`, 'state==cancelled'], `-${COMPLETED}`],
  [[`flowId==${idOf('flow', 1)}`, 'state==queued'], 'updatedAt'],
  [[`flowId==${idOf('flow', 1)}`, `createdAt>=${timeAt(0.3)}`, `createdAt<${timeAt(0.31)}`], 'updatedAt'],
  [[`flowId==${idOf('flow', 1)}`, `${STARTED}<${timeAt(0.1)}`], 'createdAt'],
  [[`createdAt>${timeAt(0.9999)}`], '-updatedAt'],
  [[`createdAt>${timeAt(0.5)}`], 'updatedAt'],
  [[`createdAt<${timeAt(0.5)}`], `-${STARTED}`],
  [[`createdAt>${timeAt(5)}`], 'updatedAt'],
  [[`${STARTED}>${timeAt(0.5)}`], 'createdAt'],
  [[`${STARTED}<${timeAt(0.5)}`], '-updatedAt'],
  [[`${STARTED}>${timeAt(0.9999)}`], 'createdAt'],
  [[`${COMPLETED}>=${timeAt(0.2)}`, `${COMPLETED}<${timeAt(0.2001)}`], 'createdAt'],
  [[`${COMPLETED}<${timeAt(0.8)}`], '-createdAt'],
  [[`${STARTED}>${timeAt(0.5)}`, 'state==failed'], 'updatedAt'],
  [[`${STARTED}>${timeAt(5)}`], '-createdAt'],
  [['metrics.statusSummary.errors[].code==CONNECTOR-1001-500'], 'updatedAt'],
  [['metrics.recordSummary.targetSummaries[].entitySummaries[].id==segment:none'], 'createdAt'],
  [[`activities[].sourceInfo[].id==${idOf('source_connection', 77)}`], 'updatedAt'],
  [['metrics.recordSummary.inputRecordCount==500'], 'updatedAt'],
]

const FILTERS: Readonly<Partial<Record<EntityKindName, Filters>>> = {
  connections: CONNECTIONS,
  sourceConnections: SOURCE_CONNECTIONS,
  targetConnections: TARGET_CONNECTIONS,
  flows: FLOWS,
  runs: RUNS,
}

/**
 * Every order in both directions, at the top and in the middle; every filter newest first, in an order of its own,
 * at the top and counted.
 */
export function listCases({ flows, runs }: Sizes): readonly ListCase[] {
  const collections = Object.keys(FILTERS) as EntityKindName[]
  return collections.flatMap((collection) => {
    const depth = Math.floor((collection === 'runs' ? runs : flows) / 2)
    const base = { collection, property: [] }
    const orders = (SORTS[collection] ?? []).flatMap((sort) => [sort, opposite(sort)])
    return [
      base,
      { ...base, limit: 1000 },
      { ...base, depth },
      { ...base, countOnly: true },
      ...orders.flatMap((orderby) => [
        { ...base, orderby },
        { ...base, orderby, depth },
      ]),
      ...(FILTERS[collection] ?? []).flatMap(([property, orderby]) => [
        { collection, property },
        { collection, property, orderby },
        { collection, property, countOnly: true },
      ]),
    ]
  })
}

function opposite(orderby: string): string {
  return orderby
    .split(',')
    .map((key) => (key.startsWith('-') ? key.slice(1) : `-${key}`))
    .join(',')
}
