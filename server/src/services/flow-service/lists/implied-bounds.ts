import { type RawBuilder, sql } from 'kysely'
import { ABSENT_TIME, type EntityKind } from '#services/flow-service/entities/entity-kinds.ts'
import type { Database } from '#store/database.ts'
import { larger, type NumberRange, rangeOf, smaller } from './column-sql.ts'
import type { Condition } from './property-filter.ts'
import type { SortKey } from './sort-keys.ts'

/*
 * The times of a run are close to each other. Without that knowledge a list in the order of one time with a
 * condition on another may pass by a million runs before it comes to the first that meets it. The smallest and the
 * largest distance of each time from the creation are the ends of an index; with them a range of one time becomes a
 * range of the others, which no match is outside of.
 */

/** How far a time may be from the creation of its run, in milliseconds. */
interface Lag {
  readonly least: bigint
  readonly most: bigint
}

/**
 * The parts of a list that can hold matches, in its order: all of it as one part without conditions where nothing is
 * known, no part at all where nothing can match.
 */
export async function impliedParts(
  db: Database,
  sandboxId: string,
  kind: EntityKind,
  { conditions, key }: { readonly conditions: readonly Condition[]; readonly key: SortKey | undefined },
): Promise<readonly (readonly RawBuilder<boolean>[])[]> {
  const ranges = kind.hasLags === true ? rangesOf(kind, conditions, key) : []
  if (key?.column === undefined || ranges.length === 0) return [[]]
  const columns = [...new Set([key.column, ...ranges.map(({ column }) => column)])]
  const lags = await readLags(db, sandboxId, kind, columns)
  const created = ranges.map(({ column, range }) => shift(range, lags.get(column), -1n)).reduce(both)
  return partsOf(kind, key, shift(created, lags.get(key.column), 1n))
}

/** Ranges of times, when the order is by another time. */
function rangesOf(
  kind: EntityKind,
  conditions: readonly Condition[],
  key: SortKey | undefined,
): readonly { readonly column: string; readonly range: NumberRange }[] {
  if (key === undefined || !isTime(kind, key.column)) return []
  return conditions.flatMap((condition) => {
    const { column } = kind.columns[condition.path.join('.')] ?? {}
    const range = rangeOf(condition)
    if (column === undefined || column === key.column || !isTime(kind, column) || range === undefined)
      return []
    return [{ column, range }]
  })
}

function isTime(kind: EntityKind, column: string | undefined): boolean {
  const found = Object.values(kind.columns).find((candidate) => candidate.column === column)
  return found?.type === 'time' || found?.type === 'bigint'
}

async function readLags(
  db: Database,
  sandboxId: string,
  kind: EntityKind,
  columns: readonly string[],
): Promise<ReadonlyMap<string, Lag>> {
  const lagging = columns.filter((column) => column !== 'created_at')
  const ends = lagging.flatMap((column) =>
    ['min', 'max'].map((end) => {
      const time = sql.ref(column)
      return sql`(
        select ${sql.raw(end)}(${time} - created_at) from ${sql.table(kind.table)}
        where sandbox_id = ${sandboxId} and ${time} > ${sql.lit(ABSENT_TIME)}
      )`
    }),
  )
  const { rows } = await sql<{
    ends: (string | null)[]
  }>`select array[${sql.join(ends)}]::text[] as ends`.execute(db)
  const found = rows[0]?.ends ?? []
  return new Map(
    lagging.map((column, index) => {
      const [least, most] = found.slice(2 * index)
      return [column, { least: BigInt(least ?? 0), most: BigInt(most ?? 0) }]
    }),
  )
}

/** The range of the creation for one of a time (`sign` -1), or the other way round. */
function shift(
  { least, most }: NumberRange,
  lag: Lag = { least: 0n, most: 0n },
  sign: 1n | -1n,
): NumberRange {
  const [low, high] = sign === 1n ? [lag.least, lag.most] : [-lag.most, -lag.least]
  return {
    least: least === undefined ? undefined : least + low,
    most: most === undefined ? undefined : most + high,
  }
}

function both(a: NumberRange, b: NumberRange): NumberRange {
  return {
    least: a.least === undefined || b.least === undefined ? (a.least ?? b.least) : larger(a.least, b.least),
    most: a.most === undefined || b.most === undefined ? (a.most ?? b.most) : smaller(a.most, b.most),
  }
}

/** A run without the time that it is sorted by may meet conditions on others, and stands before all that have it. */
function partsOf(
  kind: EntityKind,
  { expression, column, descending }: SortKey,
  { least, most }: NumberRange,
): readonly (readonly RawBuilder<boolean>[])[] {
  const upper = most === undefined ? [] : [sql<boolean>`${expression} <= ${bigint(most)}`]
  if (least === undefined) return [upper]
  const within = [...upper, sql<boolean>`${expression} >= ${bigint(least)}`]
  const field = Object.values(kind.columns).find((candidate) => candidate.column === column)
  if (field?.type !== 'time') return [within]
  const parts = [[sql<boolean>`${expression} = ${sql.lit(ABSENT_TIME)}`], within]
  return descending ? parts.toReversed() : parts
}

const LARGEST = 2n ** 63n - 1n

function bigint(value: bigint): RawBuilder<bigint> {
  return sql`${String(smaller(larger(value, -LARGEST), LARGEST))}::bigint`
}
