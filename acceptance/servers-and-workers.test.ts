import { setTimeout as sleep } from 'node:timers/promises'
import { addFlow } from '@headwater/testkit/chaos/chaos-flow.ts'
import { installAudit } from '@headwater/testkit/fleet/execution-audit.ts'
import { type Fleet, startFleet } from '@headwater/testkit/fleet/fleet.ts'
import { ClaimEars } from '@headwater/testkit/fleet/kill-places.ts'
import { playKills } from '@headwater/testkit/fleet/play-kills.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { expectLandedOnce, ingestItems, runsOf } from '@headwater/testkit/items.ts'
import { connectTo, queryRows } from '@headwater/testkit/journey.ts'
import { Seeded } from '@headwater/testkit/seeded.ts'
import { failServerStart, runCommand } from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { foreignS3Title, openForeignS3, S3_CREDENTIALS, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Processes that only answer and processes that only work, over PostgreSQL and a bucket; any of them is killed. */

/** `npm run chaos -- fleet` is the full form. */
const KILLS = 3
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
  s3 = await openForeignS3()
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

/** A killed process is missed after ten seconds, and another may be killed next. */
const PATIENCE_MS = 90_000

describe(`two servers and three workers, ${foreignS3Title}`, () => {
  test('servers answer and workers work; runs say where clients read their files', async () => {
    const client = fleet.client()
    const run = await expectLandedOnce(client, await ingestItems(client, connectionId, 'public.items'), {
      rows: ROWS,
      patienceMs: PATIENCE_MS,
    })
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
    const flow = await ingestItems(client, connectionId, 'public.items')
    await sleep(1_500)
    expect(await runsOf(client, flow)).toEqual([])
    await workers[0]?.start()
    await expectLandedOnce(client, flow, { rows: ROWS, patienceMs: PATIENCE_MS })
    await Promise.all(workers.slice(1).map((worker) => worker.start()))
  })

  test('another worker takes over from the one that was killed with a run in its hands', async () => {
    const [one, ...others] = fleet.members.filter(({ role }) => role === 'worker')
    await Promise.all(others.map((worker) => worker.kill()))
    await gated.close()
    const client = fleet.client()
    const flow = await ingestItems(client, connectionId, gated.tableName)
    await gated.reached()
    await Promise.all(others.map((worker) => worker.start()))
    await one?.kill()
    await gated.open()
    await expectLandedOnce(client, flow, { rows: GATED_ROWS, patienceMs: PATIENCE_MS })
    await one?.start()
  })

  test(`whichever of them is killed, ${KILLS} times: nobody does or commits anything twice`, async () => {
    await installAudit(metadata)
    await using ears = await ClaimEars.open(metadata.url)
    const client = fleet.client()
    const table = { name: 'killed', mode: 'full' } as const
    const flow = await addFlow({ source, client, connectionId }, table, ROWS)
    const query = (sql: string) => queryRows(fleet.client(), sql)
    const scene = { fleet, metadata, source, query, ears, random: new Seeded(SEED) }
    const played = await playKills(scene, {
      flows: [flow],
      rowCount: ROWS,
      kills: KILLS,
      paceMs: 1_500,
      // How fast they take over is measured by the full form; here it only must not be missing.
      takeoverBarMs: PATIENCE_MS,
    })
    expect(played.violations).toEqual([])
    expect(played.kills).toHaveLength(KILLS)
    expect(played.commits).toBeGreaterThan(0)
    expect(played.slices).toBeGreaterThan(played.commits)
  }, 150_000)
})

test('roles that share work say what has to be shared', async () => {
  const alone = await failServerStart('/tmp/headwater-none', { HEADWATER_ROLE: 'worker' })
  expect(alone).toMatchObject({ code: 1, stdout: '' })
  for (const needed of ['DATABASE_URL', 'HEADWATER_LAKE', 'HEADWATER_MASTER_KEY', 'HEADWATER_PUBLIC_URL'])
    expect(alone.stderr).toContain(needed)
  const byCommand = await runCommand(['worker', '--data-dir', '/tmp/headwater-none'])
  expect(byCommand).toMatchObject({ code: 1, stderr: alone.stderr })
})
