import type { RelationLeaf, RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'

/** Rows of one relation: all of them, or those in blocks `fromBlock` (inclusive) to `toBlock` (exclusive). */
export type SliceRange = WholeRange | BlockRange

interface WholeRange extends NamedRange {
  readonly kind: 'whole'
  /** What its rows are stored in, where they say so themselves. */
  readonly parts?: readonly Pick<RelationLeaf, 'oid' | 'relation'>[] | undefined
}

/** Of one relation; its children are not meant. */
interface BlockRange extends NamedRange {
  readonly kind: 'blocks'
  readonly fromBlock: number
  /** Absent for the last range: the relation may grow, and nothing may be missed. */
  readonly toBlock?: number | undefined
}

interface NamedRange {
  /** Quoted and qualified. */
  readonly relation: string
  /** What has to be found under that name; plans of before have none. */
  readonly oid?: number | undefined
  /** SQL that holds for the rows of this range, besides what holds for all of the run. */
  readonly condition?: string | undefined
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

export interface IndexedRead {
  /** Of all slices together, estimated. */
  readonly sizeBytes: number
  /** SQL, each of one slice: every row that is wanted satisfies one of them, and no other. Default: one, without. */
  readonly conditions?: readonly (string | undefined)[] | undefined
}

/** Slices of a relation whose rows are found by an index, whatever blocks they lie in. Pure. */
export function planIndexedSlices(
  shape: RelationShape,
  { sizeBytes, conditions = [undefined] }: IndexedRead,
): Slice[] {
  const root = wholeRange(shape)
  return conditions.map((condition) => ({
    ranges: [condition === undefined ? root : { ...root, condition }],
    sizeBytes: sizeBytes / conditions.length,
  }))
}

/** The server leaves out by itself what has no row of a window, as long as it is asked for the root of a tree. */
function wholeRange({ schema, name, oid, leaves }: RelationShape): SliceRange {
  const [leaf, ...others] = leaves
  if (leaf !== undefined && others.length === 0 && leaf.isAddressable && leaf.oid === oid)
    return { kind: 'blocks', relation: leaf.relation, oid, fromBlock: 0 }
  const parts = leaves.map((part) => ({ oid: part.oid, relation: part.relation }))
  return { kind: 'whole', relation: quoteQualified(schema, name), oid, parts }
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
