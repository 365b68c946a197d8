import type { Answer } from '@headwater/testkit/api-client.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { endedRuns, listRuns, nowInSeconds, pollFor } from './run-watch.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.8, its second part: what becomes of a flow. */
const QUARTER = 15 * 60

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

async function shown(id: string): Promise<Answer> {
  return onlyItem(await world.client.get(`/flows/${id}`))
}

/** Patches with the current version. */
async function patch(id: string, ...operations: Answer[]): Promise<FlowAnswer> {
  return world.client.patch(`/flows/${id}`, operations, (await shown(id)).etag)
}

function act(id: string, op: string): Promise<FlowAnswer> {
  return world.client.post(`/flows/${id}/action?op=${op}`)
}

/** A schedule whose next tick comes in `seconds`, one that has come already left aside. */
function tickIn(seconds: number): Answer {
  const startTime = nowInSeconds() + seconds - QUARTER
  return { startTime, frequency: 'minute', interval: 15, backfill: false }
}

statement(225, 'a flow tells of its newest run once it has had one', async () => {
  const { id } = await world.makeFlow()
  expect(await shown(id)).not.toHaveProperty('lastRunDetails')
  const made = await world.makeRun(id)
  const [run] = await endedRuns(world, id)
  const { startedAtUTC, completedAtUTC } = run.metrics.durationSummary
  expect((await shown(id)).lastRunDetails).toEqual({
    id: made.id,
    state: 'success',
    startedAtUTC,
    completedAtUTC,
  })
})

/** Waits until ticks of this second have been seen to: a flow that is due then has its run. */
async function untilTick(scheduleParams: Answer): Promise<void> {
  const later = { ...scheduleParams, startTime: scheduleParams.startTime + 1 }
  const { id } = await world.makeFlow({ scheduleParams: later })
  await pollFor(
    () => listRuns(world, id),
    (runs) => runs.length > 0,
  )
}

/** Lets a tick of a disabled flow pass. It was far off while the flow was enabled, however slow this machine is. */
async function passTick(id: string): Promise<void> {
  const scheduleParams = tickIn(1)
  const { startTime: value } = scheduleParams
  expect((await patch(id, { op: 'replace', path: '/scheduleParams/startTime', value })).status).toBe(200)
  await untilTick(scheduleParams)
}

statement(226, 'a disabled flow says so and runs no more', async () => {
  const { id, etag } = await world.makeFlow({ scheduleParams: tickIn(2 * QUARTER) })
  const { status, body } = await act(id, 'disable')
  expect([status, Object.keys(body).sort()]).toEqual([200, ['etag', 'id']])
  expect(body.etag).not.toBe(etag)
  expect((await shown(id)).state).toBe('disabled')
  await passTick(id)
  expect(await listRuns(world, id)).toEqual([])
})

statement(227, 'a flow is enabled again by the action in upper or lower case, and then runs', async () => {
  const { id } = await world.makeFlow()
  for (const op of ['ENABLE', 'enable']) {
    expect((await act(id, 'DISABLE')).status).toBe(200)
    expect((await shown(id)).state).toBe('disabled')
    expect((await act(id, op)).status).toBe(200)
    expect((await shown(id)).state).toBe('enabled')
  }
  const overdue = await world.makeFlow({ scheduleParams: tickIn(2 * QUARTER) })
  await act(overdue.id, 'disable')
  await passTick(overdue.id)
  expect(await listRuns(world, overdue.id)).toEqual([])
  await act(overdue.id, 'enable')
  expect(await endedRuns(world, overdue.id)).toHaveLength(1)
})

statement(228, 'an action that nobody knows is refused with 1434', async () => {
  const { id } = await world.makeFlow()
  expect(codeOf(await act(id, 'explode'))).toBe('1434-400')
})

statement(229, 'an action on an old version is refused, one on whatever version is not', async () => {
  const { id, etag } = await world.makeFlow()
  const path = `/flows/${id}/action?op=disable`
  expect((await world.client.post(path)).status).toBe(200)
  const stale = await world.client.post(`/flows/${id}/action?op=enable`, undefined, {
    headers: { 'if-match': etag },
  })
  expect([stale.status, codeOf(stale)]).toEqual([412, '1404-412'])
  expect((await shown(id)).state).toBe('disabled')
})

statement(230, 'a changed frequency is judged, and counts from then on', async () => {
  const startTime = nowInSeconds() - 3600 + 3
  const scheduleParams = { startTime, frequency: 'day', interval: 1, backfill: false }
  const { id } = await world.makeFlow({ scheduleParams })
  const replace = (value: string) => ({ op: 'replace', path: '/scheduleParams/frequency', value })
  const refused = await patch(id, replace('minute'))
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('interval')])
  expect((await shown(id)).scheduleParams).toEqual(scheduleParams)
  expect((await patch(id, replace('hour'))).status).toBe(200)
  expect((await shown(id)).scheduleParams).toEqual({ ...scheduleParams, frequency: 'hour' })
  expect(await endedRuns(world, id)).toHaveLength(1)
})

statement(231, 'a transformation is replaced at its place', async () => {
  const { mappingId } = await world.ready()
  const mapping = { name: 'Mapping', params: { mappingId, mappingVersion: 0 } }
  const given = { name: 'Copy', params: { deltaColumn: { name: 'updated_at' } } }
  const { id } = await world.makeFlow({ transformations: [given, mapping] })
  const copy = { name: 'Copy', params: { deltaColumn: { name: 'placed_on' } } }
  const { status, text } = await patch(id, { op: 'replace', path: '/transformations/0', value: copy })
  expect(status, text).toBe(200)
  expect((await shown(id)).transformations).toEqual([copy, mapping])
})

statement(232, 'a start that has passed cannot be changed, one to come can', async () => {
  const replace = { op: 'replace', path: '/scheduleParams/startTime', value: '4102444801' }
  const ahead = await world.makeFlow()
  expect((await patch(ahead.id, replace)).status).toBe(200)
  const { id } = await world.makeFlow({ scheduleParams: tickIn(QUARTER - 1) })
  const { status, text } = await patch(id, replace)
  expect([status, text]).toEqual([400, expect.stringContaining('startTime')])
  await act(id, 'disable')
  expect((await patch(id, replace)).status).toBe(400)
})

statement(233, 'a policy can be added and replaced, but not with an empty list of fields', async () => {
  const { id } = await world.makeFlow()
  const policy = { enforcementRefs: [{ id: 'a policy', fields: ['note'] }] }
  for (const op of ['add', 'Replace']) {
    expect((await patch(id, { op, path: '/policy', value: policy })).status).toBe(200)
    expect((await shown(id)).policy).toEqual(policy)
  }
  const value = { enforcementRefs: [{ id: 'a policy', fields: [] }] }
  expect(codeOf(await patch(id, { op: 'Replace', path: '/policy', value }))).toBe('1431-400')
})

statement(234, 'a draft may lack transformations and schedule, but not when it is published', async () => {
  const whole = await world.flowBody()
  const { transformations, scheduleParams, ...rest } = whole
  const { id } = await world.make('/flows?mode=draft', rest)
  expect((await shown(id)).state).toBe('draft')
  expect((await act(id, 'publish')).status).toBe(400)
  const add = (name: string, value: Answer) => ({ op: 'add', path: `/${name}`, value })
  expect((await patch(id, add('transformations', transformations))).status).toBe(200)
  const refused = await act(id, 'publish')
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('scheduleParams')])
  expect((await patch(id, add('scheduleParams', scheduleParams))).status).toBe(200)
  expect((await act(id, 'publish')).status).toBe(200)
  expect((await shown(id)).state).toBe('enabled')
})

statement(235, 'a flow cannot be published before its source connection', async () => {
  const source = await world.make('/sourceConnections?mode=draft', await world.sourceBody())
  const body = await world.flowBody({ sourceConnectionIds: [source.id] })
  const { id } = await world.make('/flows?mode=draft', body)
  const { status, text } = await act(id, 'publish')
  expect([status, text]).toEqual([400, expect.stringContaining(source.id)])
  expect((await shown(id)).state).toBe('draft')
  expect((await world.client.post(`/sourceConnections/${source.id}/action?op=publish`)).status).toBe(200)
  expect((await act(id, 'publish')).status).toBe(200)
})

statement(236, 'a deleted flow is gone, its connections are not', async () => {
  const { id } = await world.makeFlow()
  const { sourceConnectionIds, targetConnectionIds } = await shown(id)
  expect((await world.client.delete(`/flows/${id}`)).status).toBe(204)
  expect((await world.client.get(`/flows/${id}`)).status).toBe(404)
  for (const path of [
    `/sourceConnections/${sourceConnectionIds[0]}`,
    `/targetConnections/${targetConnectionIds[0]}`,
  ])
    expect(onlyItem(await world.client.get(path)).state).toBe('enabled')
})

statement(237, 'a deleted flow runs no more', async () => {
  // Far enough off for the slowest machine to delete the flow before.
  const scheduleParams = tickIn(6)
  const { id } = await world.makeFlow({ scheduleParams })
  expect((await world.client.delete(`/flows/${id}`)).status).toBe(204)
  await untilTick(scheduleParams)
  expect(await listRuns(world, id)).toEqual([])
})
