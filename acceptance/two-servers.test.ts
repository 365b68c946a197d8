import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type BundledPostgres,
  startBundledPostgres,
} from '@headwater/server/store/bundled/bundled-postgres.ts'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { expectLandedOnce, ingestItems, runsOf } from '@headwater/testkit/items.ts'
import { connectTo, FLOW, finishedRun, type Ingested } from '@headwater/testkit/journey.ts'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { failServerStart } from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

/** Several servers over one metadata database and one lake, and a metadata database that comes and goes. */
const ROWS = 100
let folder: string
let source: TestDatabase
let gated: GatedRelation

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-servers-'))
  source = await createTestDatabase()
  await source.query(
    `create table items as select i as id, 'row ' || i as label from generate_series(1, ${ROWS}) as i`,
  )
  gated = await createGatedRelation(source, ROWS)
})

afterAll(async () => {
  await source?.drop()
  await rm(folder, { recursive: true, force: true })
})

/** What servers must have in common to be one. */
function shared(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    HEADWATER_LAKE: join(folder, 'lake'),
    HEADWATER_MASTER_KEY: randomBytes(32).toString('base64'),
  }
}

/** Waits until the flow's run has come to the gate. */
async function runAtGate(client: ApiClient, flow: Ingested): Promise<Answer> {
  await gated.reached()
  const [run] = await runsOf(client, flow)
  expect(run?.metrics?.statusSummary?.status).toBe('inProgress')
  return run
}

describe('two servers over one database and one lake', () => {
  let database: TestDatabase
  let env: Record<string, string>
  let one: TestServer
  let other: TestServer
  let connectionId: string

  beforeAll(async () => {
    // Empty: both make the tables, the organisation, the signing key and the queue at the same time.
    database = await createTestDatabase()
    env = shared(database.url)
    ;[one, other] = await Promise.all([startTestServer({ env }), startTestServer({ env })])
    connectionId = await connectTo(one.client, source)
  })

  afterAll(async () => {
    await one?.[Symbol.asyncDispose]()
    await other?.[Symbol.asyncDispose]()
    await database?.drop()
  })

  test('started at once on an empty database, they agree on organisation and signing key', async () => {
    expect(other.client.credentials.ims_org).toBe(one.client.credentials.ims_org)
    const [ours, theirs] = await Promise.all(
      [one, other].map(async ({ url }) => (await fetch(`${url}/ims/keys`)).json() as Answer),
    )
    expect(ours.keys).toHaveLength(1)
    expect(theirs).toEqual(ours)
  })

  test('a token of one is valid at the other', async () => {
    for (const [issuer, url] of [
      [one, other.url],
      [other, one.url],
    ] as const) {
      const answer = await issuer.client.at(url).get(`${FLOW}/connections/${connectionId}`)
      expect([answer.status, answer.body.items?.[0]?.id]).toEqual([200, connectionId])
    }
  })

  test('ten flows created at both run once each, and land their rows once', async () => {
    const servers = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? one : other))
    const flows = await Promise.all(
      servers.map(({ client }) => ingestItems(client, connectionId, 'public.items')),
    )
    // Each is asked of the server that did not create it.
    await Promise.all(
      flows.map((flow, at) => expectLandedOnce((at % 2 === 0 ? other : one).client, flow, { rows: ROWS })),
    )
  })

  test('a run in flight at a server that is stopped is finished by the other', async () => {
    await other.stop()
    await gated.close()
    const flow = await ingestItems(one.client, connectionId, 'public.gated_items')
    const interrupted = await runAtGate(one.client, flow)
    await other.restart()
    await one.stop()
    const stoppedAt = Date.now()
    await gated.open()
    await expectLandedOnce(other.client, flow, { rows: ROWS })
    // A claim that is only lost, not given back, would be waited for until its beats are missed.
    expect(Date.now() - stoppedAt).toBeLessThan(15_000)
    expect((await runsOf(other.client, flow))[0]?.id).toBe(interrupted.id)
  })

  test('a server with another master key fails runs with a sentence and goes on', async () => {
    await gated.close()
    const flow = await ingestItems(other.client, connectionId, 'public.gated_items')
    await runAtGate(other.client, flow)
    await other.stop()
    await gated.open()
    const foreign = { ...env, HEADWATER_MASTER_KEY: randomBytes(32).toString('base64') }
    await using stranger = await startTestServer({ env: foreign, client: other.client })
    const run = await finishedRun(stranger.client, flow.flowId)
    expect(run.metrics.statusSummary.status).toBe('failed')
    const text = JSON.stringify(run)
    expect(text).toMatch(/sealed with master key [0-9a-f]{16}, but this server has [0-9a-f]{16}/)
    expect(text).toContain('HEADWATER_MASTER_KEY')
    const all = text + stranger.log.join('\n')
    for (const secret of [source.password, env['HEADWATER_MASTER_KEY'], foreign['HEADWATER_MASTER_KEY']])
      expect(all).not.toContain(secret)
    expect((await fetch(`${stranger.url}/health/ready`)).status).toBe(200)
  })
})

describe('a metadata database that can’t be used ends the start with one sentence', () => {
  let silent: Server
  const sockets = new Set<Socket>()

  beforeAll(async () => {
    silent = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  })

  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  const PASSWORD = 'open sesame/ÿ'
  const login = `someone:${encodeURIComponent(PASSWORD)}`
  const urls: Record<string, () => string> = {
    'refuses connections': () => `postgres://${login}@127.0.0.1:1/meta`,
    'never answers': () =>
      `postgres://${login}@127.0.0.1:${(silent.address() as { port: number }).port}/meta?connect_timeout=1`,
    'refuses the login': () => `postgres://${login}@127.0.0.1:${source.port}/meta`,
    'does not exist': () => source.url.replace(source.database, 'no_such_database'),
  }

  test.for(Object.keys(urls))('%s', async (name) => {
    const url = urls[name]?.() ?? ''
    const { code, stdout, stderr } = await failServerStart(join(folder, 'start'), { DATABASE_URL: url })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^The metadata database \S+ at 127\.0\.0\.1:\d+ can't be used \(.*\)\. .*\.\n$/)
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), source.password])
      expect(stderr).not.toContain(secret)
  })
})

test('a metadata database that a newer version has worked on is refused, and left as it is', async () => {
  const ahead = await createMetadataDatabase()
  try {
    await ahead.query(
      `insert into kysely_migration (name, timestamp) values ('9999_of_tomorrow', '2030-01-01T00:00:00.000Z')`,
    )
    const { code, stdout, stderr } = await failServerStart(join(folder, 'ahead'), { DATABASE_URL: ahead.url })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/9999_of_tomorrow is missing\)\. A newer version of Headwater has worked on it/)
    const { rows } = await ahead.query(`select count(*)::int as count from kysely_migration where name > '9'`)
    expect(rows).toEqual([{ count: 1 }])
  } finally {
    await ahead.drop()
  }
})

describe('a metadata database that goes away and comes back', () => {
  const password = randomBytes(8).toString('hex')
  let postgres: BundledPostgres
  let server: TestServer

  async function startPostgres(port: number): Promise<void> {
    postgres = await startBundledPostgres({
      dataDir: join(folder, 'postgres'),
      listen: { port, password },
      database: 'meta',
      settings: { fsync: 'off', full_page_writes: 'off' },
    })
  }

  beforeAll(async () => {
    await startPostgres(0)
    const { user, host, port, database } = postgres
    const url = `postgres://${user}:${password}@${host}:${port}/${database}`
    server = await startTestServer({ env: { ...shared(url), HEADWATER_LAKE: join(folder, 'lake-2') } })
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await postgres?.stop()
  })

  const readiness = async (): Promise<[number, Answer]> => {
    const answer = await fetch(`${server.url}/health/ready`)
    return [answer.status, await answer.json()]
  }

  /** Locks a table until the database ends, and waits until a transaction of the server hangs in the middle of its work. */
  async function transactionsWaiting(): Promise<void> {
    const { user, host, port, database } = postgres
    const client = new pg.Client({ user, host, port, database, password })
    client.on('error', () => {})
    await client.connect()
    await client.query('begin')
    await client.query('lock table flow in access exclusive mode')
    const waiting = `select from pg_locks join pg_stat_activity using (pid) where not granted and query like '%for update%'`
    await vi.waitUntil(async () => ((await client.query(waiting)).rowCount ?? 0) > 0, { timeout: 10_000 })
  }

  test('the server survives, says so meanwhile, and finishes what it had begun', async () => {
    const connectionId = await connectTo(server.client, source)
    await gated.close()
    const flow = await ingestItems(server.client, connectionId, 'public.gated_items')
    const interrupted = await runAtGate(server.client, flow)
    await transactionsWaiting()
    const cut = server.client.get(`${FLOW}/flows`)
    const { port } = postgres
    // At once: a server that ends its sessions in order may free the lock before it ends who waits for it.
    process.kill(postgres.pid, 'SIGQUIT')
    await postgres.stop()

    expect((await cut).status).toBeGreaterThanOrEqual(500)
    expect(await readiness()).toMatchObject([503, { checks: { metadata: 'failed', lake: 'ok' } }])
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    const answer = await server.client.get(`${FLOW}/flows`)
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(JSON.stringify(answer.body)).not.toMatch(/ECONNREFUSED|127\.0\.0\.1:/)

    await startPostgres(port)
    await gated.open()
    await vi.waitUntil(async () => (await readiness())[0] === 200, { timeout: 10_000 })
    await expectLandedOnce(server.client, flow, { rows: ROWS })
    expect((await runsOf(server.client, flow))[0]?.id).toBe(interrupted.id)
    await expectLandedOnce(server.client, await ingestItems(server.client, connectionId, 'public.items'), {
      rows: ROWS,
    })
  })

  test('a server can be stopped while its database is away', async () => {
    await postgres.stop()
    await server.stop()
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow()
  })
})
