import type { Answer } from '@headwater/testkit/api-client.ts'
import { CONVERSION, FLOW, queryRows, REGISTRY } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DriftWorld, type FlowWish, type MadeFlow } from './drift-world.ts'

/** What changes of a source mean over several runs, and how people answer them. */
let world: DriftWorld

beforeAll(async () => {
  world = await DriftWorld.open()
})

afterAll(async () => world?.[Symbol.asyncDispose]())

const COLUMNS = ['id', 'label', 'changed']

/** A table of two rows and a flow over it that has run once. */
async function makeStory(name: string, wish: Partial<FlowWish> = {}): Promise<MadeFlow> {
  await world.source.query(`
    create table ${name} (id integer primary key, label text, changed timestamptz not null default '2026-01-01Z');
    insert into ${name} values (1, 'one'), (2, 'two')`)
  const connectionId = await world.connection()
  const flow = await world.makeFlow({ connectionId, tableName: `public.${name}`, columns: COLUMNS, ...wish })
  expect(await runOf(flow)).toMatchObject({ status: 'success' })
  return flow
}

interface Told {
  readonly status: string
  readonly codes: readonly string[]
  readonly message: string
  readonly drift: readonly string[]
}

async function runOf({ flowId }: MadeFlow): Promise<Told> {
  await world.startRun(flowId)
  const { status, errors = [], extensions } = (await world.ended(flowId)).metrics.statusSummary
  const { errors: inner = [], drift = [] } = extensions
  return {
    status,
    codes: inner.map(({ code }: Answer) => code),
    message: errors[0]?.message ?? '',
    drift: drift.map(({ code, effect }: Answer) => `${code} ${effect}`),
  }
}

async function fieldsOf({ datasetId }: MadeFlow): Promise<string[]> {
  const { body } = await world.server.client.get(
    `/data/foundation/catalog/dataSets/${datasetId}?properties=schemaRef`,
  )
  const { id } = body[datasetId].schemaRef
  const accept = { headers: { accept: 'application/vnd.adobe.xed-full+json; version=1' } }
  const schema = await world.server.client.get(
    `/data/foundation/schemaregistry/tenant/schemas/${encodeURIComponent(id)}`,
    accept,
  )
  return Object.keys(schema.body.properties._headwater.properties).toSorted()
}

async function patch(
  kind: 'flows' | 'sourceConnections',
  id: string,
  operations: readonly Answer[],
): Promise<void> {
  const [{ etag }] = (await world.server.client.get(`${FLOW}/${kind}/${id}`)).body.items
  const answer = await world.server.client.call('PATCH', `${FLOW}/${kind}/${id}`, {
    body: operations,
    headers: { 'if-match': etag, 'content-type': 'application/json' },
  })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
}

const setPolicy = ({ sourceConnectionId }: MadeFlow, value: string): Promise<void> =>
  patch('sourceConnections', sourceConnectionId, [{ op: 'add', path: '/params/schemaDrift', value }])

/** A new version of the flow's mapping set, and the flow pointed to it. */
async function remap(flow: MadeFlow, mappings: Readonly<Record<string, string>>): Promise<void> {
  const path = `${CONVERSION}/mappingSets/${flow.mappingId}`
  const { body: set } = await world.server.client.get(path)
  const changed = Object.entries(mappings).map(([field, source]) => ({
    sourceType: /^\w+$/.test(source) ? 'ATTRIBUTE' : 'EXPRESSION',
    source,
    destination: `_headwater.${field}`,
  }))
  const answer = await world.server.client.call('PUT', path, { body: { ...set, mappings: changed } })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  const { version } = answer.body
  await patch('flows', flow.flowId, [
    { op: 'replace', path: '/transformations/0/params/mappingVersion', value: version },
  ])
}

const rowsOf = ({ datasetId }: MadeFlow, fields: string): Promise<Answer[][]> =>
  queryRows(
    world.server.client,
    `select ${fields} from (select _headwater as r from "${datasetId}") order by 1, 2`,
  )

test('a change is told once, by the run that meets it', async () => {
  const flow = await makeStory('told_once')
  await world.source.query('alter table told_once add column extra text')
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: ['DRIFT_COLUMN_ADDED told'] })
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: [] })
})

test('a run that has stopped goes on when the change is undone', async () => {
  const flow = await makeStory('undone')
  await world.source.query('alter table undone rename label to title')
  for (const _ of [1, 2]) expect(await runOf(flow)).toMatchObject({ codes: ['DRIFT_COLUMN_RENAMED'] })
  await world.source.query('alter table undone rename title to label')
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: [] })
})

test('a new mapping is an answer', async () => {
  const flow = await makeStory('answered')
  await world.source.query('alter table answered rename label to title')
  expect(await runOf(flow)).toMatchObject({ status: 'failed' })
  await remap(flow, { id: 'id', label: 'title', changed: 'changed' })
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: ['DRIFT_COLUMN_RENAMED told'] })
  expect(await rowsOf(flow, 'r.id, r.label')).toEqual([
    [1, 'one'],
    [1, 'one'],
    [2, 'two'],
    [2, 'two'],
  ])
})

test('a schema that was made of the table is widened by asking for it once more', async () => {
  const flow = await makeStory('widened')
  await world.source.query(
    'alter table widened alter id type bigint; insert into widened values (5000000000)',
  )
  expect(await runOf(flow)).toMatchObject({ codes: ['DRIFT_COLUMN_TYPE'] })
  const made = await world.post(`${REGISTRY}/rpc/tableschema`, {
    baseConnectionId: await world.connection(),
    tableName: 'public.widened',
    columns: COLUMNS,
  })
  expect([made.state, made.schema.$id]).toEqual(['updated', flow.schemaId])
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: ['DRIFT_COLUMN_TYPE told'] })
  expect((await rowsOf(flow, 'r.id, r.label')).at(-1)).toEqual(['5000000000', null])
})

test('a report for one run, and back', async () => {
  const flow = await makeStory('accepted')
  await world.source.query(
    `alter table accepted alter changed type timestamp using changed at time zone 'UTC'`,
  )
  expect(await runOf(flow)).toMatchObject({ codes: ['DRIFT_COLUMN_TYPE'] })
  await setPolicy(flow, 'report')
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: ['DRIFT_COLUMN_TYPE told'] })
  await setPolicy(flow, 'stop')
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: [] })
})

test('a source connection that is pointed elsewhere has not changed', async () => {
  const flow = await makeStory('pointed')
  await world.source.query('create table elsewhere as select id::bigint as id, label, changed from pointed')
  await patch('sourceConnections', flow.sourceConnectionId, [
    { op: 'replace', path: '/params/tableName', value: 'public.elsewhere' },
  ])
  expect(await runOf(flow)).toMatchObject({ status: 'success', drift: [] })
})

describe('flows that follow', () => {
  const FOLLOWS = { params: { schemaDrift: 'evolve' } }

  test('a column that comes back goes to the field that it had; one of another type gets its own', async () => {
    const flow = await makeStory('back', FOLLOWS)
    await world.source.query('alter table back drop column label')
    expect(await runOf(flow)).toMatchObject({ drift: ['DRIFT_COLUMN_DROPPED followed'] })
    await world.source.query(`alter table back add column label text default 'again'`)
    expect(await runOf(flow)).toMatchObject({ drift: ['DRIFT_COLUMN_ADDED followed'] })
    expect(await fieldsOf(flow)).toEqual(['changed', 'id', 'label'])
    expect((await rowsOf(flow, 'r.id, r.label')).map(([, label]) => label).toSorted()).toEqual(
      ['again', 'again', 'one', 'two', null, null].toSorted(),
    )
    await world.source.query('alter table back drop column label')
    await runOf(flow)
    await world.source.query('alter table back add column label integer default 7')
    expect(await runOf(flow)).toMatchObject({ drift: ['DRIFT_COLUMN_ADDED followed'] })
    expect(await fieldsOf(flow)).toEqual(['changed', 'id', 'label', 'label_2'])
  })

  test('the flow points to the version of the mapping set that it got, and says so', async () => {
    const flow = await makeStory('versions', FOLLOWS)
    await world.source.query('alter table versions add column extra integer')
    await runOf(flow)
    const [document] = (await world.server.client.get(`${FLOW}/flows/${flow.flowId}`)).body.items
    expect(document.transformations[0].params).toMatchObject({ mappingVersion: 1 })
    expect(document.lastOperation).toMatchObject({ operation: 'update' })
  })

  test('the delta column is not followed: it decides which rows are read', async () => {
    const flow = await makeStory('delta', { ...FOLLOWS, deltaColumn: 'changed' })
    await world.source.query('alter table delta rename changed to altered')
    expect(await runOf(flow)).toMatchObject({
      codes: ['DRIFT_COLUMN_RENAMED'],
      message: expect.stringContaining('It decides which rows are read.'),
    })
  })

  test('a mapping that somebody wrote is his: it stops, and says why', async () => {
    const flow = await makeStory('own_mapping', FOLLOWS)
    await remap(flow, { id: 'id', label: 'upper(label)', changed: 'changed' })
    await runOf(flow)
    await world.source.query('alter table own_mapping rename label to title')
    expect(await runOf(flow)).toMatchObject({
      codes: ['DRIFT_COLUMN_RENAMED'],
      message: expect.stringContaining('The mapping does more than to carry columns to fields'),
    })
  })

  test('a schema that was made of another table does not follow', async () => {
    const flow = await makeStory('first_owner', FOLLOWS)
    await world.source.query(`
      create table second_owner (like first_owner including all);
      insert into second_owner select * from first_owner`)
    await patch('sourceConnections', flow.sourceConnectionId, [
      { op: 'replace', path: '/params/tableName', value: 'public.second_owner' },
    ])
    await runOf(flow)
    await world.source.query('alter table second_owner alter id type bigint')
    expect(await runOf(flow)).toMatchObject({
      codes: ['DRIFT_COLUMN_TYPE'],
      message: expect.stringContaining('The schema was not made of this table'),
    })
  })

  test('two flows share a schema: one widens it, the other is told', async () => {
    const flow = await makeStory('shared', FOLLOWS)
    const other = await world.makeFlow({
      connectionId: await world.connection(),
      tableName: 'public.shared',
      columns: COLUMNS,
    })
    await runOf(other)
    await world.source.query(
      'alter table shared alter id type bigint; insert into shared values (5000000000)',
    )
    expect(await runOf(other)).toMatchObject({ codes: ['DRIFT_COLUMN_TYPE'] })
    expect(await runOf(flow)).toMatchObject({ drift: ['DRIFT_COLUMN_TYPE followed'] })
    expect(await runOf(other)).toMatchObject({ status: 'success', drift: ['DRIFT_COLUMN_TYPE told'] })
    expect((await rowsOf(other, 'r.id, r.label')).at(-1)).toEqual(['5000000000', null])
  })
})

test('what a policy is not is refused with what there is', async () => {
  await makeStory('refused')
  const body = {
    name: 'refused',
    baseConnectionId: await world.connection(),
    params: { tableName: 'public.refused', schemaDrift: 'evolv' },
    connectionSpec: { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137', version: '1.0' },
  }
  const answer = await world.server.client.post(`${FLOW}/sourceConnections`, body)
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([
    400,
    expect.stringMatching(/1100-400.*stop, evolve, report.*Did you mean/),
  ])
})
