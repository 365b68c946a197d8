import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  advanceWatermark,
  dueFlows,
  nextTickOf,
  setNextRun,
} from '#services/flow-service/flows/flow-store.ts'
import {
  type AnyBody,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  MAPPING,
  makeConnections,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { transact } from '#store/database.ts'
import type { Run } from './run.ts'
import { insertRun, saveRun } from './run-store.ts'
import { queueNextRun } from './waiting-runs.ts'

let service: FlowTestService
let ids: { base: string; source: string; target: string }

beforeAll(async () => {
  service = await startFlowService()
  ids = await makeConnections(service)
})
afterAll(async () => service[Symbol.asyncDispose]())

const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const START_MS = 1_612_310_466_000
const WINDOW = { windowStartTime: '1651584991', windowEndTime: '1651671391' }

function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

async function makeFlow(changes: Record<string, unknown> = {}): Promise<string> {
  return await created(service, '/flows', flowBody(ids, changes))
}

async function run(flowId: string, params?: unknown): Promise<AnyBody> {
  return await service.call('POST', '/runs/', {
    body: { flowId, ...(params === undefined ? { status: 'active' } : { params }) },
  })
}

async function stored(id: string): Promise<Run> {
  return await service.db.selectFrom('flow_run').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

async function save(id: string, change: Omit<Parameters<typeof saveRun>[2], 'nowMs'>): Promise<Run> {
  return await transact(service.db, (tx) => saveRun(tx, id, { ...change, nowMs: service.world.nowMs++ }))
}

async function countWaiting(): Promise<number> {
  const { rows } = await service.source.query<{ count: string }>(
    `select count(*) from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`,
    [service.metadata.database],
  )
  return Number(rows[0]?.count)
}

const metrics = (count: number) => ({
  metrics: { recordSummary: { inputRecordCount: count, outputRecordCount: count } },
})

describe('asking for a run', () => {
  test('answers in both documented forms and queues its first step', async () => {
    const flowId = await makeFlow()
    const { status, body, headers } = await run(flowId)
    expect(status).toBe(201)
    expect(body.items).toEqual([{ id: body.id, etag: body.etag }])
    expect(headers['location']).toBe(`/data/foundation/flowservice/runs/${body.id}`)
    expect(service.submitted.at(-1)?.id).toBe(body.id)
    const item = await itemOf(service, `/runs/${body.id}`)
    expect(item).toMatchObject({
      flowId,
      etag: body.etag,
      metrics: { statusSummary: { status: 'queued' } },
      activities: [],
      predecessors: [],
    })
    expect(item.flowSpec.id).toBe('14518937-270c-4525-bdec-c2ba7cce3860')
    expect(item.providerRefId).toContain(flowId)
    expect(item).not.toHaveProperty('version')
  })

  test('waits while another run of the flow is active', async () => {
    const flowId = await makeFlow()
    const first = (await run(flowId)).body.id
    const second = (await run(flowId)).body.id
    expect((await stored(second)).state).toBe('scheduled')
    expect(service.submitted.at(-1)?.id).toBe(first)
    const queueNext = () => transact(service.db, (tx) => queueNextRun(tx, flowId, service.world.nowMs))
    expect(await queueNext()).toBeUndefined()
    await save(first, { state: 'failed', completedAt: 1 })
    expect((await queueNext())?.id).toBe(second)
    expect(await itemOf(service, `/runs/${second}`)).toMatchObject({
      metrics: { statusSummary: { status: 'queued' } },
    })
  })

  test('never makes two active runs, however many ask at a time', async () => {
    const flowId = await makeFlow()
    // All requests are held where they are about to look for an active run.
    await service.metadata.query('begin')
    await service.metadata.query('select from flow where id = $1 for update', [flowId])
    const asked = [1, 2, 3, 4].map(() => run(flowId))
    await expect.poll(countWaiting, { timeout: 5000 }).toBe(4)
    await service.metadata.query('commit')
    const answers = await Promise.all(asked)
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    const states = await Promise.all(answers.map(async ({ body }) => (await stored(body.id)).state))
    expect(states.sort()).toEqual(['queued', 'scheduled', 'scheduled', 'scheduled'])
  })

  test('understands seconds and milliseconds, as text or number', async () => {
    const flowId = await makeFlow()
    const seconds = await stored((await run(flowId, { startTime: '1663735590', ...WINDOW })).body.id)
    const millis = await stored(
      (await run(flowId, { windowStartTime: 1651584991000, windowEndTime: '1651671391000' })).body.id,
    )
    for (const { window_start, window_end } of [seconds, millis]) {
      expect([window_start, window_end]).toEqual([1_651_584_991_000, 1_651_671_391_000])
    }
  })

  test('refuses what does not fit, with the documented codes', async () => {
    const flowId = await makeFlow()
    expect(codeOf(await service.call('POST', '/runs', { body: {} }))).toBe('1446-400')
    expect(codeOf(await service.call('POST', '/runs', { body: { flowId: '' } }))).toBe('1446-400')
    expect(codeOf(await run(UNKNOWN))).toBe('1430-400')
    expect(codeOf(await run('not-a-uuid'))).toBe('1430-400')
    const backwards = { windowStartTime: WINDOW.windowEndTime, windowEndTime: WINDOW.windowStartTime }
    expect(await run(flowId, backwards)).toMatchObject({
      status: 400,
      body: { report: { field: 'params.windowStartTime' } },
    })
    await service.call('POST', `/flows/${flowId}/action?op=disable`)
    expect(codeOf(await run(flowId))).toBe('1422-400')
  })

  test('teaches a flow its delta column once', async () => {
    const transformations = [{ name: 'Mapping', params: { mappingId: MAPPING, mappingVersion: 0 } }]
    const flowId = await makeFlow({ transformations, scheduleParams: { startTime: 1, frequency: 'once' } })
    expect(await run(flowId, { ...WINDOW, deltaColumn: { name: 'nosuch' } })).toMatchObject({ status: 400 })
    expect(await run(flowId, { ...WINDOW, deltaColumn: { name: 'born' } })).toMatchObject({ status: 201 })
    const flow = await itemOf(service, `/flows/${flowId}`)
    expect(flow.transformations).toEqual([
      { name: 'Copy', params: { deltaColumn: { name: 'born' } } },
      ...transformations,
    ])
    expect(await run(flowId, { ...WINDOW, deltaColumn: { name: 'born' } })).toMatchObject({ status: 201 })
    expect(await run(flowId, { ...WINDOW, deltaColumn: { name: 'updated_at' } })).toMatchObject({
      status: 400,
    })
    expect(flow.version).toBe(flow.etag)
  })
})

describe('a run', () => {
  test('shows how far it is while it is under way', async () => {
    const { id } = (await run(await makeFlow())).body
    await save(id, {
      state: 'inProgress',
      epoch: 2,
      startedAt: service.world.nowMs - 2000,
      plan: { estimatedRows: 100 },
    })
    const slice = { run_id: id, attempt: 0, slice: '{}' }
    await service.db
      .insertInto('run_slice')
      .values([
        { ...slice, epoch: 1, ordinal: 0, state: 'done', row_count: 999, byte_count: 999 },
        { ...slice, epoch: 2, ordinal: 0, state: 'done', row_count: 30, byte_count: 300 },
        { ...slice, epoch: 2, ordinal: 1, state: 'pending', row_count: 10, byte_count: 100 },
      ])
      .execute()
    const item = await itemOf(service, `/runs/${id}`)
    expect(item).toMatchObject({ metrics: { statusSummary: { status: 'inProgress' } }, activities: [] })
    expect(item.progress).toMatchObject({
      rowsRead: 40,
      bytesRead: 400,
      slicesDone: 1,
      slicesTotal: 2,
      estimatedRows: 100,
    })
    expect(item.progress.rowsPerSecond).toBeGreaterThan(10)
    const list = await service.call('GET', '/runs?property=state==INPROGRESS')
    expect(list.body.items).toEqual([
      expect.objectContaining({ id, progress: expect.objectContaining({ rowsRead: 40 }) }),
    ])
    await save(id, { state: 'success', completedAt: service.world.nowMs, documentPatch: metrics(40) })
    expect(await itemOf(service, `/runs/${id}`)).not.toHaveProperty('progress')
  })

  test('tells its flow how it ended, without a new version of the flow', async () => {
    const flowId = await makeFlow()
    const before = await itemOf(service, `/flows/${flowId}`)
    const { id } = (await run(flowId)).body
    await save(id, { state: 'inProgress', startedAt: 1000 })
    const ended = await save(id, {
      state: 'failed',
      completedAt: 2000,
      documentPatch: {
        metrics: { statusSummary: { errors: [{ code: 'CONNECTOR-1001-500', message: 'x' }] } },
      },
    })
    const item = await itemOf(service, `/runs/${id}`)
    expect(item.metrics).toEqual({
      statusSummary: { status: 'failed', errors: [{ code: 'CONNECTOR-1001-500', message: 'x' }] },
      durationSummary: { startedAtUTC: 1000, completedAtUTC: 2000 },
    })
    expect(item.etag).toBe(ended.etag)
    const after = await itemOf(service, `/flows/${flowId}`)
    expect(after).toEqual({
      ...before,
      lastRunDetails: { id, state: 'failed', startedAtUTC: 1000, completedAtUTC: 2000 },
    })
    const patched = await service.call('PATCH', `/flows/${flowId}`, {
      body: [{ op: 'replace', path: '/name', value: 'n' }],
      headers: { 'if-match': before.etag },
    })
    expect(patched.status).toBe(200)
    expect((await itemOf(service, `/flows/${flowId}`)).lastRunDetails.id).toBe(id)
  })

  test('stays listed when its flow is deleted, and is not changed from outside', async () => {
    const flowId = await makeFlow()
    const { id, etag } = (await run(flowId)).body
    await service.call('DELETE', `/flows/${flowId}`)
    const list = await service.call('GET', `/runs?property=flowId==${flowId}`)
    expect(list.body.items.map((item: AnyBody) => item.id)).toEqual([id])
    expect(codeOf(await service.call('PUT', `/runs/${id}`, { body: {} }))).toBe('1403-400')
    expect(
      codeOf(await service.call('PUT', `/runs/${id}`, { body: {}, headers: { 'if-match': '"old"' } })),
    ).toBe('1404-412')
    expect(
      codeOf(await service.call('PUT', `/runs/${id}`, { body: {}, headers: { 'if-match': etag } })),
    ).toBe('1427-400')
  })
})

describe('the schedule', () => {
  async function tick(flowId: string, nowMs: number): Promise<Run | undefined> {
    return await transact(service.db, async (tx) => {
      const flow = (await dueFlows(tx, nowMs, 1000)).find((row) => row.id === flowId)
      if (flow === undefined) return undefined
      const due = await nextTickOf(tx, flow, nowMs)
      if (due === undefined) throw new Error('a due flow has no tick')
      const window = { startMs: due.windowStart ?? null, endMs: due.windowEnd ?? null }
      const made = await insertRun(tx, { flow, origin: 'schedule', scheduledFor: due.at, window, nowMs })
      await setNextRun(tx, flowId, (await nextTickOf(tx, flow, nowMs, due.at))?.at ?? null)
      return made
    })
  }

  async function deliver(made: Run | undefined, nowMs: number): Promise<void> {
    if (made === undefined) throw new Error('there is no run')
    await transact(service.db, async (tx) => {
      await advanceWatermark(tx, made, nowMs)
      await saveRun(tx, made.id, { state: 'success', completedAt: nowMs, nowMs })
    })
  }

  const PERIOD_MS = 900_000

  test('gives adjacent windows, and the next one what a failed one left', async () => {
    const flowId = await makeFlow()
    const first = await tick(flowId, START_MS + 10)
    expect(first).toMatchObject({
      scheduled_for: START_MS,
      window_start: null,
      window_end: START_MS,
      state: 'queued',
    })
    expect(await tick(flowId, START_MS + PERIOD_MS + 1)).toBeUndefined()
    await deliver(first, START_MS + 20)
    expect(await tick(flowId, START_MS + PERIOD_MS - 1)).toBeUndefined()
    const second = await tick(flowId, START_MS + PERIOD_MS)
    expect(second).toMatchObject({ window_start: START_MS, window_end: START_MS + PERIOD_MS })
    await save(second?.id ?? '', { state: 'failed', completedAt: 1 })
    const third = await tick(flowId, START_MS + 4 * PERIOD_MS + 5)
    expect(third).toMatchObject({
      scheduled_for: START_MS + 4 * PERIOD_MS,
      window_start: START_MS,
      window_end: START_MS + 4 * PERIOD_MS,
    })
    const item = await itemOf(service, `/runs/${third?.id}`)
    expect(item).toMatchObject({ createdClient: 'acp_foundation_connectors', flowId })
  })

  test('forgets flows that are disabled or deleted, and runs a flow once only when that was said', async () => {
    const flowId = await makeFlow({ scheduleParams: { startTime: START_MS / 1000, frequency: 'once' } })
    await service.call('POST', `/flows/${flowId}/action?op=disable`)
    expect(await tick(flowId, START_MS + 1)).toBeUndefined()
    await service.call('POST', `/flows/${flowId}/action?op=enable`)
    const only = await tick(flowId, START_MS + 1)
    expect(only).toMatchObject({ window_start: null, window_end: null })
    await deliver(only, START_MS + 2)
    expect(await tick(flowId, START_MS + PERIOD_MS)).toBeUndefined()
    await service.call('POST', `/flows/${flowId}/action?op=disable`)
    await service.call('POST', `/flows/${flowId}/action?op=enable`)
    expect(await tick(flowId, START_MS + PERIOD_MS)).toBeUndefined()
    const deleted = await makeFlow()
    await service.call('DELETE', `/flows/${deleted}`)
    expect(await tick(deleted, START_MS + PERIOD_MS)).toBeUndefined()
  })

  test('catches up with one run on what was missed while a flow was disabled', async () => {
    const flowId = await makeFlow()
    await deliver(await tick(flowId, START_MS), START_MS)
    await service.call('POST', `/flows/${flowId}/action?op=disable`)
    expect(await tick(flowId, START_MS + 9 * PERIOD_MS)).toBeUndefined()
    await service.call('POST', `/flows/${flowId}/action?op=enable`)
    const caughtUp = await tick(flowId, service.world.nowMs)
    expect(caughtUp?.window_start).toBe(START_MS)
    expect(((caughtUp?.window_end ?? 0) - START_MS) % PERIOD_MS).toBe(0)
    expect(service.world.nowMs - (caughtUp?.window_end ?? 0)).toBeLessThan(PERIOD_MS)
  })

  test('is not moved by a request for some other time, and moved to now at most', async () => {
    const flowId = await makeFlow()
    const watermark = async () =>
      (
        await service.db
          .selectFrom('flow')
          .select('watermark_at')
          .where('id', '=', flowId)
          .executeTakeFirstOrThrow()
      ).watermark_at
    await deliver(await stored((await run(flowId, WINDOW)).body.id), 2e12)
    expect(await watermark()).toBeNull()
    await deliver(await tick(flowId, START_MS), START_MS)
    expect(await watermark()).toBe(START_MS)
    const far = await stored(
      (await run(flowId, { windowStartTime: 1, windowEndTime: '16515859567' })).body.id,
    )
    await deliver(far, START_MS + 7)
    expect(await watermark()).toBe(START_MS + 7)
  })
})
