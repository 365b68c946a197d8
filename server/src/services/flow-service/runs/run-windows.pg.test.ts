import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
import { saveRun } from './run-store.ts'
import { findWaitingFlow, queueNextRun } from './waiting-runs.ts'

/** Runs that wait, and runs that repeat others: what of a window is brought when, and by whom. */
let service: FlowTestService
let ids: { base: string; source: string; target: string }

beforeAll(async () => {
  service = await startFlowService()
  ids = await makeConnections(service)
})
afterAll(async () => service[Symbol.asyncDispose]())

const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const WINDOW = { windowStartTime: '1651584991', windowEndTime: '1651671391' }
const WINDOW_END_MS = 1_651_671_391_000

function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

async function makeFlow(changes: Record<string, unknown> = {}): Promise<string> {
  return await created(service, '/flows', flowBody(ids, changes))
}

async function run(flowId: string, params: Record<string, unknown> = {}): Promise<AnyBody> {
  return await service.call('POST', '/runs', { body: { flowId, params } })
}

async function asked(flowId: string, params: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await run(flowId, params)
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

const again = (runId: string) => service.call('POST', `/runs/${runId}/action?op=re-trigger`)

async function stored(id: string): Promise<Run> {
  return await service.db.selectFrom('flow_run').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

async function save(id: string, change: Omit<Parameters<typeof saveRun>[2], 'nowMs'>): Promise<Run> {
  return await transact(service.db, (tx) => saveRun(tx, id, { ...change, nowMs: service.world.nowMs++ }))
}

function fail(id: string): Promise<Run> {
  return save(id, { state: 'failed', completedAt: 1 })
}

function succeed(id: string, outputRecordCount: number, inputRecordCount = outputRecordCount): Promise<Run> {
  const documentPatch = { metrics: { recordSummary: { inputRecordCount, outputRecordCount } } }
  return save(id, { state: 'success', completedAt: 1, documentPatch })
}

async function setWatermark(flowId: string, watermarkMs: number): Promise<void> {
  await service.db.updateTable('flow').set({ watermark_at: watermarkMs }).where('id', '=', flowId).execute()
}

function queueNext(flowId: string, nowMs = service.world.nowMs): Promise<Run | undefined> {
  return transact(service.db, (tx) => queueNextRun(tx, flowId, nowMs))
}

function waitingFlow(nowMs = service.world.nowMs): Promise<string | undefined> {
  return transact(service.db, (tx) => findWaitingFlow(tx, nowMs))
}

describe('a run that is asked for', () => {
  test('for later waits for its time, up to which its window reaches', async () => {
    const flowId = await makeFlow()
    const laterMs = service.world.nowMs + 3_600_000
    const id = await asked(flowId, { startTime: laterMs })
    expect(await stored(id)).toMatchObject({
      state: 'scheduled',
      scheduled_for: laterMs,
      window_end: laterMs,
    })
    expect([await waitingFlow(laterMs - 1), await queueNext(flowId, laterMs - 1)]).toEqual([
      undefined,
      undefined,
    ])
    const now = await asked(flowId)
    expect((await stored(now)).state).toBe('queued')
    expect(await waitingFlow(laterMs)).toBeUndefined()
    await fail(now)
    expect(await waitingFlow(laterMs)).toBe(flowId)
    expect((await queueNext(flowId, laterMs))?.id).toBe(id)
    await fail(id)
  })

  test('while its flow is busy goes on from where the flow stands when its turn comes', async () => {
    const flowId = await makeFlow()
    const first = await asked(flowId)
    const [follows, insists] = [await asked(flowId), await asked(flowId, WINDOW)]
    await succeed(first, 3)
    await setWatermark(flowId, WINDOW_END_MS - 1)
    expect(await queueNext(flowId)).toMatchObject({ id: follows, window_start: WINDOW_END_MS - 1 })
    await succeed(follows, 3)
    expect(await queueNext(flowId)).toMatchObject({ id: insists, window_start: 1_651_584_991_000 })
    await succeed(insists, 3)
  })

  test('waits while its flow is disabled, and ends with it', async () => {
    const flowId = await makeFlow()
    const [first, second] = [await asked(flowId), await asked(flowId)]
    await service.call('POST', `/flows/${flowId}/action?op=disable`)
    await fail(first)
    expect([await queueNext(flowId), await waitingFlow()]).toEqual([undefined, undefined])
    await service.call('POST', `/flows/${flowId}/action?op=enable`)
    expect(await waitingFlow()).toBe(flowId)
    await service.call('DELETE', `/flows/${flowId}`)
    expect(await itemOf(service, `/runs/${second}`)).toMatchObject({
      metrics: {
        statusSummary: {
          status: 'failed',
          errors: [{ code: 'CONNECTOR-1001-500', message: `The flow ${flowId} has been deleted.` }],
        },
      },
    })
  })

  test('over a window needs a column that tells the time', async () => {
    const transformations = [{ name: 'Mapping', params: { mappingId: MAPPING, mappingVersion: 0 } }]
    const flowId = await makeFlow({ transformations })
    for (const params of [WINDOW, { windowEndTime: WINDOW.windowEndTime }]) {
      expect(await run(flowId, params)).toMatchObject({
        status: 400,
        body: { report: { field: 'params.deltaColumn' } },
      })
    }
    const deltaColumn = { name: 'updated_at', timezone: 'UTC' }
    await asked(flowId, { ...WINDOW, deltaColumn })
    await asked(flowId, { ...WINDOW, deltaColumn: { name: 'updated_at' } })
    expect(await run(flowId, { deltaColumn: { ...deltaColumn, timezone: 'Asia/Tokyo' } })).toMatchObject({
      status: 400,
      body: { report: { field: 'params.deltaColumn.timezone' } },
    })
  })
})

describe('a run is repeated', () => {
  test('over its window after a failure, once at a time', async () => {
    const flowId = await makeFlow()
    const id = await asked(flowId, WINDOW)
    expect(codeOf(await again(id))).toBe('1422-400')
    await fail(id)
    const retry = await again(id)
    expect([retry.status, retry.body.id === id]).toEqual([200, false])
    const [first, second] = [await stored(id), await stored(retry.body.id)]
    expect(second).toMatchObject({
      window_start: first.window_start,
      window_end: first.window_end,
      state: 'queued',
      origin: 'retry',
    })
    expect((await itemOf(service, `/runs/${second.id}`)).predecessors[0].flowRunId).toBe(id)
    expect(service.submitted.at(-1)?.id).toBe(second.id)
    expect(codeOf(await again(id))).toBe('1422-400')
    expect(codeOf(await again(UNKNOWN))).toBe('1439-404')
  })

  test('and its repetition in turn, until one has brought the window', async () => {
    const flowId = await makeFlow()
    const id = await asked(flowId, WINDOW)
    await fail(id)
    const first = (await again(id)).body.id
    await fail(first)
    const second = (await again(first)).body.id
    expect(codeOf(await again(id))).toBe('1422-400')
    await fail(second)
    const third = (await again(id)).body.id
    await succeed(third, 3)
    for (const each of [id, first, second, third]) expect(codeOf(await again(each))).toBe('1422-400')
  })

  test.each([
    ['no row came', 0],
    ['every row that came was set aside', 5],
  ])('after a success that ingested nothing: %s', async (_name, inputCount) => {
    const id = await asked(await makeFlow())
    await succeed(id, 0, inputCount)
    expect(await service.call('POST', `/runs/${id}/action?op=RE_TRIGGER`)).toMatchObject({ status: 200 })
  })

  test('unless a later run has brought its window, or is about to', async () => {
    const flowId = await makeFlow()
    const id = await asked(flowId, WINDOW)
    await fail(id)
    const day = 86_400
    const wider = {
      windowStartTime: Number(WINDOW.windowStartTime) - day,
      windowEndTime: WINDOW.windowEndTime,
    }
    const other = await asked(flowId, wider)
    const busy = await again(id)
    expect([codeOf(busy), busy.body.errorMessage]).toEqual(['1422-400', expect.stringContaining(other)])
    await succeed(other, 3)
    const done = await again(id)
    expect([codeOf(done), done.body.errorMessage]).toEqual(['1422-400', expect.stringContaining(other)])
  })

  test('beside later runs over other windows', async () => {
    const flowId = await makeFlow()
    const id = await asked(flowId, WINDOW)
    await fail(id)
    const other = await asked(flowId, { windowStartTime: WINDOW.windowEndTime })
    const retry = await again(id)
    expect([retry.status, (await stored(retry.body.id)).state]).toEqual([200, 'scheduled'])
    await succeed(other, 3)
  })

  test('though the flow had delivered its window before it was asked for again', async () => {
    const flowId = await makeFlow()
    await setWatermark(flowId, WINDOW_END_MS)
    const id = await asked(flowId, WINDOW)
    await fail(id)
    expect(await again(id)).toMatchObject({ status: 200 })
  })

  test('unless later runs have brought its window piece by piece', async () => {
    const flowId = await makeFlow()
    const id = await asked(flowId, WINDOW)
    await fail(id)
    const middle = Number(WINDOW.windowStartTime) + 3600
    await succeed(await asked(flowId, { ...WINDOW, windowEndTime: middle }), 3)
    await succeed(await asked(flowId, { ...WINDOW, windowStartTime: middle }), 3)
    await setWatermark(flowId, WINDOW_END_MS)
    const answer = await again(id)
    expect([codeOf(answer), answer.body.errorMessage]).toEqual([
      '1422-400',
      expect.stringContaining('has brought'),
    ])
  })
})
