import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { type Fleet, type Member, startFleet } from '@headwater/testkit/fleet.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import {
  CATALOG,
  connectTo,
  FLOW,
  finishedRun,
  type Ingested,
  ingest,
  queryRows,
} from '@headwater/testkit/journey.ts'
import { failServerStart, runCommand } from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { openTestS3, S3_CREDENTIALS, s3Title, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Processes that only answer and processes that only work, over PostgreSQL and a bucket; any of them is killed. */

/** `HEADWATER_TEST_KILLS=200` is the full form; it takes a quarter of an hour. */
const KILLS = Number(process.env['HEADWATER_TEST_KILLS'] ?? '6')
const SEED = Number(process.env['HEADWATER_TEST_SEED'] ?? '1')
const ROWS = 20_000
const GATED_ROWS = 100

let s3: TestS3
let metadata: TestDatabase
let source: TestDatabase
let gated: GatedRelation
let fleet: Fleet
let connectionId: string

beforeAll(async () => {
  s3 = await openTestS3()
  ;[metadata, source] = await Promise.all([createTestDatabase(), createTestDatabase()])
  await source.query(
    `create table items as select i as id, 'row ' || i as label from generate_series(1, ${ROWS}) as i`,
  )
  gated = await createGatedRelation(source, GATED_ROWS)
  fleet = await startFleet({ servers: 2, workers: 3, env: shared() })
  connectionId = await connectTo(fleet.client(), source)
}, 60_000)

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]()
  await source?.drop()
  await metadata?.drop()
  await s3?.[Symbol.asyncDispose]()
})

function shared(): Record<string, string> {
  return {
    ...S3_CREDENTIALS,
    DATABASE_URL: metadata.url,
    HEADWATER_LAKE: s3.url,
    HEADWATER_S3_ENDPOINT: s3.endpoint,
    // Several slices of a small table.
    HEADWATER_SLICE_TARGET_BYTES: '1MiB',
  }
}

function land(client: ApiClient, tableName: string): Promise<Ingested> {
  const mappings = ['id', 'label'].map((column) => ({
    sourceType: 'ATTRIBUTE',
    source: column,
    destination: `_headwater.${column}`,
  }))
  return ingest(client, connectionId, {
    tableName,
    fields: { id: { type: 'integer' }, label: { type: 'string' } },
    mappings,
  })
}

/** Fails unless the dataset holds each row once, by one batch of the one run of its flow. */
async function expectLandedOnce(client: ApiClient, flow: Ingested, rows: number): Promise<Answer> {
  const run = await finishedRun(client, flow.flowId, 90_000)
  expect(run.metrics.statusSummary.status, JSON.stringify(run.metrics.statusSummary)).toBe('success')
  expect(run.metrics.recordSummary.outputRecordCount).toBe(rows)
  const runs = await client.get(`${FLOW}/runs?property=${encodeURIComponent(`flowId==${flow.flowId}`)}`)
  expect(runs.body.items).toHaveLength(1)
  const [counts] = await queryRows(
    client,
    `select count(*)::integer, count(distinct _headwater.id)::integer from "${flow.datasetId}"`,
  )
  expect(counts).toEqual([rows, rows])
  const batches = await client.get(`${CATALOG}/batches?dataSet=${flow.datasetId}`)
  const states = Object.values(batches.body as Record<string, Answer>).map(({ status }) => status)
  expect(states).toEqual(['success'])
  return run
}

describe(`two servers and three workers, ${s3Title}`, () => {
  test('servers answer and workers work; runs say where clients read their files', async () => {
    const client = fleet.client()
    const run = await expectLandedOnce(client, await land(client, 'public.items'), ROWS)
    expect(JSON.stringify(run)).toContain('"http://headwater.example/data/foundation/export/')
    const [server, worker] = ['server', 'worker'].map((wanted) =>
      fleet.members.find(({ role }) => role === wanted),
    )
    expect((await fetch(`${server?.process?.url}/health/ready`)).status).toBe(200)
    expect((await fetch(`${worker?.process?.url}/health/ready`)).status).toBe(200)
    expect((await fetch(`${worker?.process?.url}/data/foundation/flowservice/flows`)).status).toBe(404)
  })

  test('without a worker nothing is lost and nothing is done; the first that comes does it', async () => {
    const workers = fleet.members.filter(({ role }) => role === 'worker')
    await Promise.all(workers.map((worker) => worker.kill()))
    const client = fleet.client()
    const flow = await land(client, 'public.items')
    await sleep(1_500)
    const path = `${FLOW}/runs?property=${encodeURIComponent(`flowId==${flow.flowId}`)}`
    expect((await client.get(path)).body.items).toEqual([])
    await workers[0]?.start()
    await expectLandedOnce(client, flow, ROWS)
    await Promise.all(workers.slice(1).map((worker) => worker.start()))
  })

  test('another worker takes over from the one that was killed with a run in its hands', async () => {
    const [one, ...others] = fleet.members.filter(({ role }) => role === 'worker')
    await Promise.all(others.map((worker) => worker.kill()))
    await gated.close()
    const client = fleet.client()
    const flow = await land(client, gated.tableName)
    await gated.reached()
    await Promise.all(others.map((worker) => worker.start()))
    await one?.kill()
    await gated.open()
    await expectLandedOnce(client, flow, GATED_ROWS)
    await one?.start()
  })

  test(
    `whichever of them is killed, ${KILLS} times: every run lands once`,
    async () => {
      const random = randomFrom(SEED)
      const flows: Ingested[] = []
      for (let kill = 0; kill < KILLS; kill++) {
        const victim = fleet.members[Math.floor(random() * fleet.members.length)] as Member
        const [flow] = await Promise.all([
          land(fleet.client(victim), 'public.items'),
          killAndReplace(victim, random() * 600),
        ])
        flows.push(flow)
      }
      for (const flow of flows) await expectLandedOnce(fleet.client(), flow, ROWS)
    },
    60_000 + KILLS * 20_000,
  )
})

async function killAndReplace(victim: Member, afterMs: number): Promise<void> {
  await sleep(afterMs)
  await victim.kill()
  await victim.start()
}

/** The same kills for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

test('roles that share work say what has to be shared', async () => {
  const alone = await failServerStart('/tmp/headwater-none', { HEADWATER_ROLE: 'worker' })
  expect(alone).toMatchObject({ code: 1, stdout: '' })
  for (const needed of ['DATABASE_URL', 'HEADWATER_LAKE', 'HEADWATER_MASTER_KEY', 'HEADWATER_PUBLIC_URL'])
    expect(alone.stderr).toContain(needed)
  const byCommand = await runCommand(['worker', '--data-dir', '/tmp/headwater-none'])
  expect(byCommand).toMatchObject({ code: 1, stderr: alone.stderr })
})
