import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, FLOW, finishedRun, type Ingested, ingest, queryRows } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Windows on a delta column, asked for run by run, in every spelling of a time that clients send. */
const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)
const at = (hours: number): number => START + hours * HOUR
const seconds = (hours: number): number => at(hours) / 1000

let source: TestDatabase
let server: TestServer
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  // One row on every full hour, and around each a row a microsecond before.
  await source.query(`
    create table events (id integer primary key, city text, changed timestamptz, local_changed timestamp, day date);
    insert into events (id, city, changed)
      select i, case when i % 2 = 0 then 'Paris' else 'Oslo' end, timestamptz '2026-01-01Z' + i * interval '1 hour'
      from generate_series(0, 23) i;
    insert into events (id, city, changed)
      select 100 + i, 'Paris', timestamptz '2026-01-01Z' + i * interval '1 hour' - interval '1 microsecond'
      from generate_series(0, 23) i;
    insert into events values (900, 'Paris', null), (901, 'Paris', 'infinity'), (902, 'Paris', '-infinity');
    update events set local_changed = changed at time zone 'UTC', day = (changed at time zone 'UTC')::date where id < 900`)
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

/** A flow whose own only run lies far ahead: nothing is copied unless it is asked for. */
function makeFlow(changes: { readonly column?: string; readonly filters?: Answer } = {}): Promise<Ingested> {
  return ingest(server.client, connectionId, {
    tableName: 'public.events',
    fields: { id: { type: 'integer' }, city: { type: 'string' } },
    mappings: ['id', 'city'].map((column) => ({
      sourceType: 'ATTRIBUTE',
      source: column,
      destination: `_headwater.${column}`,
    })),
    copy: { deltaColumn: { name: changes.column ?? 'changed' } },
    filters: changes.filters,
    scheduleParams: { startTime: String(Math.floor(Date.now() / 1000) + 86_400), frequency: 'once' },
  })
}

async function copyWindow({ flowId }: Ingested, from: unknown, to: unknown): Promise<Answer> {
  const params = { windowStartTime: from, windowEndTime: to }
  const asked = await server.client.post(`${FLOW}/runs`, { flowId, params })
  expect(asked.status, JSON.stringify(asked.body)).toBe(201)
  const run = await finishedRun(server.client, flowId)
  expect(run.id).toBe(asked.body.id)
  expect(run.metrics.statusSummary.status, JSON.stringify(run.metrics.statusSummary)).toBe('success')
  return run
}

async function landedIds({ datasetId }: Ingested): Promise<number[]> {
  const rows = await queryRows(server.client, `select _headwater.id from "${datasetId}" order by 1`)
  return rows.map(([id]) => id)
}

/** Ids of the hours `from` to `to`: on each, and a microsecond before the next (there is none after the 23rd). */
function idsBetween(from: number, to: number): number[] {
  const hours = Array.from({ length: to - from }, (_, index) => from + index)
  return [...hours, ...hours.map((hour) => 101 + hour)]
}

describe('two windows that touch', () => {
  test.for<[string, readonly [unknown, unknown, unknown]]>([
    ['seconds as text', [String(seconds(3)), String(seconds(6)), String(seconds(9))]],
    ['milliseconds as text', [String(at(3)), String(at(6)), String(at(9))]],
    ['seconds as numbers', [seconds(3), seconds(6), seconds(9)]],
    ['a mixture of all', [at(3), String(seconds(6)), new Date(at(9)).toISOString()]],
  ])(
    '%s: a row on the boundary is copied once, by the window that it begins',
    async ([, [from, middle, to]]) => {
      const flow = await makeFlow()
      const first = await copyWindow(flow, from, middle)
      expect(await landedIds(flow)).toEqual(idsBetween(3, 6))
      const second = await copyWindow(flow, middle, to)
      expect(await landedIds(flow)).toEqual(idsBetween(3, 9).toSorted((a, b) => a - b))
      expect([first, second].map(({ metrics }) => metrics.durationSummary.extensions)).toEqual([
        { windowStart: at(3), windowEnd: at(6) },
        { windowStart: at(6), windowEnd: at(9) },
      ])
      expect(second.metrics.recordSummary).toMatchObject({ inputRecordCount: 6, outputRecordCount: 6 })
    },
  )

  test('a window of one millisecond holds what lies in it', async () => {
    const flow = await makeFlow()
    await copyWindow(flow, String(at(5) - 1), String(at(5)))
    expect(await landedIds(flow)).toEqual([105])
    await copyWindow(flow, String(at(5)), String(at(5) + 1))
    expect(await landedIds(flow)).toEqual([5, 105])
  })

  test('an empty window is a run without rows', async () => {
    const flow = await makeFlow()
    const run = await copyWindow(flow, String(at(500)), String(at(501)))
    expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 0, outputRecordCount: 0 })
    expect(run.activities).toHaveLength(1)
  })
})

test('a window without a start takes all before its end, rows without a time included', async () => {
  const flow = await makeFlow()
  const asked = await server.client.post(`${FLOW}/runs`, {
    flowId: flow.flowId,
    params: { windowEndTime: String(seconds(2)) },
  })
  expect(asked.status).toBe(201)
  await finishedRun(server.client, flow.flowId)
  expect(await landedIds(flow)).toEqual([0, 1, 100, 101, 102, 900, 902])
})

test.for(['local_changed', 'day'])('the delta column %s is read in UTC', async (column) => {
  const flow = await makeFlow({ column })
  const [from, to] = column === 'day' ? [0, 24] : [3, 6]
  await copyWindow(flow, String(at(from)), String(at(to)))
  // Every row of the first of January, and not the one a microsecond before it.
  const wholeDay = idsBetween(0, 24).filter((id) => id !== 124)
  const expected = column === 'day' ? wholeDay : idsBetween(from, to)
  expect(await landedIds(flow)).toEqual(expected.toSorted((a, b) => a - b))
})

test('the filter of the source connection narrows every window', async () => {
  const filters = {
    type: 'PQL',
    format: 'pql/json',
    value: {
      nodeType: 'fnApply',
      fnName: '=',
      params: [
        { nodeType: 'fieldLookup', fieldName: 'city' },
        { nodeType: 'literal', value: 'Oslo' },
      ],
    },
  }
  const flow = await makeFlow({ filters })
  const run = await copyWindow(flow, String(seconds(0)), String(seconds(6)))
  expect(await landedIds(flow)).toEqual([1, 3, 5])
  expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 3, outputRecordCount: 3 })
  await copyWindow(flow, String(seconds(6)), String(seconds(8)))
  expect(await landedIds(flow)).toEqual([1, 3, 5, 7])
})

test.for([
  [String(at(6)), String(at(3)), 'windowStartTime'],
  [String(at(6)), String(at(6)), 'windowStartTime'],
  ['yesterday', String(at(6)), 'windowStartTime'],
  [String(at(3)), '-5', 'windowEndTime'],
])('the window %s to %s is refused, and named', async ([from, to, member]) => {
  const flow = await makeFlow()
  const params = { windowStartTime: from, windowEndTime: to }
  const { status, body } = await server.client.post(`${FLOW}/runs`, { flowId: flow.flowId, params })
  expect(status).toBe(400)
  expect(JSON.stringify(body)).toContain(member)
})
