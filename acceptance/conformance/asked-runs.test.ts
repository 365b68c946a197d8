import type { Answer } from '@headwater/testkit/api-client.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { askedRun, askForRun, hour, hours, landHours, landVanished, makeHourlyRows } from './hourly-rows.ts'
import { type Landing, landedIds } from './landing.ts'
import { endedRun, nowInSeconds, statusOf } from './run-watch.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.9: runs that are asked for, and runs that are repeated. */
let world: World

beforeAll(async () => {
  world = await openWorld()
  await makeHourlyRows(world)
})
afterAll(async () => world?.[Symbol.asyncDispose]())

async function flowOf({ flowId }: Landing): Promise<Answer> {
  return onlyItem(await world.client.get(`/flows/${flowId}`))
}

function retrigger(id: string): Promise<FlowAnswer> {
  return world.client.post(`/runs/${id}/action?op=re-trigger`)
}

statement(247, 'a run is asked for with times as text, and answered in both documented forms', async () => {
  const { flowId } = await landHours(world)
  const params = { startTime: String(nowInSeconds()), ...hours(0, 1), deltaColumn: { name: 'updated_at' } }
  const { status, body, text } = await askForRun(world, flowId, params)
  expect(status, text).toBe(201)
  const { id, etag } = body
  expect(body).toEqual({ id, etag, items: [{ id, etag }] })
  expect((await endedRun(world, id)).params).toEqual(params)
})

statement(
  248,
  'a run may be asked for with no more than its flow, and a status that means nothing',
  async () => {
    const flow = await landHours(world)
    const { status, body, text } = await world.client.post('/runs', { flowId: flow.flowId, status: 'active' })
    expect(status, text).toBe(201)
    expect(statusOf(await endedRun(world, body.id))).toBe('success')
    expect(await landedIds(world, flow)).toHaveLength(24)
  },
)

statement(249, 'a run without a flow is refused with 1446, one of an unknown flow with 1430', async () => {
  for (const flowId of [undefined, '', null]) expect(codeOf(await askForRun(world, flowId))).toBe('1446-400')
  expect(codeOf(await askForRun(world, '00000000-1111-4222-8333-444444444444'))).toBe('1430-400')
})

statement(250, 'a run that is asked for copies the rows of its window and no others', async () => {
  const flow = await landHours(world)
  await askedRun(world, flow, hours(3, 6))
  expect(await landedIds(world, flow)).toEqual([3, 4, 5])
})

statement(251, 'the first run may say which column tells the time; from then on it is settled', async () => {
  const flow = await landHours(world, { deltaColumn: undefined })
  const before = (await flowOf(flow)).transformations
  expect(before.map(({ name }: Answer) => name)).toEqual(['Mapping'])
  await askedRun(world, flow, { ...hours(3, 6), deltaColumn: { name: 'updated_at' } })
  const { transformations } = await flowOf(flow)
  const copy = transformations.find(({ name }: Answer) => name === 'Copy')
  expect(copy.params.deltaColumn.name).toBe('updated_at')
  expect(transformations).toEqual(expect.arrayContaining(before))
  await askedRun(world, flow, hours(6, 7))
  expect(await landedIds(world, flow)).toEqual([3, 4, 5, 6])
  const other = await askForRun(world, flow.flowId, { ...hours(7, 8), deltaColumn: { name: 'note' } })
  expect([other.status, other.text]).toEqual([400, expect.stringContaining('updated_at')])
})

statement(252, 'a window that ends where or before it begins is refused', async () => {
  const { flowId } = await landHours(world)
  for (const params of [hours(6, 6), hours(6, 3)]) {
    const { status, text } = await askForRun(world, flowId, params)
    expect([status, text]).toEqual([400, expect.stringContaining('windowStartTime')])
  }
})

statement(253, 'times may be given in seconds or milliseconds, as number or text', async () => {
  const [from, to] = [hour(3), hour(6)]
  for (const [windowStartTime, windowEndTime] of [
    [from, to],
    [from * 1000, to * 1000],
    [String(from * 1000), String(to * 1000)],
    [String(from), to * 1000],
  ]) {
    const flow = await landHours(world)
    await askedRun(world, flow, { windowStartTime, windowEndTime })
    expect(await landedIds(world, flow)).toEqual([3, 4, 5])
  }
})

statement(266, 'a failed run is repeated over the same window as a run of its own', async () => {
  const { run, landing } = await landVanished(world, 'vanished_until_repeated')
  await world.source.query('create table vanished_until_repeated as select * from hourly')
  const { status, body } = await retrigger(run.id)
  expect([status, Object.keys(body).sort()]).toEqual([200, ['etag', 'id']])
  expect(body.id).not.toBe(run.id)
  const repeated = await endedRun(world, body.id)
  expect(statusOf(repeated)).toBe('success')
  expect(repeated.metrics.durationSummary.extensions).toEqual(run.metrics.durationSummary.extensions)
  expect(await landedIds(world, landing)).toEqual([0, 1, 2])
})

statement(267, 'a run that brought rows is not repeated, one that brought none is', async () => {
  const flow = await landHours(world)
  const full = await askedRun(world, flow, hours(0, 3))
  expect(codeOf(await retrigger(full.id))).toBe('1422-400')
  const empty = await askedRun(world, flow, hours(100, 101))
  const { status, body, text } = await retrigger(empty.id)
  expect(status, text).toBe(200)
  expect(statusOf(await endedRun(world, body.id))).toBe('success')
  expect(await landedIds(world, flow)).toEqual([0, 1, 2])
})
