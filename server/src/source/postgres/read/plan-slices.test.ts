import { expect, test } from 'vitest'
import type { RelationLeaf, RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { copyStatement } from './copy-statement.ts'
import { planSlices, type SliceRange } from './plan-slices.ts'

const MIB = 1024 * 1024

function leaf(relation: string, blocks: number, changes: Partial<RelationLeaf> = {}): RelationLeaf {
  const place = { oid: 2, schema: 's', name: relation, relation }
  return { ...place, blocks, sizeBytes: blocks * 8192, isAddressable: true, ...changes }
}

function shape(leaves: RelationLeaf[], canReadInParallel = true): RelationShape {
  const sum = (of: (leaf: RelationLeaf) => number): number =>
    leaves.reduce((total, one) => total + of(one), 0)
  return {
    schema: 'public',
    name: 'T',
    path: 'public.T',
    kind: 'table',
    oid: 1,
    columns: [],
    primaryKey: [],
    blocks: sum((one) => one.blocks),
    blockBytes: 8192,
    sizeBytes: sum((one) => one.sizeBytes),
    canReadInParallel,
    isRowFiltered: false,
    isPopulated: true,
    leaves,
  }
}

/** The blocks of a relation in the order of its ranges; the last must be open. */
function assertCovered(ranges: readonly SliceRange[], relation: string): void {
  const mine = ranges.flatMap((range) =>
    range.kind === 'blocks' && range.relation === relation ? [range] : [],
  )
  mine.sort((a, b) => a.fromBlock - b.fromBlock)
  expect(mine[0]?.fromBlock).toBe(0)
  expect(mine.at(-1)?.toBlock).toBeUndefined()
  expect(mine.slice(1).map((range) => range.fromBlock)).toEqual(
    mine.slice(0, -1).map((range) => range.toBlock),
  )
}

test('an empty and a tiny table are one slice', () => {
  for (const blocks of [0, 1, 8192]) {
    expect(planSlices(shape([leaf('"t"', blocks)]))).toEqual([
      { ranges: [{ kind: 'blocks', relation: '"t"', oid: 2, fromBlock: 0 }], sizeBytes: blocks * 8192 },
    ])
  }
})

test.each([8193, 20_000, 100_001])('%i blocks are cut evenly', (blocks) => {
  const slices = planSlices(shape([leaf('"t"', blocks)]))
  expect(slices).toHaveLength(Math.ceil(blocks / 8192))
  expect(slices.every((slice) => slice.sizeBytes <= 64 * MIB)).toBe(true)
  assertCovered(
    slices.flatMap((slice) => slice.ranges),
    '"t"',
  )
})

test('values out of line count as work', () => {
  const slices = planSlices(shape([leaf('"t"', 100, { sizeBytes: 640 * MIB })]))
  expect(slices).toHaveLength(10)
  assertCovered(
    slices.flatMap((slice) => slice.ranges),
    '"t"',
  )
  expect(planSlices(shape([leaf('"t"', 2, { sizeBytes: 640 * MIB })]))).toHaveLength(2)
})

test('small partitions share a slice, large ones are cut', () => {
  const leaves = [
    leaf('"big"', 30_000),
    ...Array.from({ length: 300 }, (_, index) => leaf(`"p${index}"`, index % 100)),
  ]
  const slices = planSlices(shape(leaves))
  const ranges = slices.flatMap((slice) => slice.ranges)
  for (const { relation } of leaves) assertCovered(ranges, relation)
  expect(slices.length).toBeLessThan(12)
  expect(slices.every((slice) => slice.sizeBytes <= 64 * MIB && slice.ranges.length <= 64)).toBe(true)
})

test('what has no blocks of ours is read whole', () => {
  expect(planSlices(shape([], false))).toEqual([
    { ranges: [{ kind: 'whole', relation: '"public"."T"', oid: 1 }], sizeBytes: 0 },
  ])
  const mixed = planSlices(
    shape([leaf('"a"', 3), leaf('"remote"', 0, { isAddressable: false }), leaf('"b"', 4)]),
  )
  expect(mixed.map((slice) => slice.ranges.map((range) => range.relation).sort())).toEqual([
    ['"a"', '"b"'],
    ['"remote"'],
  ])
})

test('no columns make no statement', () => {
  expect(() => copyStatement({ ranges: [{ kind: 'whole', relation: '"t"' }], sizeBytes: 0 }, [])).toThrow(
    RangeError,
  )
})
