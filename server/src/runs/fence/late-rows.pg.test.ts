import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLateWriters } from '#runs/testing/late-writers.ts'
import { RunWorld, type Worker } from '#runs/testing/run-world.ts'
import type { Run } from '#services/flow-service/runs/run.ts'

/**
 * Windows over a table into which many transactions write at once, some of them far behind the clock. The everyday form
 * is small; `npm run chaos -- windows` plays the full one.
 */
const WINDOWS = Number(process.env['CHAOS_WINDOWS'] ?? 15)
const WRITERS = Number(process.env['CHAOS_WRITERS'] ?? 12)
const LONGEST_MS = Number(process.env['CHAOS_LONGEST_MS'] ?? 1_500)
const BACK_DATED_MS = 60_000
const PATIENCE_MS = 30_000 + WINDOWS * 5_000 + 2 * LONGEST_MS

const PROPERTIES = {
  id: { type: 'integer', 'meta:xdmType': 'long' },
  writer: { type: 'integer' },
  updated_at: { type: 'string', format: 'date-time' },
}

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

type Flow = Awaited<ReturnType<RunWorld['addFlow']>>

/** The next window of the flow, as the schedule would cut it. */
async function landWindow(flow: Flow): Promise<Run> {
  const { watermark_at: startMs } = await world.flowRow(flow)
  const run = await world.untilEnded(await world.startRun(flow, { startMs, endMs: Date.now() }))
  expect(run.state, JSON.stringify(run.document['metrics'])).toBe('success')
  return run
}

async function landedIds(flow: Flow): Promise<string[]> {
  const [row] = await world.query(flow, "select string_agg(id::varchar, ',') from t")
  return String(row?.[0] ?? '')
    .split(',')
    .filter(Boolean)
}

/** A cursor as others have it: everything beyond the highest value seen so far. */
class NaiveCursor {
  readonly ids = new Set<string>()
  #highest = '-infinity'

  async read(table: string): Promise<void> {
    const { rows } = await world.source.query<{ id: string; at: string }>(
      `select id::text, updated_at::text as at from ${table} where updated_at > $1 order by updated_at`,
      [this.#highest],
    )
    for (const { id } of rows) this.ids.add(id)
    this.#highest = rows.at(-1)?.at ?? this.#highest
  }
}

test(
  `${WINDOWS} windows over what ${WRITERS} writers commit late and back-dated: no row is missed, none comes twice`,
  async () => {
    const stop = await startLateWriters({
      url: world.source.url,
      table: 'late',
      count: WRITERS,
      longestMs: LONGEST_MS,
      backDatedMs: BACK_DATED_MS,
    })
    const flow = await world.addFlow({
      relation: 'public.late',
      properties: PROPERTIES,
      deltaColumn: 'updated_at',
    })
    const naive = new NaiveCursor()
    for (let window = 0; window < WINDOWS; window++) {
      await Promise.all([landWindow(flow), naive.read('late')])
      await sleep(50)
    }
    await stop()
    // Times of rows may lie ahead of the last window by what it took to write them.
    for (let more = 0; more < 2; more++) await Promise.all([landWindow(flow), naive.read('late')])
    const { rows } = await world.source.query<{ id: string }>('select id::text from late')
    const landed = await landedIds(flow)
    const known = new Set(landed)
    const missed = rows.filter(({ id }) => !known.has(id))
    const missedByNaive = rows.filter(({ id }) => !naive.ids.has(id))
    process.stdout.write(
      `${WINDOWS} windows, ${rows.length} rows: ${missed.length} missed, ${landed.length - known.size} twice; a cursor misses ${missedByNaive.length}\n`,
    )
    expect(missed).toEqual([])
    expect(landed).toHaveLength(known.size)
    expect(missedByNaive.length).toBeGreaterThan(0)
  },
  PATIENCE_MS,
)
