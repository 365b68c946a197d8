import { type ChaoticProxy, chaoticProxy } from '@headwater/testkit/chaos/chaotic-proxy.ts'
import { PlaceBells } from '@headwater/testkit/chaos/places.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunWorld, type Worker } from '#runs/testing/run-world.ts'

/** Connections through which nothing comes any more, and of which nobody is told. */
let world: RunWorld
let worker: Worker
let proxy: ChaoticProxy
const places = new PlaceBells()

beforeAll(async () => {
  world = await RunWorld.open()
  worker = await world.startWorker({}, { pingPatienceMs: 1_500 })
  proxy = await chaoticProxy(world.source, (place) => places.ring(place))
})

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

test.each([
  ['with one slice, which its planner reads', 500],
  ['with several slices', 40_000],
])('a run %s starts over with a new snapshot', async (_, count) => {
  const name = `lost_${count}`
  await world.source.query(
    `create table ${name} as select i as id, repeat('x', 100) as pad from generate_series(1, ${count}) i`,
  )
  const flow = await world.addFlow({
    relation: `public.${name}`,
    properties: { id: { type: 'integer' } },
    connection: { port: proxy.port },
  })
  const copying = places.reached('copy', 10_000)
  const run = await world.startRun(flow)
  expect(await copying).toBe(true)
  proxy.lose()
  expect((await world.untilEnded(run)).state).toBe('success')
  expect(await world.query(flow, 'select count(*)::int, count(distinct id)::int from t')).toEqual([
    [count, count],
  ])
  expect((await world.run(run)).epoch).toBeGreaterThan(1)
})

test('a planner whose connection goes dead with its first question asks on another one', async () => {
  await world.source.query('create table unanswered as select 1 as id')
  const flow = await world.addFlow({
    relation: 'public.unanswered',
    properties: { id: { type: 'integer' } },
    connection: { port: proxy.port },
  })
  const asking = places.reached('snapshot', 10_000)
  const run = await world.startRun(flow)
  expect(await asking).toBe(true)
  proxy.lose()
  expect((await world.untilEnded(run)).state).toBe('success')
})
