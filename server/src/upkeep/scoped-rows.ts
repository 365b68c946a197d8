import { type RawBuilder, sql } from 'kysely'
import type { Database, Tx } from '#store/database.ts'

/*
 * Everything that belongs to a sandbox, found in the catalogue of the database itself: a table that somebody adds
 * tomorrow is emptied like the others, and no list has to be kept.
 */

/** Tables that speak of sandboxes without being part of one. */
const APART: readonly string[] = ['sandbox', 'client_grant', 'lake_removal', 'audit_entry']

/** A table whose rows belong to sandboxes: it says so itself, or the rows that it refers to do. */
export interface ScopedTable {
  readonly name: string
  /** Undefined where the table has a column `sandbox_id`. */
  readonly parent?: { readonly column: string; readonly table: string; readonly key: string } | undefined
}

interface Reference {
  readonly table: string
  readonly column: string
  readonly parent: string
  readonly key: string
}

/** The tables in an order in which their rows can be deleted: those that refer to others first. */
export async function listScopedTables(db: Database): Promise<readonly ScopedTable[]> {
  const { rows: own } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_schema = current_schema() and column_name = 'sandbox_id' and table_type = 'BASE TABLE'
      and not table_name = any(${APART})
    order by table_name
  `.execute(db)
  const references = await listReferences(db)
  const tables = new Map<string, ScopedTable>(own.map(({ name }) => [name, { name }]))
  addChildren(tables, references)
  return inOrder([...tables.values()], references)
}

async function listReferences(db: Database): Promise<readonly Reference[]> {
  const { rows } = await sql<Reference>`
    select child.relname as table, child_column.attname as column, parent.relname as parent, parent_column.attname as key
    from pg_constraint
    join pg_class child on child.oid = conrelid
    join pg_class parent on parent.oid = confrelid
    join pg_attribute child_column on child_column.attrelid = conrelid and child_column.attnum = conkey[1]
    join pg_attribute parent_column on parent_column.attrelid = confrelid and parent_column.attnum = confkey[1]
    where contype = 'f' and child.relnamespace = current_schema()::regnamespace
    order by 1, 2
  `.execute(db)
  return rows
}

/** Tables without the column belong where the rows belong that they refer to, at any distance. */
function addChildren(tables: Map<string, ScopedTable>, references: readonly Reference[]): void {
  const child = references.find(({ table, parent }) => tables.has(parent) && isNew(tables, table))
  if (child === undefined) return
  const { table: name, column, parent, key } = child
  tables.set(name, { name, parent: { column, table: parent, key } })
  addChildren(tables, references)
}

function isNew(tables: ReadonlyMap<string, ScopedTable>, name: string): boolean {
  return !tables.has(name) && !APART.includes(name)
}

function inOrder(tables: readonly ScopedTable[], references: readonly Reference[]): readonly ScopedTable[] {
  const left = new Map(tables.map((table) => [table.name, table]))
  const ordered: ScopedTable[] = []
  while (left.size > 0) {
    const isFree = ({ name }: ScopedTable): boolean =>
      !references.some(({ table, parent }) => parent === name && table !== name && left.has(table))
    const next = [...left.values()].find(isFree)
    if (next === undefined) throw new Error(`${[...left.keys()].join(', ')} refer to each other in a circle`)
    ordered.push(next)
    left.delete(next.name)
  }
  return ordered
}

/** Deletes all rows of a sandbox. */
export async function deleteScopedRows(tx: Tx, sandboxId: string): Promise<void> {
  const tables = await listScopedTables(tx)
  const byName = new Map(tables.map((table) => [table.name, table]))
  for (const table of tables) {
    await sql`delete from ${sql.table(table.name)} where ${belongsTo(table, sandboxId, byName)}`.execute(tx)
  }
}

function belongsTo(
  { parent }: ScopedTable,
  sandboxId: string,
  tables: ReadonlyMap<string, ScopedTable>,
): RawBuilder<unknown> {
  const above = parent && tables.get(parent.table)
  if (parent === undefined || above === undefined) return sql`sandbox_id = ${sandboxId}`
  return sql`${sql.ref(parent.column)} in (
    select ${sql.ref(parent.key)} from ${sql.table(parent.table)} where ${belongsTo(above, sandboxId, tables)}
  )`
}
