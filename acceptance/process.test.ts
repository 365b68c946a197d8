import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { expectLandedOnce, ingestItems } from '@headwater/testkit/items.ts'
import { connectTo, FLOW } from '@headwater/testkit/journey.ts'
import {
  createCredentials,
  failServerStart,
  runCommand,
  type ServerProcess,
  startServerProcess,
} from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/** The program as a user starts, stops and kills it, with everything embedded in one folder. */
const ROWS = 1_000

let dataDir: string
let source: TestDatabase
let gated: GatedRelation
let server: ServerProcess | undefined
let client: ApiClient

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-process-'))
  source = await createTestDatabase()
  gated = await createGatedRelation(source, ROWS)
  server = await startServerProcess(dataDir)
  client = new ApiClient(await createCredentials(dataDir))
  await client.authenticate()
})

afterAll(async () => {
  // A killed server would leave its PostgreSQL behind, which writes to the folder until the next start.
  await server?.end('SIGTERM')
  await source?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

test('the start says in five lines where things are and how to come in, the last of them the ready line', () => {
  expect(server?.lines).toHaveLength(5)
  expect(server?.lines.at(-1)).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+$/)
  expect(server?.lines.join('\n')).toContain(join(dataDir, 'lake'))
})

test('credentials are made while the server runs, and lead to it', () => {
  expect(client.credentials).toMatchObject({
    base_url: server?.url,
    token_url: `${server?.url}/ims/token/v3`,
  })
  expect(client.credentials.ims_org).toMatch(/^[0-9A-F]{24}@AdobeOrg$/)
})

test('credentials of an administrator hold the scope of administrators, others do not', async () => {
  const { scopes } = await createCredentials(dataDir, '--admin')
  expect(scopes.split(',')).toContain('headwater_admin')
  expect(client.credentials.scopes.split(',')).not.toContain('headwater_admin')
})

test('commands beside the server need no credentials', async () => {
  const list = ['connections', 'list', '--data-dir', dataDir]
  expect(await runCommand(list)).toEqual({ code: 0, stdout: 'ID  NAME  STATE  UPDATED\n', stderr: '' })
  const id = await connectTo(client, source)
  expect((await runCommand(list)).stdout).toContain(id)
})

test('the key that seals credentials is nobody else’s to read', async () => {
  expect((await stat(join(dataDir, 'master.key'))).mode & 0o777).toBe(0o600)
})

test('health answers without a token', async () => {
  expect(await (await fetch(`${server?.url}/health/live`)).json()).toEqual({ status: 'ok' })
  const ready = await fetch(`${server?.url}/health/ready`)
  expect(await ready.json()).toMatchObject({ status: 'ok' })
})

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`a run in flight at ${signal} goes on at the next start and lands exactly once`, async () => {
    await gated.close()
    const ingested = await ingestItems(client, await connectTo(client, source), gated.tableName)
    await gated.reached()
    const interrupted = await newestRun(ingested.flowId)
    expect(interrupted.metrics.statusSummary.status).toBe('inProgress')
    const { code } = (await server?.end(signal)) ?? {}
    if (signal === 'SIGTERM') expect(code).toBe(0)
    server = undefined
    await gated.open()
    server = await startServerProcess(dataDir)
    client.baseUrl = server.url
    const run = await expectLandedOnce(client, ingested, { rows: ROWS })
    expect(run.id).toBe(interrupted.id)
  })
}

test('an interrupt or a terminal that is closed ends it with 0, and it is ready again at once', async () => {
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    const ended = await server?.end(signal)
    expect(ended?.code, ended?.stderr).toBe(0)
    expect(existsSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false)
    server = undefined
    server = await startServerProcess(dataDir)
  }
  await server?.end('SIGTERM')
  server = await startServerProcess(dataDir)
  client.baseUrl = server.url
  expect((await client.get(`${FLOW}/flows`)).status).toBe(200)
})

test('the bundled PostgreSQL is started again when it is killed', async () => {
  const pidFile = join(dataDir, 'postgres', 'cluster', 'postmaster.pid')
  const readPid = async () => Number((await readFile(pidFile, 'utf8')).split('\n')[0])
  const killed = await readPid()
  process.kill(killed, 'SIGKILL')
  await vi.waitUntil(
    () =>
      readPid().then(
        (pid) => pid !== killed,
        () => false,
      ),
    { timeout: 20_000, interval: 50 },
  )
  await vi.waitUntil(async () => (await client.get(`${FLOW}/flows`)).status === 200, { timeout: 20_000 })
})

test('a data folder that was moved is refused, with where its tables were written', async () => {
  await server?.end('SIGTERM')
  server = undefined
  const moved = `${dataDir}-moved`
  await rename(dataDir, moved)
  const { code, stderr } = await failServerStart(moved, {})
  await rename(moved, dataDir)
  expect(code).toBe(1)
  expect(stderr).toContain(`file://${dataDir}/lake/`)
  expect(stderr).not.toContain('    at ')
})

async function newestRun(flowId: string): Promise<Answer> {
  const { body } = await client.get(
    `${FLOW}/runs?property=${encodeURIComponent(`flowId==${flowId}`)}&limit=1`,
  )
  return body.items[0]
}
