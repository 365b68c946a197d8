import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { connectTo, type Ingested, ingest } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The command line against a whole server, in processes of its own. */
let server: TestServer
let source: TestDatabase
let connectionId: string
let flow: Ingested

beforeAll(async () => {
  ;[server, source] = await Promise.all([startTestServer(), createTestDatabase()])
  await source.query(`
    create table orders (id bigint primary key, city text);
    insert into orders select n, 'Paris' from generate_series(1, 10) n;
  `)
  connectionId = await connectTo(server.client, source)
  flow = await ingest(server.client, connectionId, {
    tableName: 'public.orders',
    fields: { id: { type: 'integer' }, city: { type: 'string' } },
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' }],
  })
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function headwater(args: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const { base_url, ims_org, client_id, client_secret, scopes } = server.client.credentials
  const env = {
    PATH: process.env['PATH'],
    ...{ BASE_URL: base_url, IMS_ORG: ims_org, CLIENT_ID: client_id, CLIENT_SECRET: client_secret },
    SCOPES: scopes,
    ...changes,
  }
  const main = join(import.meta.dirname, '../cli/src/main.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
        stdout,
        stderr,
      }),
    )
  })
}

test('a flow is run to its end, and the run is listed with what it brought', async () => {
  const ran = await headwater(['flows', 'run', flow.flowId])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/success {2}10 of 10 records\n$/)
  const runs = await headwater(['runs', 'list', '--flow', flow.flowId, '--status', 'success', '--limit', '1'])
  expect(runs.stdout.split('\n')[0]?.split(/ {2,}/)).toEqual([
    ...['ID', 'FLOW', 'STATUS', 'STARTED', 'READ', 'WRITTEN', 'FAILED'],
  ])
  expect(runs.stdout.split('\n')[1]).toMatch(new RegExp(`${flow.flowId} +success +\\S+Z +10 +10 +0$`))
  const [run] = JSON.parse((await headwater(['runs', 'list', '--json', '--limit', '1'])).stdout)
  const watched = await headwater(['runs', 'watch', run.id, '--json'])
  expect([watched.code, JSON.parse(watched.stdout).id]).toEqual([0, run.id])
})

test('flows are listed, disabled and enabled', async () => {
  expect(await headwater(['flows', 'disable', flow.flowId])).toMatchObject({ code: 0 })
  expect((await headwater(['flows', 'list', '--state', 'disabled'])).stdout).toContain(flow.flowId)
  const refused = await headwater(['flows', 'run', flow.flowId])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/^FLOW-1422-400: .*\n$/)
  expect(await headwater(['flows', 'enable', flow.flowId])).toMatchObject({ code: 0 })
  expect(JSON.parse((await headwater(['flows', 'show', flow.flowId])).stdout).state).toBe('enabled')
})

test('connections are listed, shown without their secrets, and tested', async () => {
  expect((await headwater(['connections', 'list'])).stdout).toContain(connectionId)
  const shown = await headwater(['connections', 'show', connectionId])
  expect(shown.stdout).not.toContain(source.password)
  expect(JSON.parse(shown.stdout).auth.params.password).toMatch(/^\*+$/)
  const good = await headwater(['connections', 'test', connectionId])
  expect([good.code, good.stdout.split('\n')[0]]).toEqual([0, 'The source can be read.'])
  const other = await createTestDatabase()
  const doomed = await connectTo(server.client, other)
  await other.drop()
  const bad = await headwater(['connections', 'test', doomed])
  expect(bad.code).toBe(1)
  expect(bad.stdout).toMatch(/^The source cannot be read: .*\nerror {2}DATABASE_NOT_FOUND: .*\n +\S/)
})

test('what is missing or wrong is told in a sentence', async () => {
  const nobody = await headwater(['flows', 'list'], { CLIENT_ID: '', CLIENT_SECRET: '' })
  expect(nobody).toMatchObject({ code: 1, stdout: '' })
  expect(nobody.stderr).toMatch(/^CLIENT_ID, CLIENT_SECRET are not set: .*credentials create --shell/s)
  const unknown = await headwater(['runs', 'show', '00000000-0000-4000-8000-000000000000'])
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/^FLOW-1439-404: /) })
  const gone = await headwater(['flows', 'list'], { BASE_URL: 'http://127.0.0.1:1' })
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringMatching(/^UNREACHABLE: /) })
})
