import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo, endOfRun, FLOW, queryRows } from '@headwater/testkit/journey.ts'
import { hasPyiceberg, pyicebergTitle, readWithPyiceberg } from '@headwater/testkit/pyiceberg.ts'
import { runCommand } from '@headwater/testkit/server-process.ts'
import { landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { openTestS3, S3_CREDENTIALS, s3Title, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

/** A lake with a table of two snapshots is copied to other places, where other servers go on with it. */
const ROWS = 3_000

let folder: string
let source: TestDatabase
let server: TestServer
let datasetId: string
let env: Record<string, string>

beforeAll(async () => {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  folder = await mkdtemp(join(tmpdir(), 'headwater-relocate-'))
  source = await createTestDatabase()
  await source.query(
    `create table orders as select i as id, md5(i::text) as note from generate_series(1, ${ROWS}) i`,
  )
  server = await startTestServer()
  const landed = await landTable(server.client, await connectTo(server.client, source), {
    tableName: 'public.orders',
  })
  datasetId = landed.datasetId
  const again = await server.client.post(`${FLOW}/runs`, { flowId: landed.flowId })
  await endOfRun(server.client, again.body.items[0].id)
  await server.stop()
  env = { DATABASE_URL: server.databaseUrl, ...S3_CREDENTIALS }
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
  await rm(folder, { recursive: true, force: true })
})

async function relocate(place: string, others: Readonly<Record<string, string>> = {}): Promise<string> {
  const args = ['lake', 'relocate', place, '--data-dir', server.dataDir]
  const { code, stdout, stderr } = await runCommand(args, { ...env, ...others })
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

/** What another server finds in the lake at a place. */
async function lookAt(
  place: string,
  look: (client: ApiClient, it: TestServer) => Promise<void>,
): Promise<void> {
  const master = (await readFile(join(server.dataDir, 'master.key'), 'utf8')).trim()
  await using other = await startTestServer({
    env: { ...env, HEADWATER_LAKE: place, HEADWATER_MASTER_KEY: master },
  })
  await look(other.client, other)
}

async function expectWhole(client: ApiClient): Promise<void> {
  const [row] = await queryRows(
    client,
    `select count(*) as n, count(distinct _headwater.id) as ids, min(_headwater.note) as note from "${datasetId}"`,
  )
  const { rows } = await source.query('select min(note) as note from orders')
  expect(row).toEqual([String(2 * ROWS), String(ROWS), rows[0]?.['note']])
}

describe('to another folder', () => {
  const place = () => join(folder, 'lake')

  test('every file is there, and the command says what to do next', async () => {
    const told = await relocate(place())
    expect(told).toContain(`Set HEADWATER_LAKE to ${place()} and start the servers again.`)
    const names = async (root: string) =>
      (await readdir(root, { recursive: true })).filter((name) => !name.startsWith('.unfinished')).sort()
    expect(await names(place())).toEqual(await names(server.lakeDir))
  })

  test('no file names the old place any more', async () => {
    for (const name of await readdir(place(), { recursive: true })) {
      if (!name.endsWith('.json')) continue
      expect(await readFile(join(place(), name), 'utf8')).not.toContain(server.lakeDir)
    }
  })

  test('a copy that was interrupted goes on', async () => {
    const names = await readdir(place(), { recursive: true })
    const gone = names.filter((name) => /\.(parquet|avro|json)$/.test(name)).filter((_, at) => at % 2 === 0)
    for (const name of gone) await rm(join(place(), name))
    await relocate(place())
    expect((await readdir(place(), { recursive: true })).sort()).toEqual(names.sort())
  })

  test('a server finds the same rows there, and its files as they were proven', async () => {
    await lookAt(place(), async (client, { dataDir }) => {
      await expectWhole(client)
      const check = await runCommand(['lake', 'check', '--data-dir', dataDir], {
        ...env,
        HEADWATER_LAKE: place(),
      })
      expect([check.code, check.stdout]).toEqual([0, expect.stringContaining(datasetId)])
    })
  })

  test.skipIf(!hasPyiceberg)(`pyiceberg reads both snapshots there ${pyicebergTitle}`, async () => {
    const metadata = join(place(), 'prod', datasetId, 'metadata')
    const version = await readFile(join(metadata, 'version-hint.text'), 'utf8')
    const table = await readWithPyiceberg(join(metadata, `v${version}.metadata.json`))
    expect(table.rows).toBe(2 * ROWS)
    expect(table.snapshots).toHaveLength(2)
    expect(table.plannedFiles.every((file) => file.includes(place()))).toBe(true)
  })
})

describe(`to ${s3Title}`, () => {
  let s3: TestS3

  beforeAll(async () => {
    s3 = await openTestS3()
  })
  afterAll(() => s3?.[Symbol.asyncDispose]())

  test('a server finds the same rows there', async () => {
    await relocate(s3.url, { HEADWATER_S3_ENDPOINT: s3.endpoint })
    Object.assign(env, { HEADWATER_S3_ENDPOINT: s3.endpoint })
    await lookAt(s3.url, (client) => expectWhole(client))
  })
})

test('a place within the lake is refused', async () => {
  const { code, stderr } = await runCommand(
    ['lake', 'relocate', join(server.lakeDir, 'inside'), '--data-dir', server.dataDir],
    { DATABASE_URL: server.databaseUrl },
  )
  expect([code, stderr]).toEqual([1, expect.stringContaining('is not apart from it')])
})
