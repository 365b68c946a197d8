import { SOME_ACTIVITIES } from '@headwater/contract/flow-service/run-metrics.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ADMIN,
  type Answer,
  type AnyBody,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  makeConnections,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { transact } from '#store/database.ts'
import { saveRun } from './run-store.ts'

let service: FlowTestService
let flowId: string
let run: AnyBody

/** What a run that delivered ten rows measured. */
const MEASURED = {
  metrics: {
    recordSummary: { inputRecordCount: 10, outputRecordCount: 10 },
    statusSummary: { status: 'success', errors: [] },
  },
  activities: SOME_ACTIVITIES,
}

beforeAll(async () => {
  service = await startFlowService()
  flowId = await created(service, '/flows', flowBody(await makeConnections(service)))
})

afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

beforeEach(async () => {
  run = await newRun()
})

/** A run that has ended. */
async function newRun(): Promise<AnyBody> {
  const id = await created(service, '/runs', { flowId })
  await transact(service.db, (tx) =>
    saveRun(tx, id, { state: 'success', startedAt: 1, completedAt: 2, documentPatch: MEASURED, nowMs: 3 }),
  )
  return itemOf(service, `/runs/${id}`)
}

function put(body: unknown, headers: Record<string, string | undefined> = {}): Promise<Answer> {
  const all = { ...ADMIN, 'if-match': run.etag, ...headers }
  return service.call('PUT', `/runs/${run.id}`, { body, headers: all })
}

function codeOf({ status, body }: Answer): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? String(status)
}

test('an administrator notes what the provider knows, and everybody sees it', async () => {
  const other = await newRun()
  const told = {
    providerRefId: 'job-7',
    parentFlowRunId: other.id,
    childFlowRunIds: [other.id],
    predecessors: [{ flowId, flowRunId: other.id, flowSpec: other.flowSpec }, { flowRunId: other.id }],
    recordTypes: [{ type: 'profile', extensions: { a: 1 } }, 'experienceevent'],
    metrics: { customSummary: { cost: 1.5, labels: ['x'] } },
  }
  const answer = await put(told)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  const item = await itemOf(service, `/runs/${run.id}`)
  expect(answer.body).toEqual(item)
  expect(item).toMatchObject({
    ...told,
    recordTypes: [told.recordTypes[0], { type: 'experienceevent', extensions: {} }],
    metrics: { ...run.metrics, ...told.metrics },
    activities: run.activities,
    createdAt: run.createdAt,
  })
  expect(item.etag).not.toBe(run.etag)
  expect(item.updatedAt).toBeGreaterThan(run.updatedAt)
  const found = await service.call('GET', '/runs?property=providerRefId==job-7')
  expect(found.body.items).toEqual([item])
  run = item
  const removed = await put({ parentFlowRunId: null, metrics: { customSummary: null } })
  expect(removed.body).not.toHaveProperty('parentFlowRunId')
  expect(removed.body.metrics).toEqual({ ...MEASURED.metrics, durationSummary: run.metrics.durationSummary })
  expect(removed.body.providerRefId).toBe('job-7')
})

test('what was read may be sent back whole', async () => {
  const answer = await put(run)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  const { etag, updatedAt, updatedBy, updatedClient, ...rest } = answer.body
  expect({ ...run, ...rest }).toEqual(run)
  expect([updatedClient, updatedBy]).toEqual(['admin', run.createdBy])
  expect([etag, updatedAt]).not.toEqual([run.etag, run.updatedAt])
})

test('what a step of the run writes meanwhile leaves the notes alone', async () => {
  await put({ providerRefId: 'job-8', metrics: { customSummary: { cost: 2 } } })
  await transact(service.db, (tx) =>
    saveRun(tx, run.id, { documentPatch: { metrics: { sizeSummary: { inputBytes: 5 } } }, nowMs: 9 }),
  )
  expect(await itemOf(service, `/runs/${run.id}`)).toMatchObject({
    providerRefId: 'job-8',
    metrics: { customSummary: { cost: 2 }, sizeSummary: { inputBytes: 5 } },
  })
})

describe('what this server measured', () => {
  test.each([
    ['metrics.recordSummary', { metrics: { recordSummary: { inputRecordCount: 11 } } }],
    ['metrics.statusSummary', { metrics: { statusSummary: { status: 'failed' } } }],
    ['metrics.sizeSummary', { metrics: { sizeSummary: { inputBytes: 1 } } }],
    ['metrics.fantasy', { metrics: { fantasy: 1 } }],
    ['activities', { activities: [] }],
    ['params', { params: { windowStartTime: 1 } }],
    ['flowSpec', { flowSpec: { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '2.0' } }],
  ])('%s cannot be told otherwise', async (field, body) => {
    const answer = await put({ providerRefId: 'mine', ...body })
    expect([codeOf(answer), answer.body.report.field]).toEqual(['1100-400', field])
    expect(answer.body.errorMessage).toContain('cannot be told from outside')
    expect(await itemOf(service, `/runs/${run.id}`)).toEqual(run)
  })

  test('may be repeated in part', async () => {
    const body = { flowId, metrics: { recordSummary: { inputRecordCount: 10 } }, params: {} }
    expect((await put(body)).status).toBe(200)
  })
})

describe('a PUT', () => {
  test('needs a version, a body, an administrator, and a run', async () => {
    expect(codeOf(await put({}, { 'if-match': undefined }))).toBe('1403-400')
    expect(codeOf(await put({}, { 'if-match': 'other' }))).toBe('1404-412')
    expect(codeOf(await put(undefined))).toBe('1405-400')
    expect(codeOf(await put([]))).toBe('1100-400')
    const noAdmin = { authorization: 'Bearer valid', 'x-api-key': 'client' }
    expect(codeOf(await put({ providerRefId: 'mine' }, noAdmin))).toBe('1427-400')
    for (const id of ['nosuch', crypto.randomUUID()]) {
      const headers = { ...ADMIN, 'if-match': '*' }
      expect(codeOf(await service.call('PUT', `/runs/${id}`, { body: {}, headers }))).toBe('1439-404')
    }
    const elsewhere = await put({}, { 'x-sandbox-name': 'dev' })
    expect(codeOf(elsewhere)).toBe('1439-404')
    expect((await put({}, { 'if-match': run.etag.slice(1, -1) })).status).toBe(200)
  })

  test('for one version is done once', async () => {
    const answers = await Promise.all([put({ providerRefId: 'a' }), put({ providerRefId: 'b' })])
    expect(answers.map(codeOf).sort()).toEqual(['1404-412', '200'])
  })

  test.each<[object, string]>([
    [{ flowId: null }, '1446-400'],
    [{ flowId: ' ' }, '1446-400'],
    [{ flowId: crypto.randomUUID() }, '1430-400'],
    [{ flowId: 'nosuch' }, '1430-400'],
    [{ predecessors: [{ flowRunId: crypto.randomUUID() }] }, '1428-400'],
    [{ predecessors: [{ flowRunId: 'nosuch' }] }, '1428-400'],
  ])('of %j is refused with %s', async (body, code) => {
    expect(codeOf(await put(body))).toBe(code)
    expect((await itemOf(service, `/runs/${run.id}`)).etag).toBe(run.etag)
  })

  test('that names an unknown flow before it, or another flow as its own, is refused', async () => {
    const other = await newRun()
    const unknown = { flowRunId: other.id, flowId: crypto.randomUUID() }
    expect(codeOf(await put({ predecessors: [unknown] }))).toBe('1429-400')
    const otherFlow = await created(service, '/flows', flowBody(await makeConnections(service)))
    const moved = await put({ flowId: otherFlow })
    expect([codeOf(moved), moved.body.report.field]).toEqual(['1100-400', 'flowId'])
  })

  test.each([
    [{ providerRefId: 7 }, 'providerRefId'],
    [{ providerRefId: '' }, 'providerRefId'],
    [{ parentFlowRunId: 'nosuch' }, 'parentFlowRunId'],
    [{ childFlowRunIds: 'x' }, 'childFlowRunIds'],
    [{ childFlowRunIds: [7] }, 'childFlowRunIds'],
    [{ childFlowRunIds: [crypto.randomUUID()] }, 'childFlowRunIds'],
    [{ childFlowRunIds: Array(1001).fill('x') }, 'childFlowRunIds'],
    [{ predecessors: {} }, 'predecessors'],
    [{ predecessors: ['x'] }, 'predecessors.0'],
    [{ predecessors: [{}] }, 'predecessors.0.flowRunId'],
    [{ predecessors: [{ flowRunId: 'x', flowId: 7 }] }, 'predecessors.0.flowId'],
    [{ recordTypes: [{}] }, 'recordTypes.0'],
    [{ recordTypes: [{ type: 'profile', extensions: 1 }] }, 'recordTypes.0'],
    [{ metrics: 'x' }, 'metrics'],
    [{ metrics: { customSummary: [] } }, 'metrics.customSummary'],
    [{ metrics: { customSummary: { x: 'y'.repeat(70_000) } } }, 'metrics.customSummary'],
  ])('of %j is told that %s is not right', async (body, field) => {
    const answer = await put(body)
    expect([codeOf(answer), answer.body.report.field]).toEqual(['1100-400', field])
  })

  test('cannot make a run go before itself', async () => {
    for (const body of [
      { parentFlowRunId: run.id },
      { childFlowRunIds: [run.id] },
      { predecessors: [{ flowRunId: run.id }] },
    ])
      expect(codeOf(await put(body))).toBe('1100-400')
  })
})

test('notes do not decide what can be repeated: a repetition keeps what it repeats, and others count for nothing', async () => {
  const failed = await created(service, '/runs', { flowId })
  await transact(service.db, (tx) => saveRun(tx, failed, { state: 'failed', completedAt: 5, nowMs: 5 }))
  await put({ predecessors: [{ flowRunId: failed }] })
  const retried = await service.call('POST', `/runs/${failed}/action?op=re-trigger`)
  expect(retried.status, JSON.stringify(retried.body)).toBe(200)
  run = await itemOf(service, `/runs/${retried.body.id}`)
  const [first] = run.predecessors
  const dropped = await put({ predecessors: [] })
  expect([codeOf(dropped), dropped.body.report.field]).toEqual(['1100-400', 'predecessors.0'])
  const other = await newRun()
  expect((await put({ predecessors: [first, { flowRunId: other.id }] })).status).toBe(200)
  expect(codeOf(await service.call('POST', `/runs/${failed}/action?op=re-trigger`))).toBe('1422-400')
})

test('a failed run that is repeated twice at once is repeated once', async () => {
  const failed = await created(service, '/runs', { flowId })
  await transact(service.db, (tx) => saveRun(tx, failed, { state: 'failed', completedAt: 5, nowMs: 5 }))
  const again = () => service.call('POST', `/runs/${failed}/action?op=re-trigger`)
  expect((await Promise.all([again(), again(), again()])).map(codeOf).sort()).toEqual([
    '1422-400',
    '1422-400',
    '200',
  ])
})
