import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { hasPyiceberg, pyicebergTitle } from '@headwater/testkit/pyiceberg.ts'
import { runPython } from '@headwater/testkit/python.ts'
import {
  createCredentials,
  type ServerProcess,
  startServerProcess,
} from '@headwater/testkit/server-process.ts'
import { landTable } from '@headwater/testkit/table-journey.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesOf } from './cases.ts'
import type { LandedFiles } from './readers.ts'
import { openSourceLab, type SourceLab } from './source-lab.ts'

/** Rows far larger than a slot of the ring. `TORTURE_ROW_MB=200` makes them as large as people have them. */
const ROW_MB = Number(process.env['TORTURE_ROW_MB'] ?? '40')
const MB = 1_048_576
const PATIENCE_MS = 60_000 + 4_000 * ROW_MB

/**
 * A row is encoded while the server waits: once as it came, once in its page, and compressed. Read back, it is there
 * once more, and its file compressed; a value of bytes is copied where its start is looked at. Measured were 290 MB for
 * rows of 40 MB and 760 MB for rows of 200 MB, with the blocks of usual size that such a table needs first.
 */
const MOST_ROWS_IN_MEMORY = 4.5
const USUAL_MB = 160

/** The MD5 of each column; the rows that are meant have small numbers. */
type Digests = readonly (readonly (number | string | null)[])[]
const COLUMNS = ['a', 'b', 'c', 'd']

let lab: SourceLab
let source: TestDatabase
let server: ServerProcess
let dataDir: string
let files: LandedFiles
let printed: Digests

beforeAll(async () => {
  lab = await openSourceLab()
  source = await lab.createDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-large-'))
  server = await startServerProcess(dataDir)
}, 60_000)

afterAll(async () => {
  await server?.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
  await source?.drop()
  await lab?.[Symbol.asyncDispose]()
})

async function peakMb(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** Nothing that compresses well on the way, and no character that is one byte everywhere. */
function text(mb: number, seed: string): string {
  const count = Math.floor((mb * MB) / 34)
  return `(select string_agg(md5(i::text || '${seed}') || 'ü', '') from generate_series(1, ${count}) i)`
}

async function makeTables(): Promise<void> {
  await source.query('create table large (id int primary key, a text, b bytea, c text, d text)')
  await source.query(`insert into large select 1, ${text(ROW_MB, 'a')}, null, 'x', null`)
  await source.query(
    `insert into large select 2, 'small', convert_to(${text(ROW_MB, 'b')}, 'UTF8'), null, ''`,
  )
  await source.query(
    `insert into large select 3, ${text(ROW_MB / 3, 'c')}, null, ${text(ROW_MB / 3, 'd')}, ${text(ROW_MB / 3, 'e')}`,
  )
  await source.query(`insert into large select i, 'r', null, null, null from generate_series(4, 1000) i`)
  // Of rows as most tables have them, and enough of them for everything to have its usual size.
  await source.query(
    `create table usual as select i as id, repeat(md5(i::text), 20) as a from generate_series(1, 60000) i`,
  )
}

test(
  `rows of ${ROW_MB} MB arrive, and the memory that they take is bounded by theirs`,
  async () => {
    await makeTables()
    const client = new ApiClient({ ...(await createCredentials(dataDir)), base_url: server.url })
    await client.authenticate()
    const connectionId = await connectTo(client, source)
    await landTable(client, connectionId, { tableName: 'public.usual' })
    const before = await peakMb()
    const landed = await landTable(client, connectionId, {
      tableName: 'public.large',
      patienceMs: PATIENCE_MS,
    })
    expect(landed.run.metrics.recordSummary).toMatchObject({
      inputRecordCount: 1_000,
      outputRecordCount: 1_000,
    })
    const more = (await peakMb()) - before
    files = await filesOf(client, landed.datasetId)
    const { rows } = await source.query(
      'select id, md5(a) a, md5(b) b, md5(c) c, md5(d) d from large where id < 5 order by 1',
    )
    printed = rows.map(({ id, a, b, c, d }) => [id, a, b, c, d])
    console.log(`rows of ${ROW_MB} MB: ${more.toFixed(0)} MB above the ${before.toFixed(0)} MB of before`)
    expect(more).toBeLessThan(USUAL_MB + MOST_ROWS_IN_MEMORY * ROW_MB)
  },
  PATIENCE_MS,
)

test(
  'DuckDB finds their values',
  async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    try {
      const list = files.dataPaths.map((path) => `'${path}'`).join(', ')
      const digests = COLUMNS.map((column) => `md5(_headwater.${column})`)
      const reader = await connection.runAndReadAll(
        `select _headwater.id, ${digests.join(', ')} from read_parquet([${list}]) where _headwater.id < 5 order by 1`,
      )
      expect(reader.getRows()).toEqual(printed)
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  },
  PATIENCE_MS,
)

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)(
    'finds their values',
    async () => {
      const script = join(import.meta.dirname, '../../testkit/readers/read_md5.py')
      const task = { metadata: files.metadataPath, fields: COLUMNS, below: 5 }
      expect(await runPython<Digests>(script, task, PATIENCE_MS)).toEqual(printed)
    },
    PATIENCE_MS,
  )
})
