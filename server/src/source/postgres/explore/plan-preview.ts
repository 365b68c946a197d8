import type { RelationLeaf } from './describe-relation.ts'

/** Blocks `fromBlock` (inclusive) to `toBlock` (exclusive) of one leaf. */
export interface BlockRange {
  /** Quoted and qualified. Its children are not meant. */
  readonly relation: string
  readonly fromBlock: number
  readonly toBlock: number
}

/** Block ranges to look at, one statement after the other, until there are rows enough. No block comes twice. */
export interface PreviewPlan {
  readonly statements: readonly (readonly BlockRange[])[]
  /** Together they are all that the relation has. */
  readonly isWhole: boolean
  readonly plannedBlocks: number
  readonly blocks: number
}

/** 8 MiB at the start, where rows nearly always are, and as much at the end, where those of a queue are. */
const EDGE_BLOCKS = 1_024
/** A relation of up to 128 MiB is looked through, however empty its blocks are. */
const MAX_WHOLE_BLOCKS = 16_384
/** Of a larger one, so many places are looked at, evenly spread: 8 MiB first, then 32 MiB. */
const SAMPLE_COUNTS = [64, 256]
const SAMPLE_BLOCKS = 16
/** The server's planner shouldn't have to digest thousands of relations in one statement. */
const MAX_RANGES = 64

/**
 * Where to look for rows: at the start, and, should that have been emptied, at the end and at places all over the
 * relation. The blocks of all leaves count as one line. Pure.
 */
export function planPreview(leaves: readonly RelationLeaf[]): PreviewPlan {
  const line = leaves.filter(({ blocks, isAddressable }) => isAddressable && blocks > 0)
  const blocks = line.reduce((sum, leaf) => sum + leaf.blocks, 0)
  const isWhole = blocks <= MAX_WHOLE_BLOCKS
  const windows = isWhole ? wholeWindows(blocks) : sampleWindows(blocks)
  return {
    statements: packed(windows.flatMap((window) => locate(line, window))),
    isWhole: isWhole && leaves.every(({ isAddressable }) => isAddressable),
    plannedBlocks: windows.reduce((sum, { from, to }) => sum + to - from, 0),
    blocks,
  }
}

/** Part of the line of all blocks. */
interface Window {
  readonly from: number
  readonly to: number
}

function wholeWindows(blocks: number): Window[] {
  const head = Math.min(EDGE_BLOCKS, blocks)
  return [
    { from: 0, to: head },
    { from: head, to: blocks },
  ].filter(({ from, to }) => from < to)
}

function sampleWindows(blocks: number): Window[] {
  const tail = blocks - EDGE_BLOCKS
  const samples = SAMPLE_COUNTS.flatMap((count, round) => {
    const stride = (tail - EDGE_BLOCKS) / count
    // The rounds lie half of the shortest stride apart, which is longer than a sample.
    const shift = (round * (tail - EDGE_BLOCKS)) / Math.max(...SAMPLE_COUNTS) / SAMPLE_COUNTS.length
    return Array.from({ length: count }, (_, index) => {
      const from = EDGE_BLOCKS + Math.floor(index * stride + shift)
      return { from, to: from + SAMPLE_BLOCKS }
    })
  })
  return [{ from: 0, to: EDGE_BLOCKS }, { from: tail, to: blocks }, ...samples]
}

/** A window in terms of the leaves that it touches. */
function locate(line: readonly RelationLeaf[], { from, to }: Window): BlockRange[] {
  let start = 0
  return line.flatMap(({ relation, blocks }) => {
    const offset = start
    start += blocks
    const fromBlock = Math.max(0, from - offset)
    const toBlock = Math.min(blocks, to - offset)
    return fromBlock < toBlock ? [{ relation, fromBlock, toBlock }] : []
  })
}

function packed(ranges: readonly BlockRange[]): BlockRange[][] {
  const count = Math.ceil(ranges.length / MAX_RANGES)
  return Array.from({ length: count }, (_, index) =>
    ranges.slice(index * MAX_RANGES, (index + 1) * MAX_RANGES),
  )
}
