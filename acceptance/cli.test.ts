import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectTo, type Ingested, ingest } from '@headwater/testkit/journey.ts'
import { type CommandOutcome, runCommand } from '@headwater/testkit/server-process.ts'
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

function headwater(args: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<CommandOutcome> {
  const { base_url, ims_org, client_id, client_secret, scopes } = server.client.credentials
  return runCommand(args, {
    ...{ BASE_URL: base_url, IMS_ORG: ims_org, CLIENT_ID: client_id, CLIENT_SECRET: client_secret },
    SCOPES: scopes,
    ...changes,
  })
}

test('a flow is run to its end, and the run is listed with what it brought', async () => {
  const ran = await headwater(['flows', 'run', flow.flowId])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/success {2}10 read, 10 landed\n$/)
  const runs = await headwater(['runs', 'list', '--flow', flow.flowId, '--status', 'success', '--limit', '1'])
  expect(runs.stdout.split('\n')[0]?.split(/ {2,}/)).toEqual([
    ...['ID', 'FLOW', 'STATUS', 'STARTED', 'READ', 'WRITTEN', 'FAILED'],
  ])
  expect(runs.stdout.split('\n')[1]).toMatch(new RegExp(`${flow.flowId} +success +\\S+Z +10 +10 +0$`))
  const [run] = JSON.parse((await headwater(['runs', 'list', '--json', '--limit', '1'])).stdout)
  const told = await headwater(['runs', 'show', run.id])
  expect(told.stdout).toMatch(/^ {2}proof +1 of 1 fields agree with what was read back$/m)
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
  expect((await headwater(['flows', 'show', flow.flowId])).stdout).toMatch(/^ {2}state +enabled$/m)
})

test('connections are listed, shown without their secrets, and tested', async () => {
  expect((await headwater(['connections', 'list'])).stdout).toContain(connectionId)
  const shown = await headwater(['connections', 'show', connectionId, '--json'])
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

test('the document of the API is printed, or written to a file', async () => {
  const printed = await headwater(['openapi'])
  expect(printed).toMatchObject({ code: 0, stderr: '' })
  const served = await (await fetch(`${server.url}/docs/json`)).json()
  expect(JSON.parse(printed.stdout)).toEqual(served)
  const file = join(server.dataDir, 'openapi.json')
  expect(await headwater(['openapi', '--out', file])).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(served)
})

test('what is missing or wrong is told in a sentence', async () => {
  const half = await headwater(['flows', 'list'], { BASE_URL: '', CLIENT_SECRET: '' })
  expect(half).toMatchObject({ code: 1, stdout: '' })
  expect(half.stderr).toMatch(/^BASE_URL, CLIENT_SECRET are not set: .*credentials create --shell/s)
  const unknown = await headwater(['runs', 'show', '00000000-0000-4000-8000-000000000000'])
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/^FLOW-1439-404: /) })
  const gone = await headwater(['flows', 'list'], { BASE_URL: 'http://127.0.0.1:1' })
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringMatching(/^UNREACHABLE: /) })
  const strange = await headwater(['openapi'], { BASE_URL: `${server.url}/nowhere` })
  expect(strange).toMatchObject({ code: 1, stderr: expect.stringMatching(/^NO_DOCUMENT: /) })
})

test('a folder on which no server runs is named, and stays as it was', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-idle-'))
  const refused = await headwater(['flows', 'list', '--data-dir', dataDir])
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(new RegExp(`^No server runs on ${dataDir}: start it with npm start`))
  expect(await readdir(dataDir)).toEqual([])
  await rm(dataDir, { recursive: true })
})
