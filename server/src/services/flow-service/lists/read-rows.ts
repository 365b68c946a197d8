import { type RawBuilder, sql } from 'kysely'
import type { JsonObject } from '#kit/json.ts'
import type { EntityKind } from '#services/flow-service/entities/entity-kinds.ts'
import type { Database } from '#store/database.ts'
import { columnSql } from './column-sql.ts'
import { documentSql, isFindable } from './document-sql.ts'
import { impliedParts } from './implied-bounds.ts'
import type { Condition } from './property-filter.ts'
import { orderSql, partsAfter, type SortKey } from './sort-keys.ts'

/*
 * A list walks along an index in the wanted order and stops when the page is full, or gathers what an index of the
 * filter finds and sorts it. Of columns the planner has statistics, and chooses well. Of what is in documents it
 * knows nothing, and a wrong choice costs seconds: so a part of the list is walked, in which anything frequent shows
 * up, and only if that does not fill the page is everything gathered that the index of documents finds.
 */

/** A row of a list: the resource, and where it stands in the order. */
export interface ListedRow {
  readonly document: JsonObject
  readonly sort_values: readonly string[]
}

export interface WantedRows {
  readonly conditions: readonly Condition[]
  readonly keys: readonly SortKey[]
  readonly after?: readonly string[] | undefined
  readonly limit: number
}

/** The first rows of one sandbox that meet the conditions, after a place in the order. */
export async function readRows(
  db: Database,
  { orgId, sandboxId }: { readonly orgId: string; readonly sandboxId: string },
  kind: EntityKind,
  wanted: WantedRows,
): Promise<readonly ListedRow[]> {
  const { conditions, keys, after, limit } = wanted
  const ofColumns = conditions.filter((condition) => columnOf(kind, condition) !== undefined)
  const implied = await impliedParts(db, sandboxId, kind, { conditions: ofColumns, key: keys[0] })
  const base = [confinedTo(orgId, [sandboxId]), ...columnConditions(kind, ofColumns)]
  const rows: ListedRow[] = []
  for (const bounds of implied) {
    for (const part of partsAfter(keys, after)) {
      const parts = { kind, keys, where: [...base, ...bounds, ...part], limit: limit - rows.length }
      rows.push(
        ...(await readPart(
          db,
          parts,
          conditions.filter((condition) => !ofColumns.includes(condition)),
        )),
      )
      if (rows.length >= limit) return rows
    }
  }
  return rows
}

/** How many rows of all these sandboxes meet the conditions. */
export async function countRows(
  db: Database,
  { orgId, sandboxIds }: { readonly orgId: string; readonly sandboxIds: readonly string[] },
  kind: EntityKind,
  conditions: readonly Condition[],
): Promise<number> {
  const where = conditions.map((condition) => {
    const column = columnOf(kind, condition)
    return column === undefined ? documentSql(condition) : columnSql(column, condition)
  })
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(kind.table)} as entity
    where ${sql.join([confinedTo(orgId, sandboxIds), ...where], sql` and `)}
  `.execute(db)
  return rows[0]?.count ?? 0
}

function columnOf(kind: EntityKind, { path }: Condition) {
  return kind.columns[path.join('.')]
}

function columnConditions(
  kind: EntityKind,
  conditions: readonly Condition[],
): readonly RawBuilder<boolean>[] {
  return conditions.flatMap((condition) => {
    const column = columnOf(kind, condition)
    return column === undefined ? [] : [columnSql(column, condition)]
  })
}

/**
 * A sandbox belongs to one organisation. That it is the caller's is asked once, and not of each row: no index would
 * have to hold it.
 */
function confinedTo(orgId: string, sandboxIds: readonly string[]): RawBuilder<boolean> {
  const [first, ...others] = sandboxIds
  const ids = sql`${sandboxIds}::uuid[]`
  const isOwn = sql`(select bool_and(org_id = ${orgId}) from sandbox where id = any(${ids}))`
  return others.length === 0
    ? sql`entity.sandbox_id = ${first}::uuid and ${isOwn}`
    : sql`entity.sandbox_id = any(${ids}) and ${isOwn}`
}

/** One range of an index, or what is to be sorted. */
interface Part {
  readonly kind: EntityKind
  readonly keys: readonly SortKey[]
  /** Conditions on columns. */
  readonly where: readonly RawBuilder<boolean>[]
  readonly limit: number
}

/** Rows that are walked before anything is known of how often the conditions on documents are met. */
const SAMPLE = 2000

/** A row that is gathered costs as much as so many that are walked: it is read out of order. */
const GATHERING_COST = 2

async function readPart(
  db: Database,
  part: Part,
  ofDocuments: readonly Condition[],
): Promise<readonly ListedRow[]> {
  const where = ofDocuments.map(documentSql)
  const canGather = part.kind.isIndexed === true && ofDocuments.some(isFindable)
  if (!canGather) return await walk(db, part, where)
  const sample = await walkAWhile(db, part, { where, walked: SAMPLE })
  if (sample.length >= part.limit) return sample
  // What is as frequent everywhere as in the sample is found by walking on, in twice the way that should do.
  const frequency = sample.length / SAMPLE
  const walked = Math.ceil((2 * part.limit) / frequency)
  if (walked < frequency * (await estimateSize(db, part.kind)) * GATHERING_COST) {
    const rows = await walkAWhile(db, part, { where, walked })
    if (rows.length >= part.limit) return rows
  }
  return await gather(db, part, where)
}

/** How many rows the table has, by its statistics; -1 before there are any. */
async function estimateSize(db: Database, { table }: EntityKind): Promise<number> {
  const { rows } = await sql<{ size: number }>`
    select reltuples as size from pg_class where oid = ${table}::regclass
  `.execute(db)
  return rows[0]?.size ?? 0
}

async function walk(
  db: Database,
  { kind, keys, where, limit }: Part,
  ofDocuments: readonly RawBuilder<boolean>[],
): Promise<readonly ListedRow[]> {
  const expressions = keys.map(({ expression }) => expression)
  const { rows } = await sql<ListedRow>`
    select entity.document, ${textsOf(expressions)} as sort_values
    from ${sql.table(kind.table)} as entity
    where ${sql.join([...where, ...ofDocuments], sql` and `)}
    order by ${orderSql(keys, expressions)}
    limit ${limit}
  `.execute(db)
  return rows
}

/** What the conditions on documents leave of the first rows that meet the others. */
async function walkAWhile(
  db: Database,
  { kind, keys, where, limit }: Part,
  on: { readonly where: readonly RawBuilder<boolean>[]; readonly walked: number },
): Promise<readonly ListedRow[]> {
  const expressions = keys.map(({ expression }) => expression)
  const names = namesOf(keys)
  const { rows } = await sql<ListedRow>`
    select entity.document, ${textsOf(names)} as sort_values
    from (
      select entity.document, ${columnsOf(expressions, names)}
      from ${sql.table(kind.table)} as entity
      where ${sql.join(where, sql` and `)}
      order by ${orderSql(keys, expressions)}
      limit ${on.walked}
    ) as entity
    where ${sql.join(on.where, sql` and `)}
    order by ${orderSql(keys, names)}
    limit ${limit}
  `.execute(db)
  return rows
}

/** Documents are fetched for the page alone; what is sorted are keys. */
async function gather(
  db: Database,
  { kind, keys, where, limit }: Part,
  ofDocuments: readonly RawBuilder<boolean>[],
): Promise<readonly ListedRow[]> {
  const expressions = keys.map(({ expression }) => expression)
  const names = namesOf(keys)
  const { rows } = await sql<ListedRow>`
    with found as materialized (
      select entity.id, ${columnsOf(expressions, names)}
      from ${sql.table(kind.table)} as entity
      where ${sql.join([...where, ...ofDocuments], sql` and `)}
    ),
    page as materialized (select * from found order by ${orderSql(keys, names)} limit ${limit})
    select entity.document, ${textsOf(names)} as sort_values
    from page join ${sql.table(kind.table)} as entity on entity.id = page.id
    order by ${orderSql(keys, names)}
  `.execute(db)
  return rows
}

function namesOf(keys: readonly SortKey[]): readonly RawBuilder<unknown>[] {
  return keys.map((_, index) => sql.ref(`key_${index}`))
}

function columnsOf(
  expressions: readonly RawBuilder<unknown>[],
  names: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  return sql.join(expressions.map((expression, index) => sql`${expression} as ${names[index]}`))
}

function textsOf(expressions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`array[${sql.join(expressions.map((expression) => sql`(${expression})::text`))}]`
}
