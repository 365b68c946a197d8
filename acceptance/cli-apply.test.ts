import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { finishedRun } from '@headwater/testkit/journey.ts'
import { CLI, type CommandOutcome, runCommand } from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The rest of the command line: pipelines in a file, looking into sources, and completion in a shell. */
let server: TestServer
let source: TestDatabase
let folder: string
let file: string

beforeAll(async () => {
  ;[server, source] = await Promise.all([startTestServer(), createTestDatabase()])
  folder = await mkdtemp(join(tmpdir(), 'headwater-apply-'))
  file = join(folder, 'pipeline.yaml')
  await source.query(`
    create table orders (id bigint primary key, city text, changed_at timestamptz not null default now());
    insert into orders (id, city) select n, case when n <= 4 then 'Paris' else 'Rome' end from generate_series(1, 10) n;
  `)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
  await rm(folder, { recursive: true, force: true })
})

function headwater(...args: readonly string[]): Promise<CommandOutcome> {
  const { base_url, ims_org, client_id, client_secret, scopes } = server.client.credentials
  return runCommand(args, {
    ...{ BASE_URL: base_url, IMS_ORG: ims_org, CLIENT_ID: client_id, CLIENT_SECRET: client_secret },
    ...{ SCOPES: scopes, SHOP_PASSWORD: source.password, PGPASSWORD: source.password },
  })
}

/** A pipeline of one connection and, unless told otherwise, the flow Orders. */
async function writePipeline(
  flows = 'flows:\n  Orders: {from: Shop, table: public.orders}\n',
  more = '',
): Promise<void> {
  const { host, port, database, user } = source
  await writeFile(
    file,
    `name: shop\nconnections:\n  Shop:\n    server: ${host}\n    port: ${port}\n    database: ${database}\n` +
      `    username: ${user}\n    password: \${env:SHOP_PASSWORD}\n    sslMode: disable\n${more}${flows}`,
  )
}

const apply = (...args: readonly string[]) => headwater('apply', '-f', file, ...args)

test('a file is planned, applied, and found to be so', async () => {
  await writePipeline()
  expect(await apply('--plan')).toMatchObject({
    code: 2,
    stdout: '+ connection Shop\n+ flow Orders\n2 changes to be made\n',
  })
  expect(await apply()).toMatchObject({ code: 0, stderr: '' })
  expect(await apply('--plan')).toMatchObject({ code: 0, stdout: 'The server is as the file says.\n' })
  const [flow] = JSON.parse((await headwater('flows', 'list', '--json')).stdout)
  expect((await finishedRun(server.client, flow.id)).metrics.recordSummary.outputRecordCount).toBe(10)
})

test('a change made elsewhere is drift, and is undone', async () => {
  expect(await headwater('flows', 'disable', 'Orders')).toMatchObject({ code: 0 })
  expect(await apply('--plan')).toMatchObject({
    code: 2,
    stdout: '~ flow Orders\n    enabled: false → true\n1 change to be made\n',
  })
  expect(await apply()).toMatchObject({ code: 0 })
  expect((await headwater('flows', 'show', 'Orders')).stdout).toMatch(/^ {2}state +enabled$/m)
})

test('other rows make a flow and its dataset anew, and only when told to', async () => {
  await writePipeline(`flows:\n  Orders: {from: Shop, table: public.orders, where: 'city == "Rome"'}\n`)
  const refused = await apply()
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/^Nothing was done: Orders would be made anew.*--replace/)
  expect(await apply('--replace')).toMatchObject({ code: 0 })
  const [flow] = JSON.parse((await headwater('flows', 'list', '--json')).stdout)
  await finishedRun(server.client, flow.id)
  const counted = await headwater('query', 'select count(*) from "Orders"')
  expect(counted.stdout.split('\n')[1]?.trim()).toBe('6')
})

test('a schedule is changed in place', async () => {
  const of = (every: string) =>
    `flows:\n  Later: {from: Shop, table: public.orders, watermark: changed_at, every: ${every}}\n`
  await writePipeline(of('15 minutes'))
  expect((await apply()).stdout).toBe('+ flow Later\n- flow Orders\n2 changes\n')
  await writePipeline(of('1 hour'))
  expect((await apply()).stdout).toBe(
    '~ flow Later\n    frequency: minute → hour\n    interval: 15 → 1\n1 change\n',
  )
  expect((await apply('--plan')).code).toBe(0)
})

test('what others have made is left alone, and what is gone from the file goes', async () => {
  const made = await headwater('connect', source.url, '--name', 'Mine')
  expect(made).toMatchObject({ code: 0 })
  await writePipeline('flows: {}\n', `  Mine: {server: a, database: b, username: c}\n`)
  const refused = await apply()
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^The connection Mine \(.*\) was not made by this pipeline/)
  await writeFile(file, 'name: shop\nconnections: {}\nflows: {}\n')
  expect((await apply()).stdout).toBe('- flow Later\n- connection Shop\n2 changes\n')
  const left = JSON.parse((await headwater('connections', 'list', '--json')).stdout)
  expect(left.map(({ name }: { readonly name: string }) => name)).toEqual(['Mine'])
})

test('mistakes are told by line, all at once, and a secret that is missing by its name', async () => {
  await writeFile(
    file,
    'name: shop\nconnections:\n  Shop:\n    server: 1\n    hots: db\nflows: {A: {from: Shop}}\n',
  )
  const wrong = await apply()
  expect(wrong.stderr.split('\n')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/pipeline\.yaml:4: connections\.Shop\.server must be string$/),
      expect.stringMatching(/pipeline\.yaml:4: connections\.Shop must not have additional properties: hots$/),
      expect.stringMatching(/pipeline\.yaml:6: flows\.A must have required properties table$/),
    ]),
  )
  await writePipeline(
    undefined,
    '  Other: {server: a, database: b, username: c, password: "$' + '{env:NOT_SET}"}\n',
  )
  expect((await apply()).stderr).toBe(
    'The password of the connection Other is to come from NOT_SET, which is not set.\n',
  )
})

test('a source is looked into, by the name of its connection', async () => {
  expect((await headwater('test', 'Mine')).stdout).toMatch(/^The source can be read\.\n/)
  expect((await headwater('explore', 'Mine', '--search', 'ORD')).stdout).toMatch(/^public\.orders +table/m)
  expect((await headwater('explore', 'Mine', 'public.orders')).stdout).toMatch(
    /^id +bigint +not null +key 1$/m,
  )
  const rows = await headwater(
    'preview',
    'Mine',
    'public.orders',
    '--rows',
    '2',
    '--where',
    'id > 8',
    '--json',
  )
  expect(JSON.parse(rows.stdout)).toMatchObject([{ city: 'Rome' }, { city: 'Rome' }])
  const refused = await headwater('explore', 'Yours')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toBe(
    'There is no connection of the id or name Yours: headwater connections list shows those that there are.\n',
  )
})

test('doctor examines a source that no server knows', async () => {
  const url = `postgres://${source.user}@${source.host}:${source.port}/${source.database}`
  expect((await headwater('doctor', `${url}?sslmode=disable`)).stdout).toMatch(/^The source can be read\.\n/)
  const wrong = await headwater('doctor', `${url}_gone?sslmode=disable`)
  expect(wrong.code).toBe(1)
  expect(wrong.stdout).toMatch(/^The source cannot be read: .*\n[\s\S]*error {2}DATABASE_NOT_FOUND/)
})

test('datasets, schemas and sandboxes are listed and shown', async () => {
  const [dataset] = JSON.parse((await headwater('datasets', 'list', '--json')).stdout)
  expect((await headwater('datasets', 'show', dataset.id)).stdout).toMatch(/^ {2}folder +prod\//m)
  const [schema] = JSON.parse((await headwater('schemas', 'list', '--json')).stdout)
  expect((await headwater('schemas', 'show', schema['meta:altId'])).stdout).toMatch(
    /^_headwater\.city +string +city$/m,
  )
  expect((await headwater('sandboxes', 'list')).stdout).toMatch(/^prod +.*yes$/m)
})

test('bash completes commands, and options of the command at hand', async () => {
  const script = `source <("$0" "$1" completion bash)
    ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _headwater; echo "\${COMPREPLY[*]}"; }
    ask headwater ru; ask headwater runs re; ask headwater flows run Orders --no; ask headwater completion f`
  const { stdout } = await promisify(execFile)('bash', ['-c', script, process.execPath, CLI])
  expect(stdout.split('\n')).toEqual(['runs', 'replay retrigger', '--no-wait', 'fish', ''])
})
