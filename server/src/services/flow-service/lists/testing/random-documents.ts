import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { Json, JsonObject } from '#kit/json.ts'
import {
  CONNECTIONS,
  type EntityKind,
  FLOWS,
  RUNS,
  SOURCE_CONNECTIONS,
} from '#services/flow-service/entities/entity-kinds.ts'
import type { KindColumns } from '#services/flow-service/entities/entity-store.ts'
import type { Database } from '#store/database.ts'

/** Draws one of the choices. */
export type Pick = <T>(choices: readonly T[]) => T

export function pickWith(random: () => number): Pick {
  return <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T
}

/** Values come from small pools, so that documents share them and orders have ties. */
const IDS = Array.from({ length: 5 }, (_, index) => `a0000000-0000-4000-8000-00000000000${index}`)
const NAMES = [
  '',
  'a',
  'B',
  'b',
  'b ',
  'é',
  'zz',
  '10',
  '9',
  'true',
  '\u{FFEE}',
  '\u{1F600}',
  'x'.repeat(600),
]
const TIMES = [0, 5, 10, 11, 1000, 2 ** 40]
const SCALARS: readonly Json[] = ['a', 'A', '5', '5.0', 'true', '', 5, 5.5, -7, 0, true, false, null]

/** A kind with documents of random content, and fields to filter and sort them by. */
export interface RandomKind {
  readonly kind: EntityKind
  readonly make: (pick: Pick) => { readonly document: JsonObject; readonly columns: KindColumns }
  /** Fields as a client writes them, and values that they may have; other values are tried as well. */
  readonly fields: Readonly<Record<string, readonly Json[]>>
  readonly sorts: readonly string[]
}

const ENTITY_FIELDS = {
  id: IDS,
  name: NAMES,
  description: NAMES,
  state: ['draft', 'Enabled', 'DISABLED', 'other'],
  createdAt: TIMES,
  updatedAt: TIMES,
  'lastOperation.started': [...TIMES, 'x'],
  'lastOperation.operation': ['create', 'update'],
  'attributes.x': SCALARS,
  'attributes.list': SCALARS,
  'attributes.list[].deep[].value': SCALARS,
  'attributes.state': ['On', 'off'],
  'labels[]': ['core/C1', 'core/C2'],
  'attributes.doneAtUTC': TIMES,
}

const ENTITY_SORTS = [
  'id',
  'name',
  'state',
  'createdAt',
  'updatedAt',
  'lastOperation.started',
  'attributes.x',
]

function uuid(pick: Pick): string {
  const digits = Array.from({ length: 32 }, () => pick([...'0123456789abcdef'])).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function entity(pick: Pick): JsonObject {
  return {
    id: uuid(pick),
    name: pick(NAMES),
    state: pick(['draft', 'enabled', 'disabled']),
    createdAt: pick(TIMES),
    updatedAt: pick(TIMES),
    etag: '"e"',
    lastOperation: { started: pick(TIMES), updated: pick(TIMES), operation: pick(['create', 'update']) },
    ...attributes(pick),
    ...pick([{}, { description: pick(NAMES) }]),
    ...pick([{}, { labels: [] }, { labels: [pick(['core/C1', 'core/C2']), 'core/C2'] }]),
  }
}

function namesOf({ name, state }: JsonObject): KindColumns {
  return { name: String(name), state: String(state) }
}

function attributes(pick: Pick): JsonObject {
  const list = pick<Json>([
    [],
    [pick(SCALARS), pick(SCALARS)],
    [{ deep: [{ value: pick(SCALARS) }, {}] }],
    pick(SCALARS),
  ])
  const state = pick(['on', 'OFF', 'Off'])
  return pick<JsonObject>([
    {},
    { attributes: { x: pick(SCALARS), list } },
    { attributes: { list, state, doneAtUTC: pick([...TIMES, null]) } },
  ])
}

const CONNECTION: RandomKind = {
  kind: CONNECTIONS,
  make: (pick) => {
    const spec = pick(IDS)
    const document = { ...entity(pick), connectionSpec: { id: spec } }
    return { document, columns: { ...namesOf(document), spec_id: spec } }
  },
  fields: { ...ENTITY_FIELDS, 'connectionSpec.id': [...IDS, 'x'] },
  sorts: [...ENTITY_SORTS, 'connectionSpec.id'],
}

const SOURCE_CONNECTION: RandomKind = {
  kind: SOURCE_CONNECTIONS,
  make: (pick) => {
    const base = pick([undefined, ...IDS])
    const document = {
      ...entity(pick),
      connectionSpec: { id: pick(IDS) },
      params: { tableName: pick(NAMES), columns: pick([[], [{ name: 'a' }, { name: pick(NAMES) }]]) },
      ...(base === undefined ? {} : { baseConnectionId: base }),
    }
    return {
      document,
      columns: { ...namesOf(document), spec_id: document.connectionSpec.id, connection_id: base ?? null },
    }
  },
  fields: {
    ...ENTITY_FIELDS,
    baseConnectionId: [...IDS, 'x'],
    'params.tableName': NAMES,
    'params.columns[].name': NAMES,
  },
  sorts: [...ENTITY_SORTS, 'baseConnectionId', 'params.tableName'],
}

const FLOW: RandomKind = {
  kind: FLOWS,
  make: (pick) => {
    const lastRunDetails = {
      state: pick(['success', 'failed']),
      startedAtUTC: pick(TIMES),
      ...pick([{}, { completedAtUTC: pick(TIMES) }]),
    }
    const document = {
      ...entity(pick),
      flowSpec: { id: pick(IDS) },
      sourceConnectionIds: pick([[], [pick(IDS)], [pick(IDS), pick(IDS)]]),
      inheritedAttributes: {
        properties: pick<JsonObject>([{}, { isSourceFlow: true }, { isSourceFlow: false }]),
        targetConnections: [{ id: pick(IDS), connectionSpec: { id: pick(IDS) } }],
      },
      transformations: pick<Json>([
        [],
        [{ name: 'Copy' }, { name: 'Mapping', params: { version: pick(SCALARS) } }],
      ]),
      ...pick([{}, { lastRunDetails }]),
    }
    return { document, columns: { ...namesOf(document), flow_spec_id: document.flowSpec.id } }
  },
  fields: {
    ...ENTITY_FIELDS,
    'flowSpec.id': IDS,
    'sourceConnectionIds[]': [...IDS, 'x'],
    sourceConnectionIds: IDS,
    'inheritedAttributes.properties.isSourceFlow': [true, false, 'TRUE', 'x', ''],
    'inheritedAttributes.targetConnections[].connectionSpec.id': IDS,
    'transformations[].params.version': SCALARS,
    'lastRunDetails.startedAtUTC': TIMES,
    'lastRunDetails.completedAtUTC': TIMES,
    'lastRunDetails.state': ['success', 'Failed', 'other'],
  },
  sorts: [...ENTITY_SORTS, 'flowSpec.id', 'lastRunDetails.startedAtUTC', 'lastRunDetails.state'],
}

const RUN_STATES = ['cancelled', 'failed', 'inProgress', 'queued', 'scheduled', 'success']

const RUN: RandomKind = {
  kind: RUNS,
  make: (pick) => {
    const createdAt = pick(TIMES) + 1000
    const state = pick(RUN_STATES)
    const startedAtUTC = createdAt + pick([-3, 0, 1, 500])
    const durationSummary = pick<JsonObject>([
      { startedAtUTC },
      { startedAtUTC, completedAtUTC: startedAtUTC + pick([0, 7]) },
    ])
    // A flow has one active run.
    const flowId = state === 'inProgress' || state === 'queued' ? uuid(pick) : pick(IDS)
    const document = {
      ...entity(pick),
      createdAt,
      updatedAt: createdAt + pick([0, 1, 2 ** 30]),
      flowId,
      metrics: {
        statusSummary: { status: state },
        ...pick([{}, { durationSummary }]),
        recordSummary: { n: pick(SCALARS) },
      },
      activities: pick([
        [],
        [
          { id: 'a', updatedAtUTC: pick(TIMES) },
          { id: pick(IDS), updatedAtUTC: 5 },
        ],
      ]),
    }
    // A run shows its state in its metrics alone.
    const own = { ...document, name: undefined, state: undefined }
    return {
      document: own,
      columns: { flow_id: flowId, state, origin: 'request', scheduled_for: 0, epoch: 0 },
    }
  },
  fields: {
    id: IDS,
    flowId: [...IDS, 'x'],
    'metrics.statusSummary.status': [...RUN_STATES, 'FAILED', 'x'],
    createdAt: TIMES.map((time) => time + 1000),
    updatedAt: TIMES.map((time) => time + 1000),
    'metrics.durationSummary.startedAtUTC': TIMES.map((time) => time + 1000),
    'metrics.durationSummary.completedAtUTC': TIMES.map((time) => time + 1001),
    'metrics.recordSummary.n': SCALARS,
    'activities[].id': ['a', ...IDS],
    'activities[].updatedAtUTC': TIMES,
    'attributes.list[].deep[].value': SCALARS,
  },
  sorts: [
    'id',
    'createdAt',
    'updatedAt',
    'flowId',
    'metrics.statusSummary.status',
    'metrics.durationSummary.startedAtUTC',
    'metrics.durationSummary.completedAtUTC',
    'metrics.recordSummary.n',
  ],
}

export const RANDOM_KINDS: readonly RandomKind[] = [CONNECTION, SOURCE_CONNECTION, FLOW, RUN]

/** Adds documents whose references lead nowhere, which the database would refuse otherwise. */
export async function insertRandom(
  db: Database,
  scope: Scope,
  { kind, make }: RandomKind,
  { pick, count }: { readonly pick: Pick; readonly count: number },
): Promise<readonly JsonObject[]> {
  const made = Array.from({ length: count }, () => make(pick))
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx)
    for (const { document, columns } of made) {
      const row = {
        id: document['id'],
        org_id: scope.orgId,
        sandbox_id: scope.sandbox.id,
        etag: document['etag'],
        created_at: document['createdAt'],
        updated_at: document['updatedAt'],
        document: JSON.stringify(document),
        ...columns,
      }
      const names = Object.keys(row).map((name) => sql.ref(name))
      await sql`insert into ${sql.table(kind.table)} (${sql.join(names)}) values (${sql.join(Object.values(row))})`.execute(
        tx,
      )
    }
  })
  return made.map(({ document }) => document)
}
