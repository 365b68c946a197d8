import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { copyTarget, type DumpedTable, type StoreDump } from './dump-store.ts'
import { listStoredTables } from './list-tables.ts'

/** The dump does not fit the database, or is damaged. The message is for the operator. */
export class DumpUnusableError extends Error {
  override readonly name = 'DumpUnusableError'
  readonly isExplained = true
}

/**
 * Puts the rows of a dump into a database whose migrations are those of the dump, in place of what the migrations have
 * put there; within the transaction of `client`.
 *
 * @throws DumpUnusableError
 */
export async function loadStore(client: pg.ClientBase, dump: StoreDump, folder: string): Promise<void> {
  const ordered = await listStoredTables(client)
  const dumped = new Map(dump.tables.map((table) => [table.name, table]))
  const tables = ordered.map(({ name }) => dumped.get(name))
  if (ordered.length !== dumped.size || tables.includes(undefined))
    throw new DumpUnusableError(`The tables of the backup are not those of a store at level ${dump.level}.`)
  await client.query(`truncate ${ordered.map(({ name }) => `"${name}"`).join(', ')}`)
  for (const table of tables) if (table !== undefined) await loadTable(client, table, folder)
  await client.query(ADVANCE_SEQUENCES)
}

async function loadTable(client: pg.ClientBase, table: DumpedTable, folder: string): Promise<void> {
  const copy = client.query(copyFrom(`copy ${copyTarget(table)} from stdin`))
  await pipeline(createReadStream(join(folder, table.file)), createGunzip(), copy)
  if (copy.rowCount === table.rowCount) return
  throw new DumpUnusableError(
    `${table.file} of the backup holds ${copy.rowCount} rows instead of ${table.rowCount}.`,
  )
}

/** COPY does not touch the sequences behind identity columns, and the next number must be a new one. */
const ADVANCE_SEQUENCES = `
  do $$
  declare
    identity record;
    last bigint;
  begin
    for identity in
      select c.oid::regclass as relation, a.attname, s.seqstart,
        pg_get_serial_sequence(c.oid::regclass::text, a.attname) as sequence
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
      join pg_catalog.pg_sequence s
        on s.seqrelid = pg_get_serial_sequence(c.oid::regclass::text, a.attname)::regclass
      where c.relnamespace = current_schema()::regnamespace and a.attidentity <> ''
    loop
      execute format('select max(%I) from %s', identity.attname, identity.relation) into last;
      perform setval(identity.sequence, coalesce(last, identity.seqstart), last is not null);
    end loop;
  end $$`
