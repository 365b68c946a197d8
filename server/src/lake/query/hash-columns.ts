import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { LakeLeaf } from '#columns/column-type.ts'
import { type ColumnDigest, formatDigest, NEGATIVE_BIAS } from '#columns/digest.ts'
import { extremesSql, type PlainExtremes, plainOf } from './plain-extremes.ts'

/** A column of a file, as SQL finds it. */
export interface HashedColumn {
  readonly leaf: LakeLeaf
  readonly sql: string
}

/** What the engine finds of a column: its digest and, where its values have an order, the ends of it. */
export interface FoundColumn extends ColumnDigest {
  readonly extremes: PlainExtremes
}

/** Lets the engine count the rows of `from` and digest columns of them; but for the ends no value leaves it. */
export async function hashColumns(
  connection: DuckDBConnection,
  columns: readonly HashedColumn[],
  from: string,
  hasLongValues = false,
): Promise<{ readonly rowCount: number; readonly columns: FoundColumn[] }> {
  const sums = columns.map((column) => sumsOf(column, hasLongValues))
  const reader = await connection.runAndReadAll(
    `select ${['count(*)', 'hash(null)', ...sums].join(', ')} from ${from}`,
  )
  const [rows, hashOfNull, ...found] = reader.getRows()[0] ?? []
  const facts = { rowCount: bigOf(rows), hashOfNull: bigOf(hashOfNull) }
  return {
    rowCount: Number(facts.rowCount),
    columns: columns.map(({ leaf }, index) => {
      const [count, sum, parity, negative, min, max] = found.slice(SUMS * index, SUMS * (index + 1))
      const sums = { sum: bigOf(sum), parity: bigOf(parity), negative: bigOf(negative) }
      const extremes = { min: plainOf(leaf.type, min), max: plainOf(leaf.type, max) }
      return { ...digestOf(bigOf(count), sums, facts), extremes }
    }),
  }
}

/** Columns of {@link sumsOf}. */
const SUMS = 6

/** Values, sum of 48 bits of their hashes, exclusive or of all 64, negative ones, the ends. */
function sumsOf({ leaf, sql }: HashedColumn, hasLongValues: boolean): string {
  const hash = `hash(${sql})`
  const sums = `sum((${hash} >> 16)::bigint), bit_xor(${hash}), ${countNegative(leaf, sql)}`
  return `count(${sql}), ${sums}, ${extremesSql(leaf.type, sql, hasLongValues)}`
}

/** An aggregate over no value is NULL. */
function bigOf(value: DuckDBValue | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n
}

/** NULL has a hash as well, which is no part of the digest. */
function digestOf(
  valueCount: bigint,
  { sum, parity, negative }: { readonly sum: bigint; readonly parity: bigint; readonly negative: bigint },
  { rowCount, hashOfNull }: { readonly rowCount: bigint; readonly hashOfNull: bigint },
): ColumnDigest {
  const nullCount = rowCount - valueCount
  const digest = formatDigest(
    sum - nullCount * (hashOfNull >> 16n) + negative * NEGATIVE_BIAS,
    nullCount % 2n === 0n ? parity : parity ^ hashOfNull,
  )
  return { valueCount: Number(valueCount), nullCount: Number(nullCount), digest }
}

/** Lets the engine count the rows of `from`, and values and NULLs in columns of them. */
export async function countColumns(
  connection: DuckDBConnection,
  columns: readonly string[],
  from: string,
): Promise<{
  readonly rowCount: number
  readonly columns: { readonly valueCount: number; readonly nullCount: number }[]
}> {
  const counts = columns.map((sql) => `count(${sql})`)
  const reader = await connection.runAndReadAll(`select ${['count(*)', ...counts].join(', ')} from ${from}`)
  const [rows = 0, ...found] = (reader.getRows()[0] ?? []).map(Number)
  return {
    rowCount: rows,
    columns: found.map((valueCount) => ({ valueCount, nullCount: rows - valueCount })),
  }
}

function countNegative({ type }: LakeLeaf, sql: string): string {
  return type.kind === 'float' || type.kind === 'double' ? `count_if(signbit(${sql}))` : '0::bigint'
}
