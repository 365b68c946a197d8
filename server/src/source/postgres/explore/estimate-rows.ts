import type { StoredLeaf } from '#source/postgres/sql/read-storage.ts'

/**
 * Rows of all leaves together, as the server's planner would guess them: as dense as when they were last counted,
 * over the blocks that there are now. A leaf that was not counted is taken to be as dense as the others.
 * `undefined` when none was.
 */
export function estimateRows(leaves: readonly StoredLeaf[]): number | undefined {
  const counted = leaves.flatMap((leaf) => {
    const rows = rowsNow(leaf)
    return rows === undefined ? [] : [{ rows, blocks: leaf.blocks }]
  })
  if (counted.length === 0) return undefined
  const rows = sum(counted.map((leaf) => leaf.rows))
  const blocks = sum(counted.map((leaf) => leaf.blocks))
  const uncountedBlocks = sum(leaves.map((leaf) => leaf.blocks)) - blocks
  return Math.round(blocks === 0 ? rows : rows + (rows / blocks) * uncountedBlocks)
}

/** A count of an empty file says nothing of one that has grown since. What has no blocks of ours stays as counted. */
function rowsNow({ counted, blocks, isAddressable }: StoredLeaf): number | undefined {
  if (counted === undefined || !isAddressable) return counted?.rows
  if (blocks === 0) return 0
  return counted.blocks > 0 ? (counted.rows / counted.blocks) * blocks : undefined
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
