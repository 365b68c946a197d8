import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunWorld, type Worker } from '#runs/testing/run-world.ts'

/**
 * Copies of a table in which money moves, and rows move from block to block. The everyday form is small; `npm run chaos
 * -- accounts` plays the full one.
 */
const ACCOUNTS = Number(process.env['CHAOS_ACCOUNTS'] ?? 20_000)
const WRITERS = Number(process.env['CHAOS_WRITERS'] ?? 8)
const RUNS = Number(process.env['CHAOS_RUNS'] ?? 5)
const START_BALANCE = 1_000
const PAUSE_MS = 4
const PATIENCE_MS = 60_000 + RUNS * 30_000

let world: RunWorld
let worker: Worker

beforeAll(async () => {
  world = await RunWorld.open()
  worker = await world.startWorker()
})

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

/** Moves money and lets rows grow until it is told to stop. Returns how many transactions there were. */
async function moveMoney(signal: AbortSignal): Promise<number> {
  const client = new pg.Client({ connectionString: world.source.url })
  await client.connect()
  let count = 0
  for (; !signal.aborted; count++) {
    const [a = 0, b = 0] = [randomAccount(), randomAccount()].sort((x, y) => x - y)
    const amount = Math.floor(Math.random() * 100) - 50
    const grown = count % 3 === 0 ? ", pad = left(pad || repeat('x', 300), 1500)" : ''
    // In the order of their ids, so that no two writers wait for each other.
    await client.query(`
      begin;
      update accounts set balance = balance - ${amount}${grown} where id = ${a};
      update accounts set balance = balance + ${amount}${grown} where id = ${b};
      commit`)
    // The machine is there for the copies as well.
    await sleep(PAUSE_MS)
  }
  await client.end()
  return count
}

function randomAccount(): number {
  return 1 + Math.floor(Math.random() * ACCOUNTS)
}

test(
  `${RUNS} copies of ${ACCOUNTS} accounts beside ${WRITERS} writers: each adds up, and has each key once`,
  async () => {
    await world.source.query(`
      create table accounts (id int primary key, balance bigint not null, pad text not null default '');
      insert into accounts select i, ${START_BALANCE} from generate_series(1, ${ACCOUNTS}) i`)
    const flow = await world.addFlow({
      relation: 'public.accounts',
      properties: { id: { type: 'integer' }, balance: { type: 'integer', 'meta:xdmType': 'long' } },
    })
    const stopping = new AbortController()
    const writers = Array.from({ length: WRITERS }, () => moveMoney(stopping.signal))
    const found: unknown[] = []
    let slices = 0
    for (let copy = 0; copy < RUNS; copy++) {
      const run = await world.untilEnded(await world.startRun(flow), 300_000)
      expect(run.state, JSON.stringify(run.document['metrics'])).toBe('success')
      slices += await countSlices(run.id)
      const sql = 'select sum(balance)::varchar, count(*)::int, count(distinct id)::int from t'
      found.push((await world.query(flow, sql, run))[0])
    }
    stopping.abort()
    const transactions = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0)
    process.stdout.write(`${RUNS} copies in ${slices} slices beside ${transactions} transactions\n`)
    const exact = [String(ACCOUNTS * START_BALANCE), ACCOUNTS, ACCOUNTS]
    expect(found).toEqual(Array.from({ length: RUNS }, () => exact))
    expect(slices).toBeGreaterThan(RUNS)
    expect(transactions).toBeGreaterThan(RUNS)
  },
  PATIENCE_MS,
)

async function countSlices(runId: string): Promise<number> {
  const { rows } = await world.metadata.query<{ count: number }>(
    'select count(*)::int as count from run_slice where run_id = $1',
    [runId],
  )
  return rows[0]?.count ?? 0
}
