import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeLeaf } from '#columns/column-type.ts'
import { type ColumnDigest, formatSum, NEGATIVE_BIAS } from '#columns/digest.ts'
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
): Promise<{ readonly rowCount: number; readonly columns: FoundColumn[] }> {
  const sums = columns.map(
    ({ leaf, sql }) =>
      `count(${sql}), sum(hash(${sql})), ${countNegative(leaf, sql)}, ${extremesSql(leaf.type, sql)}`,
  )
  const reader = await connection.runAndReadAll(
    `select ${['count(*)', 'hash(null)', ...sums].join(', ')} from ${from}`,
  )
  const [rows, hashOfNull, ...found] = reader.getRows()[0] ?? []
  const width = 5
  return {
    rowCount: Number(rows ?? 0),
    columns: columns.map(({ leaf }, index) => {
      const [count, sum, negative, min, max] = found.slice(width * index, width * (index + 1))
      const valueCount = (count ?? 0n) as bigint
      const nullCount = BigInt(Number(rows ?? 0)) - valueCount
      // NULL has a hash as well.
      const total =
        ((sum ?? 0n) as bigint) -
        nullCount * ((hashOfNull ?? 0n) as bigint) +
        ((negative ?? 0n) as bigint) * NEGATIVE_BIAS
      const extremes = { min: plainOf(leaf.type, min), max: plainOf(leaf.type, max) }
      return {
        valueCount: Number(valueCount),
        nullCount: Number(nullCount),
        digest: formatSum(total),
        extremes,
      }
    }),
  }
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
