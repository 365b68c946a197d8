import type { RelationLeaf, RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'

/** Rows of one relation: all of them, or those in blocks `fromBlock` (inclusive) to `toBlock` (exclusive). */
export type SliceRange =
  | {
      readonly kind: 'whole'
      /** Quoted and qualified. */
      readonly relation: string
      /** What has to be found under that name; plans of before have none. */
      readonly oid?: number | undefined
    }
  | {
      readonly kind: 'blocks'
      /** Likewise. Its children are not meant. */
      readonly relation: string
      readonly oid?: number | undefined
      readonly fromBlock: number
      /** Absent for the last range: the relation may grow, and nothing may be missed. */
      readonly toBlock?: number | undefined
    }

/** The part of a relation that one step reads: one range, or several small relations together. Plain data. */
export interface Slice {
  readonly ranges: readonly SliceRange[]
  /** Heap and out-of-line values, estimated. */
  readonly sizeBytes: number
}

export interface PlanSlicesOptions {
  /** Default 64 MiB. */
  readonly targetBytes?: number | undefined
}

const DEFAULT_TARGET_BYTES = 64 * 1024 * 1024

/**
 * Cuts a relation into slices of about equal work. Together they cover every row exactly once, given one
 * snapshot and a relation that is kept in place (`HeldSnapshot.pinRelation`). Pure.
 */
export function planSlices(shape: RelationShape, options: PlanSlicesOptions = {}): Slice[] {
  const targetBytes = options.targetBytes ?? DEFAULT_TARGET_BYTES
  const root = quoteQualified(shape.schema, shape.name)
  if (!shape.canReadInParallel) {
    const range = { kind: 'whole', relation: root, oid: shape.oid } as const
    return [{ ranges: [range], sizeBytes: shape.sizeBytes }]
  }
  const pieces = shape.leaves.flatMap((leaf) => cutLeaf(leaf, targetBytes))
  return packPieces(pieces, targetBytes)
}

interface Piece {
  readonly range: SliceRange
  readonly sizeBytes: number
}

function cutLeaf(leaf: RelationLeaf, targetBytes: number): Piece[] {
  const { oid, relation, blocks, sizeBytes } = leaf
  if (!leaf.isAddressable) return [{ range: { kind: 'whole', relation, oid }, sizeBytes }]
  const count = Math.max(1, Math.min(blocks, Math.ceil(sizeBytes / targetBytes)))
  return Array.from({ length: count }, (_, index) => {
    const fromBlock = Math.floor((index * blocks) / count)
    const end = index === count - 1 ? {} : { toBlock: Math.floor(((index + 1) * blocks) / count) }
    return { range: { kind: 'blocks', relation, oid, fromBlock, ...end }, sizeBytes: sizeBytes / count }
  })
}

/** First fit, largest first: many small partitions share a slice, none grows beyond the target by it. */
function packPieces(pieces: readonly Piece[], targetBytes: number): Slice[] {
  const slices: { ranges: SliceRange[]; sizeBytes: number }[] = []
  const bySize = pieces.toSorted((a, b) => b.sizeBytes - a.sizeBytes)
  for (const { range, sizeBytes } of bySize) {
    // What is read whole (a foreign partition) is of unknown size and stays alone.
    const isSmall = range.kind === 'blocks' && sizeBytes <= targetBytes / 2
    const fit = isSmall ? slices.find((slice) => hasRoom(slice, sizeBytes, targetBytes)) : undefined
    if (fit) {
      fit.ranges.push(range)
      fit.sizeBytes += sizeBytes
    } else {
      slices.push({ ranges: [range], sizeBytes })
    }
  }
  return slices
}

/** A slice is one statement; the server's planner shouldn't have to digest thousands of relations in it. */
const MAX_RANGES = 64

function hasRoom(slice: Slice, sizeBytes: number, targetBytes: number): boolean {
  if (slice.ranges.some((range) => range.kind === 'whole')) return false
  return slice.ranges.length < MAX_RANGES && slice.sizeBytes + sizeBytes <= targetBytes
}
