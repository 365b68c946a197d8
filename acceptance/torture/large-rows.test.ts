import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo, queryRows } from '@headwater/testkit/journey.ts'
import {
  createCredentials,
  type ServerProcess,
  startServerProcess,
} from '@headwater/testkit/server-process.ts'
import { landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Rows far larger than a slot of the ring. `TORTURE_ROW_MB=200` makes them as large as people have them. */
const ROW_MB = Number(process.env['TORTURE_ROW_MB'] ?? '16')
const MB = 1_048_576

let source: TestDatabase
let server: ServerProcess
let dataDir: string

beforeAll(async () => {
  source = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-large-'))
  server = await startServerProcess(dataDir)
}, 60_000)

afterAll(async () => {
  await server?.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
  await source?.drop()
})

async function peakMb(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}

test(`rows of ${ROW_MB} MB arrive, and the memory that they take is bounded by theirs`, async () => {
  const client = new ApiClient({ ...(await createCredentials(dataDir)), base_url: server.url })
  await client.authenticate()
  const connectionId = await connectTo(client, source)
  await source.query('create table warm (id int primary key)')
  await landTable(client, connectionId, { tableName: 'public.warm' })
  const before = await peakMb()
  await source.query('create table large (id int primary key, a text, b bytea, c text, d text)')
  // Nothing that compresses well on the way, and no character that is one byte everywhere.
  const text = (mb: number, seed: string) =>
    `(select string_agg(md5(i::text || '${seed}') || 'ü', '') from generate_series(1, ${Math.floor((mb * MB) / 34)}) i)`
  await source.query(`insert into large select 1, ${text(ROW_MB, 'a')}, null, 'x', null`)
  await source.query(
    `insert into large select 2, 'small', convert_to(${text(ROW_MB, 'b')}, 'UTF8'), null, ''`,
  )
  await source.query(
    `insert into large select 3, ${text(ROW_MB / 3, 'c')}, null, ${text(ROW_MB / 3, 'd')}, ${text(ROW_MB / 3, 'e')}`,
  )
  await source.query(`insert into large select i, 'r', null, null, null from generate_series(4, 1000) i`)
  const { run, datasetId } = await landTable(client, connectionId, { tableName: 'public.large' })
  expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 1_000, outputRecordCount: 1_000 })
  const peak = await peakMb()
  const h = (column: string) => `md5(_headwater.${column})`
  const found = await queryRows(
    client,
    `select _headwater.id, ${h('a')}, ${h('b')}, ${h('c')}, ${h('d')} from "${datasetId}" where _headwater.id < 5 order by 1`,
  )
  const { rows } = await source.query(
    'select id, md5(a) a, md5(b) b, md5(c) c, md5(d) d from large where id < 5 order by 1',
  )
  expect(found).toEqual(rows.map(({ id, a, b, c, d }) => [id, a, b, c, d]))
  // The ring holds a row, the row group that is built another, and so do its page, its compressed page and the
  // reader; 14 rows more for each megabyte were measured, 22 of 16 MB with what the collector leaves lying.
  const label = `peak ${peak.toFixed(0)} MB, before ${before.toFixed(0)} MB`
  expect((peak - before) / ROW_MB, label).toBeLessThan(36)
}, 240_000)
