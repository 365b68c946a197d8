import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { batchIdOf, rejectedRows } from '@headwater/testkit/quarantine.ts'
import { type LandedTable, landTable } from '@headwater/testkit/table-journey.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import type { TestServer } from '@headwater/testkit/test-server.ts'
import pg from 'pg'
import type { SetAside } from './faults.ts'
import { EXTENSIONS, MADE_TYPES } from './made-tables.ts'
import { lackedBy, NEW_TYPES } from './newcomers.ts'
import { askServer, makeTable, type ToldRow } from './oracle.ts'
import type { LandedFiles } from './readers.ts'
import type { TortureTable } from './table.ts'
import { builtInTables } from './tables.ts'

/** A table that has landed, and all that is known of it. */
export interface Case {
  readonly table: TortureTable
  /** By the server's own words. */
  readonly rows: readonly ToldRow[]
  readonly landed: LandedTable
  readonly files: LandedFiles
  readonly aside: SetAside
}

export interface Torture {
  /** As the server writes it. */
  readonly version: string
  readonly major: number
  readonly cases: readonly Case[]
  /** What this server lacks: extensions, and types that it was built without. */
  readonly missing: readonly string[]
}

type Landed = Pick<Case, 'landed' | 'files' | 'aside'>

/** As many at a time as keep a small machine busy. */
const LANES = 6

/** Makes a table of every type that the server has, lands each of them, and asks the server for its rows. */
export async function torture(source: TestDatabase, server: TestServer): Promise<Torture> {
  const client = new pg.Client({ connectionString: source.url })
  await client.connect()
  try {
    await client.query(MADE_TYPES)
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    const version = rows[0]?.server_version ?? ''
    const major = Number.parseInt(version, 10)
    const { tables, missing } = await listTables(client, major)
    const connectionId = await connectTo(server.client, source)
    for (const [index, table] of tables.entries()) await makeTable(client, table, `t_${index}`)
    const landed: Landed[] = []
    const waiting = tables.keys()
    const lane = async (): Promise<void> => {
      for (const index of waiting) landed[index] = await land(server, connectionId, `t_${index}`)
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    const cases: Case[] = []
    for (const [index, table] of tables.entries())
      cases.push({ table, rows: await askServer(client, table, `t_${index}`), ...(landed[index] as Landed) })
    return { version, major, cases, missing }
  } finally {
    await client.end()
  }
}

async function listTables(
  client: pg.Client,
  major: number,
): Promise<{ readonly tables: readonly TortureTable[]; readonly missing: readonly string[] }> {
  const types = await namesOf(
    client,
    `select typname as name from pg_type where typnamespace = 'pg_catalog'::regnamespace`,
  )
  const extensions = await namesOf(client, 'select name from pg_available_extensions')
  const missing: string[] = [...NEW_TYPES.filter((type) => !types.has(type)), ...lackedBy(major)]
  if (!(await readsXml(client))) {
    types.delete('xml')
    missing.push('xml')
  }
  const tables = [...builtInTables(types, major)]
  for (const { extension, tables: more } of EXTENSIONS) {
    if (!extensions.has(extension)) {
      missing.push(extension)
      continue
    }
    await client.query(`create extension if not exists ${extension}`)
    tables.push(...more)
  }
  return { tables, missing }
}

async function namesOf(client: pg.Client, sql: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(sql)
  return new Set(rows.map(({ name }) => name))
}

/** The type is there always; its input only where the server was built with libxml. */
async function readsXml(client: pg.Client): Promise<boolean> {
  return client.query(`select '<a/>'::xml`).then(
    () => true,
    () => false,
  )
}

async function land(server: TestServer, connectionId: string, name: string): Promise<Landed> {
  const landed = await landTable(server.client, connectionId, {
    tableName: `public.${name}`,
    options: { partialIngestionPercent: 100, errorDiagnosticsEnabled: true },
  })
  const files = await filesOf(server.client, landed.datasetId)
  return { landed, files, aside: await readSetAside(server, landed) }
}

/** Where the files of a landed table are. */
export async function filesOf(client: ApiClient, datasetId: string): Promise<LandedFiles> {
  // The catalogue knows the commit at once; the hint for readers by path follows.
  const { body } = await client.get(`/iceberg/v1/namespaces/prod/tables/${datasetId}`)
  const metadataPath = fileURLToPath(body['metadata-location'])
  const folder = join(dirname(metadataPath), '../data')
  const data = await readdir(folder, { recursive: true }).catch(() => [])
  return {
    metadataPath,
    dataPaths: data.filter((path) => path.endsWith('.parquet')).map((path) => join(folder, path)),
  }
}

async function readSetAside({ client }: TestServer, { run }: LandedTable): Promise<SetAside> {
  const rejected = await rejectedRows(client, batchIdOf(run))
  return new Map(
    rejected.map(({ row_number: number, _errors: errors }) => [
      Number(number),
      errors.map(({ code }: { readonly code: string }) => code),
    ]),
  )
}
