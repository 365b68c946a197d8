import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type pg from 'pg'
import { bytes, count, say } from './screen.ts'
import { DEMO_TABLES, type DemoTable } from './tables.ts'

/** Creates and fills the demo's tables in a database of ours, and says how large they are. */
export async function loadData(client: pg.Client): Promise<void> {
  await loadTables(client, DEMO_TABLES)
  await report(client)
}

/** Creates and fills tables on a server of this machine; those that are there already stay. */
export async function loadTables(client: pg.Client, tables: readonly DemoTable[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-demo-'))
  // The server may run as another user, and it reads the files itself.
  await chmod(folder, 0o755)
  try {
    const duck = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    const connection = await duck.connect()
    for (const table of tables) {
      if (await exists(client, table.name)) continue
      const csv = join(folder, `${table.name}.csv`)
      await connection.run(
        `copy (${table.select(pathOf(table.file))}) to '${csv}' (format csv, header false)`,
      )
      await chmod(csv, 0o644)
      await fill(client, table, csv)
    }
    connection.closeSync()
    duck.closeSync()
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function exists(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query('select to_regclass($1) is not null as found', [`public.${name}`])
  return rows[0].found
}

/** In one transaction with its creation, so that a table is either whole or not there. */
async function fill(client: pg.Client, table: DemoTable, csv: string): Promise<void> {
  await client.query('begin')
  await client.query(`create table public.${table.name} (${table.ddl})`)
  await client.query(`copy public.${table.name} from '${csv}' (format csv)`)
  await client.query(`alter table public.${table.name} add primary key (${table.primaryKey})`)
  await client.query(`comment on table public.${table.name} is '${table.comment.replaceAll("'", "''")}'`)
  await client.query('commit')
  await client.query(`vacuum analyze public.${table.name}`)
}

async function report(client: pg.Client): Promise<void> {
  for (const { name, comment } of DEMO_TABLES) {
    const { rows } = await client.query(
      `select (select count(*) from public.${name}) as rows, pg_table_size('public.${name}') as size`,
    )
    const size = `${count(rows[0].rows).padStart(9)} rows ${bytes(Number(rows[0].size)).padStart(9)}`
    say(`  public.${name.padEnd(9)} ${size}   ${comment}`)
  }
}

function pathOf(file: string): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets')
  const root = entry.slice(0, entry.lastIndexOf('vega-datasets') + 'vega-datasets'.length)
  return join(root === '' ? dirname(entry) : root, 'data', file)
}
