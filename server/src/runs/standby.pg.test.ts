import { type StandbyPair, startStandbyPair } from '@headwater/testkit/postgres-lab/standby.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunWorld } from '#runs/testing/run-world.ts'

/** A real standby, which replays what its primary does whatever anybody reads there. */
let world: RunWorld
let pair: StandbyPair
const ROWS = 40_000

beforeAll(async () => {
  world = await RunWorld.open()
  pair = await startStandbyPair({ max_standby_streaming_delay: '0', hot_standby_feedback: 'off' })
  await pair.primary.query(`
    create table orders as
      select i as id, repeat('x', 100) as pad, timestamptz '2024-01-01Z' + i * interval '1 second' as at
        from generate_series(1, ${ROWS}) i`)
  await pair.catchUp()
})
afterAll(async () => {
  await pair?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

function orders(deltaColumn?: string) {
  const { host, port, user, password, database } = pair.standby
  return world.addFlow({
    relation: 'public.orders',
    properties: { id: { type: 'integer' }, at: { type: 'string', format: 'date-time' } },
    connection: { server: host, port: String(port), username: user, password, database },
    deltaColumn,
  })
}

async function landed(flow: Awaited<ReturnType<typeof orders>>): Promise<unknown> {
  return (await world.query(flow, 'select count(*)::int, count(distinct id)::int from t'))[0]
}

test.each([undefined, 'at'])(
  'a standby is read in slices under one snapshot (delta column: %s)',
  async (delta) => {
    await using _ = await world.startWorker()
    const flow = await orders(delta)
    expect(await world.untilEnded(await world.startRun(flow))).toMatchObject({
      state: 'success',
      error_count: 0,
    })
    expect(await landed(flow)).toEqual([ROWS, ROWS])
  },
)

test('a run whose snapshot the replay ends starts over as a whole, and lands what one snapshot shows', async () => {
  const flow = await orders()
  const run = await world.startRun(flow)
  {
    await using _ = await world.startWorker({ 'run.extract': 'nobody' })
    await world.untilSubmitted('run.extract', run)
    await pair.primary.query('delete from orders where id % 2 = 0')
    await pair.primary.query('vacuum orders')
    await pair.catchUp()
    await world.until(run, ({ epoch }) => epoch >= 2)
  }
  await using _ = await world.startWorker()
  expect((await world.untilEnded(run)).state).toBe('success')
  expect(await landed(flow)).toEqual([ROWS / 2, ROWS / 2])
})
