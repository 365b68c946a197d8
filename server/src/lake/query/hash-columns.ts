import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeLeaf } from '#columns/column-type.ts'
import { type ColumnDigest, formatSum, NEGATIVE_BIAS } from '#columns/digest.ts'

/** A column of a file, as SQL finds it. */
export interface HashedColumn {
  readonly leaf: LakeLeaf
  readonly sql: string
}

/** Lets the engine count the rows of `from` and digest columns of them; no value leaves it. */
export async function hashColumns(
  connection: DuckDBConnection,
  columns: readonly HashedColumn[],
  from: string,
): Promise<{ readonly rowCount: number; readonly digests: ColumnDigest[] }> {
  const sums = columns.map(({ leaf, sql }) => `count(${sql}), sum(hash(${sql})), ${countNegative(leaf, sql)}`)
  const reader = await connection.runAndReadAll(
    `select ${['count(*)', 'hash(null)', ...sums].join(', ')} from ${from}`,
  )
  const [rows = 0n, hashOfNull = 0n, ...found] = (reader.getRows()[0] ?? []) as (bigint | null)[]
  const digests = columns.map((_column, index) => {
    const [valueCount = 0n, sum, negative = 0n] = found.slice(3 * index, 3 * index + 3)
    const nullCount = BigInt(rows ?? 0n) - BigInt(valueCount ?? 0n)
    // NULL has a hash as well.
    const total = (sum ?? 0n) - nullCount * (hashOfNull ?? 0n) + (negative ?? 0n) * NEGATIVE_BIAS
    return { valueCount: Number(valueCount), nullCount: Number(nullCount), digest: formatSum(total) }
  })
  return { rowCount: Number(rows), digests }
}

function countNegative({ type }: LakeLeaf, sql: string): string {
  return type.kind === 'float' || type.kind === 'double' ? `count_if(signbit(${sql}))` : '0::bigint'
}
