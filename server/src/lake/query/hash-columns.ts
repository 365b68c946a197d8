import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeLeaf } from '#columns/column-type.ts'
import { type ColumnDigest, formatDigest, NEGATIVE_BIAS } from '#columns/digest.ts'

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
  const reader = await connection.runAndReadAll(
    `select ${['count(*)', 'hash(null)', ...columns.map(sumsOf)].join(', ')} from ${from}`,
  )
  const [rows, hashOfNull, ...sums] = ((reader.getRows()[0] ?? []) as (bigint | null)[]).map(
    (sum) => sum ?? 0n,
  )
  const rowCount = rows ?? 0n
  const digests = columns.map((_column, index) => {
    const [valueCount = 0n, sum = 0n, parity = 0n, negative = 0n] = sums.slice(4 * index, 4 * index + 4)
    const nullCount = rowCount - valueCount
    // NULL has a hash as well.
    const ofNulls = hashOfNull ?? 0n
    const digest = formatDigest(
      sum - nullCount * (ofNulls >> 16n) + negative * NEGATIVE_BIAS,
      nullCount % 2n === 0n ? parity : parity ^ ofNulls,
    )
    return { valueCount: Number(valueCount), nullCount: Number(nullCount), digest }
  })
  return { rowCount: Number(rowCount), digests }
}

/** Values, sum of 48 bits of their hashes, exclusive or of all 64, negative ones. */
function sumsOf({ leaf, sql }: HashedColumn): string {
  const hash = `hash(${sql})`
  return `count(${sql}), sum((${hash} >> 16)::bigint), bit_xor(${hash}), ${countNegative(leaf, sql)}`
}

function countNegative({ type }: LakeLeaf, sql: string): string {
  return type.kind === 'float' || type.kind === 'double' ? `count_if(signbit(${sql}))` : '0::bigint'
}
