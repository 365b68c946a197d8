import type { Answer, ApiResponse } from '@headwater/testkit/api-client.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { connectTo, FLOW, finishedRun, type Ingested, ingest, queryRows } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

/** What becomes of a flow that is changed between its runs, or while one is under way. */
const PATIENCE = { timeout: 30_000, interval: 50 }

let source: TestDatabase
let server: TestServer
let connectionId: string
let gated: GatedRelation

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  await source.query(`
    create table cities as select i as id, 'city ' || i as label, now() - i * interval '1 day' as changed from generate_series(1, 4) i;
    create table towns as select 10 + i as id, 'town ' || i as label, now() - i * interval '1 day' as changed from generate_series(1, 3) i`)
  connectionId = await connectTo(server.client, source)
  gated = await createGatedRelation(source, 10)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

const seconds = (offset = 0): number => Math.floor(Date.now() / 1000) + offset

function makeFlow(changes: Partial<Parameters<typeof ingest>[2]> = {}): Promise<Ingested> {
  return ingest(server.client, connectionId, {
    tableName: 'public.cities',
    fields: { id: { type: 'integer' } },
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' }],
    scheduleParams: { startTime: seconds(86_400), frequency: 'day', interval: 1 },
    ...changes,
  })
}

async function landedIds({ datasetId }: Ingested): Promise<number[]> {
  return (await queryRows(server.client, `select _headwater.id from "${datasetId}" order by 1`)).flat()
}

async function item(path: string): Promise<Answer> {
  const { body } = await server.client.get(`${FLOW}${path}`)
  return body.items[0]
}

async function patch(path: string, ...operations: Answer[]): Promise<ApiResponse> {
  const { etag } = await item(path)
  const headers = { 'If-Match': etag }
  return server.client.call('PATCH', `${FLOW}${path}`, { body: operations, headers })
}

async function ask(flowId: string, params: Answer = {}): Promise<string> {
  const { status, body } = await server.client.post(`${FLOW}/runs`, { flowId, params })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

function act(flowId: string, op: string): Promise<ApiResponse> {
  return server.client.post(`${FLOW}/flows/${flowId}/action?op=${op}`)
}

async function statuses(flowId: string): Promise<string[]> {
  const { body } = await server.client.get(`${FLOW}/runs?property=flowId==${flowId}&orderby=createdAt`)
  return body.items.map(({ metrics }: Answer) => metrics.statusSummary.status)
}

async function untilStatuses(flowId: string, wanted: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(await statuses(flowId)).toEqual(wanted), PATIENCE)
}

describe('between two runs', () => {
  test('a change of the source connection counts from the next run on', async () => {
    const flow = await makeFlow()
    await ask(flow.flowId)
    await finishedRun(server.client, flow.flowId)
    const path = `/sourceConnections/${flow.sourceConnectionId}`
    const replaced = await patch(path, { op: 'replace', path: '/params/tableName', value: 'public.towns' })
    expect(replaced.status).toBe(200)
    await ask(flow.flowId)
    await untilStatuses(flow.flowId, ['success', 'success'])
    expect(await landedIds(flow)).toEqual([1, 2, 3, 4, 11, 12, 13])
  })

  test('what a run over everything has brought is not brought again by the next one', async () => {
    const copy = { deltaColumn: { name: 'changed' } }
    const flow = await makeFlow({ copy, scheduleParams: { startTime: seconds(), frequency: 'once' } })
    await finishedRun(server.client, flow.flowId)
    await source.query("insert into cities values (5, 'city 5', clock_timestamp())")
    await ask(flow.flowId)
    await untilStatuses(flow.flowId, ['success', 'success'])
    expect(await landedIds(flow)).toEqual([1, 2, 3, 4, 5])
    await source.query('delete from cities where id = 5')
  })

  test('a flow whose start lies many ticks back catches up in one run', async () => {
    const copy = { deltaColumn: { name: 'changed' } }
    const startTime = seconds(-3 * 86_400 - 60)
    const flow = await makeFlow({ copy, scheduleParams: { startTime, frequency: 'day', interval: 1 } })
    const run = await finishedRun(server.client, flow.flowId)
    expect(run.metrics.durationSummary.extensions.windowEnd).toBe((startTime + 3 * 86_400) * 1000)
    expect(await statuses(flow.flowId)).toEqual(['success'])
    expect(await landedIds(flow)).toEqual([1, 2, 3, 4])
  })
})

describe('while a run is under way', () => {
  /** A flow whose run stands at the closed gate. */
  async function makeRunning(): Promise<{ flow: Ingested; runId: string }> {
    await gated.close()
    const flow = await makeFlow({ tableName: gated.tableName })
    const runId = await ask(flow.flowId)
    await gated.reached()
    return { flow, runId }
  }

  test('its progress can be seen, and its flow changed without getting in its way', async () => {
    const { flow, runId } = await makeRunning()
    const running = await item(`/runs/${runId}`)
    expect(running.progress).toMatchObject({ slicesDone: 0, slicesTotal: 1, rowsRead: expect.any(Number) })
    const path = `/flows/${flow.flowId}`
    const schedule = { op: 'replace', path: '/scheduleParams/frequency', value: 'week' }
    expect((await patch(path, schedule, { op: 'replace', path: '/name', value: 'renamed' })).status).toBe(200)
    await gated.open()
    const run = await finishedRun(server.client, flow.flowId)
    expect([run.id, run.metrics.statusSummary.status]).toEqual([runId, 'success'])
    expect(run).not.toHaveProperty('progress')
    expect(await item(path)).toMatchObject({
      name: 'renamed',
      scheduleParams: { frequency: 'week' },
      lastRunDetails: { id: runId, state: 'success' },
    })
    expect(await landedIds(flow)).toHaveLength(gated.rowCount)
  })

  test('a flow that is disabled lets it finish, and what waits goes on when the flow does', async () => {
    const { flow } = await makeRunning()
    await ask(flow.flowId)
    expect((await act(flow.flowId, 'disable')).status).toBe(200)
    await gated.open()
    await untilStatuses(flow.flowId, ['success', 'scheduled'])
    expect((await act(flow.flowId, 'enable')).status).toBe(200)
    await untilStatuses(flow.flowId, ['success', 'success'])
  })

  test('a flow that is deleted takes its rows along, and its runs stay to be read', async () => {
    const { flow } = await makeRunning()
    await ask(flow.flowId)
    expect((await server.client.call('DELETE', `${FLOW}/flows/${flow.flowId}`)).status).toBe(204)
    await untilStatuses(flow.flowId, ['inProgress', 'failed'])
    await gated.open()
    await untilStatuses(flow.flowId, ['failed', 'failed'])
    expect(await landedIds(flow)).toEqual([])
  })
})

test('a run that is asked for later waits for its time, and starts then', async () => {
  const flow = await makeFlow()
  const startTime = seconds(3)
  const runId = await ask(flow.flowId, { startTime: String(startTime) })
  expect(await statuses(flow.flowId)).toEqual(['scheduled'])
  await ask(flow.flowId)
  await untilStatuses(flow.flowId, ['success', 'success'])
  const { metrics } = await item(`/runs/${runId}`)
  expect(metrics.durationSummary.startedAtUTC).toBeGreaterThanOrEqual(startTime * 1000)
})
