import { setTimeout as sleep } from 'node:timers/promises'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { sql } from 'kysely'
import type pg from 'pg'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Database, openDatabase, openPool, type Tx, transact } from '#store/database.ts'
import { openQueue, type QueueOptions } from './pg-boss-queue.ts'
import {
  type RunPayload,
  type StepAttempt,
  StepFencedError,
  type StepHandler,
  type StepOutcome,
  type StepQueue,
} from './step-queue.ts'

const PATIENCE = { timeout: 8_000, interval: 10 }
const NOTHING: StepOutcome = { write: async () => {} }
/** For tests that are about something else than polling and beats. */
const NEVER_MS = 600_000
const TIMING = { beatMs: NEVER_MS, pollMs: 50, holdBackMs: 10 }

let metadata: TestDatabase
/** What one process has: a pool, and a queue over it. */
let processes: { readonly db: Database; readonly pool: pg.Pool; readonly queue: StepQueue }[] = []
let nextRun = 1

beforeAll(async () => {
  metadata = await createMetadataDatabase()
  await metadata.query('create table result (who text not null)')
  await openProcess()
  await closeProcesses()
})

beforeEach(async () => {
  await metadata.query('truncate result')
  await metadata.query('delete from queue.job')
})

afterEach(closeProcesses)
afterAll(() => metadata.drop())

async function openProcess(options: Partial<QueueOptions> = {}) {
  const pool = openPool({ url: metadata.url }, { max: 8 })
  pool.on('error', () => {})
  const db = openDatabase(pool)
  const log = pino({ level: 'silent' })
  const queue = await openQueue({ db, pool, log, isOnlyWorker: false, timing: TIMING, ...options })
  const opened = { db, pool, queue }
  processes.push(opened)
  return opened
}

async function closeProcesses(): Promise<void> {
  for (const { queue } of processes) await queue.stop()
  for (const { pool } of processes) if (!pool.ended) await pool.end()
  processes = []
}

function newPayload(): RunPayload {
  return { v: 1, runId: `a1b2c3d4-0000-4000-8000-${String(nextRun++).padStart(12, '0')}` }
}

async function submit(
  { db, queue }: { readonly db: Database; readonly queue: StepQueue },
  options: Parameters<StepQueue['submit']>[3] = {},
): Promise<RunPayload> {
  const payload = newPayload()
  await transact(db, (tx) => queue.submit(tx, 'run.plan', payload, options))
  return payload
}

function writes(who: string): StepOutcome {
  return {
    write: async (tx) => {
      await sql`insert into result (who) values (${who})`.execute(tx)
    },
  }
}

async function results(): Promise<string[]> {
  const { rows } = await metadata.query<{ who: string }>('select who from result order by who')
  return rows.map((row) => row.who)
}

async function jobStates(): Promise<string[]> {
  const { rows } = await metadata.query<{ name: string; state: string }>(
    'select name, state from queue.job order by name',
  )
  return rows.map(({ name, state }) => `${name} ${state}`)
}

/** Collects what a handler is given, and lets the test say when it returns. */
function gate() {
  const entered: { readonly attempt: StepAttempt; readonly signal: AbortSignal }[] = []
  const { promise: opened, resolve: open } = Promise.withResolvers<StepOutcome>()
  const handler: StepHandler = {
    run: (attempt, signal) => {
      entered.push({ attempt, signal })
      return Promise.race([opened, untilAborted(signal)])
    },
  }
  return { entered, open, handler }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}

test('a step of a transaction that rolls back does not exist; one that commits wakes the other process', async () => {
  const here = await openProcess()
  const there = await openProcess({ timing: { ...TIMING, pollMs: NEVER_MS } })
  const seen: RunPayload[] = []
  there.queue.work(
    'run.plan',
    { slots: 2 },
    {
      run: async ({ payload }) => {
        seen.push(payload)
        return writes('there')
      },
    },
  )
  const lost = transact(here.db, async (tx) => {
    await here.queue.submit(tx, 'run.plan', newPayload())
    throw new Error('rolled back')
  })
  await expect(lost).rejects.toThrow('rolled back')
  // Listening starts beside the first claim; a step that comes before it would be found without a notification.
  await sleep(200)
  const payload = await submit(here)
  await vi.waitFor(async () => expect(await results()).toEqual(['there']), PATIENCE)
  expect(seen).toEqual([payload])
  expect(await jobStates()).toEqual(['run.plan completed'])
})

test.each([
  { newer: 'still at work', before: [] },
  { newer: 'done', before: ['newer'] },
])(
  'the late result of a frozen worker is refused and rolled back, while the newer attempt is $newer',
  async ({ before }) => {
    const [frozen, healthy] = [await openProcess(), await openProcess()]
    const [late, newer] = [gate(), gate()]
    frozen.queue.work('run.plan', { slots: 1 }, late.handler)
    await submit(frozen)
    await vi.waitFor(() => expect(late.entered).toHaveLength(1), PATIENCE)
    healthy.queue.work('run.plan', { slots: 1 }, newer.handler)
    await metadata.query("update queue.job set heartbeat_on = now() - interval '1 minute'")
    await vi.waitFor(() => expect(newer.entered.map(({ attempt }) => attempt.attempt)).toEqual([1]), PATIENCE)
    if (before.length > 0) newer.open(writes('newer'))
    await vi.waitFor(async () => expect(await results()).toEqual(before), PATIENCE)
    let isWriting = false
    late.open({
      write: async (tx) => {
        isWriting = true
        await writes('too late').write(tx)
      },
    })
    await vi.waitFor(() => expect(frozen.queue.running()['run.plan']).toBe(0), PATIENCE)
    await frozen.queue.stop()
    expect(isWriting).toBe(true)
    expect(await results()).toEqual(before)
    newer.open(writes('newer'))
    await vi.waitFor(async () => expect(await jobStates()).toEqual(['run.plan completed']), PATIENCE)
    expect(await results()).toEqual(['newer'])
  },
)

test('a worker whose beat is refused is told so, and can own nothing any more', async () => {
  const { db, queue } = await openProcess({ timing: { ...TIMING, beatMs: 30 } })
  const { entered, open, handler } = gate()
  queue.work('run.plan', { slots: 1 }, handler)
  await submit({ db, queue })
  await vi.waitFor(() => expect(entered).toHaveLength(1), PATIENCE)
  const { attempt, signal } = entered[0] ?? expect.fail()
  await transact(db, (tx) => attempt.assertOwned(tx))
  expect(signal.aborted).toBe(false)
  await metadata.query('update queue.job set retry_count = retry_count + 1')
  await vi.waitFor(() => expect(signal.reason).toBeInstanceOf(StepFencedError), PATIENCE)
  await expect(transact(db, (tx) => attempt.assertOwned(tx))).rejects.toThrow(StepFencedError)
  open(NOTHING)
})

test('what throws is given back for its next attempt, in the payload it had', async () => {
  const { db, queue } = await openProcess()
  const seen: [number, RunPayload][] = []
  queue.work(
    'run.plan',
    { slots: 1 },
    {
      run: async ({ attempt, payload }) => {
        seen.push([attempt, payload])
        if (attempt < 2) throw new Error('not yet')
        return writes('done')
      },
    },
  )
  const payload = await submit({ db, queue })
  await vi.waitFor(async () => expect(await results()).toEqual(['done']), PATIENCE)
  expect(seen).toEqual([
    [0, payload],
    [1, payload],
    [2, payload],
  ])
})

test('an error of a step or of its write is answered by the handler, in one transaction with the completion', async () => {
  const { db, queue } = await openProcess()
  const errors: unknown[] = []
  queue.work(
    'run.plan',
    { slots: 1 },
    {
      run: async () => ({
        write: async (tx) => {
          await writes('half').write(tx)
          throw new Error('the write failed')
        },
      }),
      recover: async (_attempt, error) => {
        errors.push(error)
        return writes('answered')
      },
    },
  )
  await submit({ db, queue })
  await vi.waitFor(async () => expect(await results()).toEqual(['answered']), PATIENCE)
  expect(errors).toEqual([new Error('the write failed')])
  expect(await jobStates()).toEqual(['run.plan completed'])
})

test('a step whose error has no answer is tried again, also when the answer itself fails', async () => {
  const { db, queue } = await openProcess()
  queue.work(
    'run.plan',
    { slots: 1 },
    {
      run: async ({ attempt }) => {
        if (attempt < 2) throw new Error('not yet')
        return writes('done')
      },
      recover: async ({ attempt }) => {
        if (attempt === 0) return undefined
        throw new Error('no answer')
      },
    },
  )
  await submit({ db, queue })
  await vi.waitFor(async () => expect(await results()).toEqual(['done']), PATIENCE)
})

test('what runs after the commit may fail without a trace in the queue', async () => {
  const { db, queue } = await openProcess()
  queue.work(
    'run.plan',
    { slots: 1 },
    {
      run: async () => ({
        ...writes('done'),
        afterCommit: async () => {
          throw new Error('no matter')
        },
      }),
    },
  )
  await submit({ db, queue })
  await vi.waitFor(async () => expect(await jobStates()).toEqual(['run.plan completed']), PATIENCE)
  await vi.waitFor(() => expect(queue.running()['run.plan']).toBe(0), PATIENCE)
  expect(await results()).toEqual(['done'])
})

test('stopping aborts what runs and gives it back at once, without asking the handler about it', async () => {
  const [ending, next] = [await openProcess(), await openProcess()]
  let wasAsked = false
  let hasStarted = false
  ending.queue.work(
    'run.plan',
    { slots: 1 },
    {
      run: (_attempt, signal) => {
        hasStarted = true
        return untilAborted(signal)
      },
      recover: async () => {
        wasAsked = true
        return NOTHING
      },
    },
  )
  await submit(ending)
  await vi.waitFor(() => expect(hasStarted).toBe(true), PATIENCE)
  expect(ending.queue.running()['run.plan']).toBe(1)
  await Promise.all([ending.queue.stop(), ending.queue.stop()])
  const { rows } = await metadata.query('select state, start_after <= now() as is_due from queue.job')
  expect(rows).toEqual([{ state: 'retry', is_due: true }])
  expect(wasAsked).toBe(false)
  next.queue.work('run.plan', { slots: 1 }, { run: async ({ attempt }) => writes(`attempt ${attempt}`) })
  await vi.waitFor(async () => expect(await results()).toEqual(['attempt 1']), PATIENCE)
})

test('a step without attempts left becomes a dead step that carries its payload', async () => {
  const { db, queue } = await openProcess()
  const dead: RunPayload[] = []
  const payload = await submit({ db, queue }, { delayMs: 1 })
  await metadata.query('update queue.job set retry_limit = 1')
  queue.work(
    'run.plan',
    { slots: 1 },
    {
      run: async () => {
        throw new Error('always')
      },
    },
  )
  queue.work(
    'run.dead',
    { slots: 1 },
    {
      run: async (attempt) => {
        dead.push(attempt.payload)
        return NOTHING
      },
    },
  )
  await vi.waitFor(() => expect(dead).toEqual([payload]), PATIENCE)
  await vi.waitFor(
    async () => expect(await jobStates()).toEqual(['run.dead completed', 'run.plan failed']),
    PATIENCE,
  )
})

test('a group has no more than its limit at work over all processes, and holds up no other group', async () => {
  const workers = [await openProcess(), await openProcess()]
  const atWork = new Map<string, number>()
  const most = new Map<string, number>()
  const groups = new Map<string, string>()
  const [first] = workers
  if (first === undefined) return
  for (let index = 0; index < 24; index++) {
    const group = index < 16 ? 'busy' : 'quiet'
    groups.set((await submit(first, { group })).runId, group)
  }
  const handler: StepHandler = {
    run: async ({ payload }) => {
      const group = groups.get(payload.runId) ?? ''
      const now = (atWork.get(group) ?? 0) + 1
      atWork.set(group, now)
      most.set(group, Math.max(most.get(group) ?? 0, now))
      await sleep(30)
      atWork.set(group, (atWork.get(group) ?? 0) - 1)
      return writes(group)
    },
  }
  for (const { queue } of workers) queue.work('run.plan', { slots: 6, groupLimit: 3 }, handler)
  await vi.waitFor(async () => expect(await results()).toHaveLength(24), PATIENCE)
  expect(most).toEqual(
    new Map([
      ['busy', 3],
      ['quiet', 3],
    ]),
  )
})

test('a step that was submitted for later is not claimed before', async () => {
  const { db, queue } = await openProcess()
  let startedAt = 0
  queue.work(
    'run.plan',
    { slots: 1 },
    {
      run: async () => {
        startedAt = Date.now()
        return NOTHING
      },
    },
  )
  const submittedAt = Date.now()
  await submit({ db, queue }, { delayMs: 300 })
  await vi.waitFor(() => expect(startedAt).toBeGreaterThan(0), PATIENCE)
  // The database's clock and ours are read apart.
  expect(startedAt - submittedAt).toBeGreaterThan(280)
})

test('steps are found again after every connection was cut, transactions under way included', async () => {
  const { db, queue } = await openProcess({ timing: { ...TIMING, pollMs: NEVER_MS } })
  queue.work('run.plan', { slots: 1 }, { run: async () => writes('found') })
  await sleep(100)
  const cut = (tx: Tx) => sql`select 1`.execute(tx).then(cutConnections)
  await expect(transact(db, cut)).rejects.toThrow()
  await submit({ db, queue })
  await vi.waitFor(async () => expect(await results()).toContain('found'), PATIENCE)
})

async function cutConnections(): Promise<void> {
  await metadata.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'headwater'",
  )
  // Long enough for the sockets to say so while the transaction is idle.
  await sleep(50)
}

test.each([
  { isOnlyWorker: true, states: ['run.plan completed'], found: ['attempt 1'] },
  { isOnlyWorker: false, states: ['run.plan active'], found: [] },
])(
  'steps of a dead process are given back at start when nobody else works: $isOnlyWorker',
  async (expected) => {
    const dead = await openProcess()
    await submit(dead)
    await dead.queue.stop()
    await metadata.query("update queue.job set state = 'active', started_on = now(), heartbeat_on = now()")
    const { queue, db } = await openProcess({ isOnlyWorker: expected.isOnlyWorker })
    queue.work('run.plan', { slots: 1 }, { run: async ({ attempt }) => writes(`attempt ${attempt}`) })
    // A second step shows that the loop has looked.
    queue.work('run.commit', { slots: 1 }, { run: async () => NOTHING })
    await transact(db, (tx) => queue.submit(tx, 'run.commit', newPayload()))
    await vi.waitFor(async () => {
      expect(await jobStates()).toEqual(['run.commit completed', ...expected.states])
      expect(await results()).toEqual(expected.found)
    }, PATIENCE)
  },
)

test('a pool that is closed too early leaves no error behind, and the queue can still be stopped', async () => {
  const { db, pool, queue } = await openProcess({ timing: { ...TIMING, beatMs: 10, pollMs: 10 } })
  const { entered, open, handler } = gate()
  queue.work('run.plan', { slots: 2 }, handler)
  await submit({ db, queue })
  await vi.waitFor(() => expect(entered).toHaveLength(1), PATIENCE)
  const ended = pool.end()
  await sleep(100)
  open(NOTHING)
  await queue.stop()
  await ended
})
