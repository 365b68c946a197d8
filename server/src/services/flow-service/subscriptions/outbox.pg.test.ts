import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Run } from '#services/flow-service/runs/run.ts'
import { insertRun, saveRun } from '#services/flow-service/runs/run-store.ts'
import {
  type AnyBody,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  makeConnections,
  ORG,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { type Tx, transact } from '#store/database.ts'

// What a change of a run leaves in the outbox. Nobody sends anything here.

let service: FlowTestService
let ids: { source: string; target: string }

beforeAll(async () => {
  service = await startFlowService()
  ids = await makeConnections(service)
})
afterAll(async () => service[Symbol.asyncDispose]())

async function addFlow(name: string): Promise<string> {
  return created(service, '/flows', flowBody(ids, { name }))
}

async function subscribe(changes: Record<string, unknown> = {}): Promise<string> {
  return created(service, '/subscriptions', { name: 's', url: 'http://hooks.example.com', ...changes })
}

async function startRun(flowId: string): Promise<Run> {
  const flow = await service.db
    .selectFrom('flow')
    .selectAll()
    .where('id', '=', flowId)
    .executeTakeFirstOrThrow()
  const nowMs = service.world.nowMs++
  const window = { startMs: null, endMs: null }
  const run = await transact(service.db, (tx) =>
    insertRun(tx, { flow, origin: 'request', scheduledFor: nowMs, window, nowMs }),
  )
  if (run === undefined) throw new Error('no run')
  return run
}

async function move(tx: Tx, { id }: Run, state: Run['state'], documentPatch = {}): Promise<Run> {
  const nowMs = service.world.nowMs++
  const ended = state === 'inProgress' ? {} : { completedAt: nowMs }
  return saveRun(tx, id, { state, startedAt: nowMs, ...ended, documentPatch, nowMs })
}

function moveNow(run: Run, state: Run['state'], documentPatch = {}): Promise<Run> {
  return transact(service.db, (tx) => move(tx, run, state, documentPatch))
}

/** Deliveries of a subscription, oldest first. */
async function deliveries(id: string): Promise<AnyBody[]> {
  return (await service.call('GET', `/subscriptions/${id}/deliveries?orderby=createdAt`)).body.items
}

async function bodyOf(subscriptionId: string, { id }: AnyBody): Promise<AnyBody> {
  return (await itemOf(service, `/subscriptions/${subscriptionId}/deliveries/${id}`)).body
}

test('the start and the end of a run are told to whoever wants to hear of them', async () => {
  const [mine, other] = [await addFlow('mine'), await addFlow('other')]
  const everything = await subscribe()
  const failures = await subscribe({ events: ['failure'] })
  const ofMine = await subscribe({ flowIds: [mine], events: ['success', 'failure'] })
  const disabled = await subscribe()
  await service.call('POST', `/subscriptions/${disabled}/action?op=disable`)
  const good = await startRun(mine)
  await moveNow(good, 'inProgress')
  // Planned anew after an interruption, which is no new start.
  await moveNow(good, 'inProgress')
  await moveNow(good, 'success')
  const bad = await startRun(other)
  await moveNow(bad, 'failed')

  const seen = async (id: string): Promise<unknown[]> =>
    (await deliveries(id)).map(({ event, runId }) => [event, runId])
  expect(await seen(everything)).toEqual([
    ['start', good.id],
    ['success', good.id],
    ['failure', bad.id],
  ])
  expect(await seen(failures)).toEqual([['failure', bad.id]])
  expect(await seen(ofMine)).toEqual([['success', good.id]])
  expect(await seen(disabled)).toEqual([])
  expect((await deliveries(everything))[0]).toMatchObject({
    ...{ subscriptionId: everything, flowId: mine, state: 'pending', attempts: 0 },
    nextAttemptAt: expect.any(Number),
  })
  const events = new Set((await deliveries(everything)).map(({ eventId }) => eventId))
  expect(events.size).toBe(3)
  expect(events.has((await deliveries(failures))[0]?.eventId)).toBe(true)
})

test('what is told is the run as it is then, the name of its flow, and the documented header', async () => {
  const flowId = await addFlow('Größe "1"')
  const newer = await subscribe({ flowIds: [flowId] })
  const older = await subscribe({ flowIds: [flowId], eventCodes: 'older' })
  const run = await startRun(flowId)
  const running = await moveNow(run, 'inProgress')
  const metrics = { recordSummary: { inputRecordCount: 4 } }
  const landed = await moveNow(run, 'success', { metrics })
  const other = await startRun(flowId)
  await moveNow(other, 'failed', { metrics: { statusSummary: { errors: [{ code: 'c', message: 'm' }] } } })

  const [start, success, failure] = await deliveries(newer)
  expect(await bodyOf(newer, start)).toEqual({
    event_id: start.eventId,
    event: {
      ...running.document,
      flowName: 'Größe "1"',
      header: {
        _adobeio: {
          imsOrgId: ORG,
          providerMetadata: 'aep_observability_catalog_events',
          eventCode: 'sources_flow_run_info',
        },
      },
    },
  })
  const ofSuccess = await bodyOf(newer, success)
  expect(ofSuccess.event).toMatchObject({ ...landed.document, id: run.id, flowId })
  expect(ofSuccess.event.metrics).toMatchObject({ ...metrics, statusSummary: { status: 'success' } })
  const codes = async (id: string): Promise<string[]> =>
    Promise.all(
      (await deliveries(id)).map(async (it) => (await bodyOf(id, it)).event.header._adobeio.eventCode),
    )
  expect(await codes(newer)).toEqual([
    'sources_flow_run_info',
    'sources_flow_run_info',
    'sources_flow_run_error',
  ])
  expect(await codes(older)).toEqual([
    'sources_flow_run_info',
    'sources_flow_run_success',
    'sources_flow_run_failure',
  ])
  expect((await bodyOf(newer, failure)).event.metrics.statusSummary.errors).toHaveLength(1)
})

test('a change that is rolled back is told to nobody', async () => {
  const flowId = await addFlow('rolled back')
  const id = await subscribe({ flowIds: [flowId] })
  const run = await startRun(flowId)
  const attempt = transact(service.db, async (tx) => {
    await move(tx, run, 'inProgress')
    await move(tx, run, 'success')
    throw new Error('the disk is full')
  })
  await expect(attempt).rejects.toThrow('the disk is full')
  expect(await deliveries(id)).toEqual([])
  await moveNow(run, 'inProgress')
  expect(await deliveries(id)).toHaveLength(1)
})

test('runs of other sandboxes are not told', async () => {
  const flowId = await addFlow('prod')
  const answer = await service.call('POST', '/subscriptions', {
    body: { name: 's', url: 'http://hooks.example.com' },
    headers: { 'x-sandbox-name': 'dev' },
  })
  await moveNow(await startRun(flowId), 'failed')
  const list = await service.call('GET', `/subscriptions/${answer.body.id}/deliveries`, {
    headers: { 'x-sandbox-name': 'dev' },
  })
  expect([list.status, list.body.items]).toEqual([200, []])
})

test('a flow that is deleted ends in what has happened: nothing of waiting runs, the end of one under way', async () => {
  const flowId = await addFlow('to be deleted')
  const id = await subscribe({ flowIds: [flowId] })
  const all = await subscribe({ events: ['failure'] })
  const running = await startRun(flowId)
  await moveNow(running, 'inProgress')
  const waiting = await startRun(flowId)
  expect(waiting.state).toBe('scheduled')
  expect((await service.call('DELETE', `/flows/${flowId}`)).status).toBe(204)
  await moveNow(running, 'failed')
  expect((await deliveries(id)).map(({ event, runId }) => [event, runId])).toEqual([
    ['start', running.id],
    ['failure', running.id],
  ])
  const names = (await deliveries(all)).map(async (it) => (await bodyOf(all, it)).event.flowName)
  expect(await Promise.all(names)).toEqual(['to be deleted'])
  // The subscription stays to that flow, and does not become one to all.
  const item = await itemOf(service, `/subscriptions/${id}`)
  expect(item.flowIds).toEqual([flowId])
  const rename = [{ op: 'replace', path: '/name', value: 'n' }]
  const headers = { 'if-match': item.etag }
  expect((await service.call('PATCH', `/subscriptions/${id}`, { body: rename, headers })).status).toBe(200)
  await moveNow(await startRun(await addFlow('another')), 'failed')
  expect(await deliveries(id)).toHaveLength(2)
})

test('a subscription that is deleted while a run ends neither fails nor holds up the run', async () => {
  const flowId = await addFlow('race')
  const kept = await subscribe({ flowIds: [flowId] })
  const doomed = await Promise.all(Array.from({ length: 8 }, () => subscribe({ flowIds: [flowId] })))
  const run = await startRun(flowId)
  await moveNow(run, 'inProgress')
  const [ended, ...deleted] = await Promise.all([
    moveNow(run, 'success'),
    ...doomed.map((id) => service.call('DELETE', `/subscriptions/${id}`)),
  ])
  expect(ended.state).toBe('success')
  expect(deleted.map(({ status }) => status)).toEqual(Array(8).fill(204))
  expect(await deliveries(kept)).toHaveLength(2)
})

test('deliveries are listed by page, filter and count, within their subscription', async () => {
  const flowId = await addFlow('listed')
  const [id, other] = [await subscribe({ flowIds: [flowId] }), await subscribe({ flowIds: [flowId] })]
  for (let n = 0; n < 3; n++) {
    const run = await startRun(flowId)
    await moveNow(run, 'inProgress')
    await moveNow(run, n === 1 ? 'failed' : 'success')
  }
  const list = (query: string) => service.call('GET', `/subscriptions/${id}/deliveries?${query}`)
  const first = await list('limit=4')
  expect(first.body.items.map(({ event }: AnyBody) => event)).toEqual([
    'success',
    'start',
    'failure',
    'start',
  ])
  const { href } = first.body._links.next
  expect(href).toMatch(new RegExp(`^/subscriptions/${id}/deliveries\\?continuationToken=[\\w-]+$`))
  const rest = await service.call('GET', href)
  expect(rest.body).toMatchObject({ items: [{ event: 'success' }, { event: 'start' }], _links: {} })
  expect((await list('count=true')).body).toEqual({ count: 6 })
  expect((await list('property=event==failure&property=state==PENDING')).body.items).toHaveLength(1)
  expect((await list('property=nosuch==1')).status).toBe(400)
  const { items } = (await list(`property=subscriptionId==${other}`)).body
  expect(items).toEqual([])
  const elsewhere = href.replace(id, other)
  expect((await service.call('GET', elsewhere)).status).toBe(400)
  const unknown = `/subscriptions/${other}/deliveries/${first.body.items[0].id}`
  expect((await service.call('GET', unknown)).status).toBe(404)
  expect((await service.call('POST', `${unknown}/action?op=redeliver`)).status).toBe(404)
})
