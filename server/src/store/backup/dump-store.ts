import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { DigestStream } from './digest-stream.ts'
import { listStoredTables, type StoredTable } from './list-tables.ts'

/** The rows of one table in a file, as `COPY … TO STDOUT` prints them, compressed. */
export interface DumpedTable extends StoredTable {
  /** Name of the file in the folder of the dump. */
  readonly file: string
  readonly rowCount: number
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string
}

export interface StoreDump {
  /** Name of the newest migration; a program that does not know it can't read the rows. */
  readonly level: string
  readonly postgres: string
  readonly tables: readonly DumpedTable[]
}

/**
 * Writes all rows of the metadata, as they are in the transaction of `client`, into files below `folder`. Their form
 * does not depend on the version of PostgreSQL.
 */
export async function dumpStore(client: pg.ClientBase, folder: string): Promise<StoreDump> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { rows } = await client.query<{ level: string; postgres: string }>(FACTS)
  const [facts] = rows
  if (facts === undefined) throw new Error('The metadata database has no migrations')
  const tables: DumpedTable[] = []
  for (const table of await listStoredTables(client)) tables.push(await dumpTable(client, table, folder))
  return { ...facts, tables }
}

const FACTS = `
  select max(name) as level, current_setting('server_version') as postgres from kysely_migration`

async function dumpTable(client: pg.ClientBase, table: StoredTable, folder: string): Promise<DumpedTable> {
  const file = `${table.name}.copy.gz`
  const copy = client.query(copyTo(`copy ${copyTarget(table)} to stdout`))
  const digest = new DigestStream()
  await pipeline(
    copy,
    createGzip(),
    digest,
    createWriteStream(join(folder, file), { mode: 0o600, flush: true }),
  )
  return { ...table, file, rowCount: copy.rowCount ?? 0, sha256: digest.hex() }
}

/** `"name" ("column", …)`; the names are those of our own migrations. */
export function copyTarget({ name, columns }: StoredTable): string {
  return `"${name}" (${columns.map((column) => `"${column}"`).join(', ')})`
}
