import type pg from 'pg'

/** A table of the metadata, as COPY takes it. */
export interface StoredTable {
  readonly name: string
  /** Without those that PostgreSQL calculates. */
  readonly columns: readonly string[]
}

/** Tables of the migrator: they say what the database looks like, and are no content. */
const MIGRATOR_TABLES = ['kysely_migration', 'kysely_migration_lock']

/** Tables that refer to others come after them; their rows can be put in in this order. */
export async function listStoredTables(client: pg.ClientBase): Promise<readonly StoredTable[]> {
  const { rows } = await client.query<StoredTable>(TABLES, [MIGRATOR_TABLES])
  const { rows: references } = await client.query<Reference>(REFERENCES)
  return inOrder(rows, references)
}

const TABLES = `
  select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relname <> all($1)
  group by c.relname order by c.relname`

interface Reference {
  readonly source: string
  readonly target: string
}

const REFERENCES = `
  select distinct s.relname as source, t.relname as target
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class s on s.oid = k.conrelid
  join pg_catalog.pg_class t on t.oid = k.confrelid
  where k.contype = 'f' and s.relnamespace = current_schema()::regnamespace and s.oid <> t.oid`

function inOrder(tables: readonly StoredTable[], references: readonly Reference[]): readonly StoredTable[] {
  const ordered: StoredTable[] = []
  let left = [...tables]
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name))
    const isFree = ({ name }: StoredTable): boolean =>
      !references.some(({ source, target }) => source === name && waiting.has(target))
    const free = left.filter(isFree)
    if (free.length === 0)
      throw new Error(`Tables refer to each other in a circle: ${[...waiting].join(', ')}`)
    ordered.push(...free)
    left = left.filter((table) => !free.includes(table))
  }
  return ordered
}
