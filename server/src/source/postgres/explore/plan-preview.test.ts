import { describe, expect, test } from 'vitest'
import type { RelationLeaf } from './describe-relation.ts'
import { type BlockRange, planPreview } from './plan-preview.ts'

function leaf(relation: string, blocks: number, isAddressable = true): RelationLeaf {
  return { oid: 1, schema: 's', name: relation, relation, blocks, sizeBytes: blocks * 8192, isAddressable }
}

/** Blocks per relation that the ranges cover; fails when one comes twice. */
function covered(statements: readonly (readonly BlockRange[])[]): Record<string, number> {
  const seen = new Map<string, Set<number>>()
  for (const { relation, fromBlock, toBlock } of statements.flat()) {
    const blocks = seen.get(relation) ?? new Set()
    seen.set(relation, blocks)
    for (let block = fromBlock; block < toBlock; block++) {
      expect(blocks.has(block)).toBe(false)
      blocks.add(block)
    }
  }
  return Object.fromEntries([...seen].map(([relation, blocks]) => [relation, blocks.size]))
}

test.each([
  ['one block', [leaf('a', 1)], { a: 1 }],
  ['a table that ends with the first range', [leaf('a', 1024)], { a: 1024 }],
  ['the largest that is looked through', [leaf('a', 16_384)], { a: 16_384 }],
  ['many small leaves', Array.from({ length: 300 }, (_, n) => leaf(`p${n}`, 2)), undefined],
  [
    'leaves of all sizes',
    [leaf('a', 0), leaf('b', 900), leaf('c', 3000), leaf('d', 1)],
    { b: 900, c: 3000, d: 1 },
  ],
])('%s: every block once, the first ones first', (_, leaves, expected) => {
  const plan = planPreview(leaves)
  expect(plan.isWhole).toBe(true)
  expect(covered(plan.statements)).toEqual(
    expected ?? Object.fromEntries(leaves.map(({ relation, blocks }) => [relation, blocks])),
  )
  expect(plan.statements[0]?.[0]).toMatchObject({ fromBlock: 0 })
  for (const ranges of plan.statements) expect(ranges.length).toBeLessThanOrEqual(64)
})

test.each([16_385, 20_000, 131_072, 134_217_728])('%i blocks: the edges and places all over', (blocks) => {
  const plan = planPreview([leaf('big', blocks)])
  expect(plan).toMatchObject({ isWhole: false, blocks, plannedBlocks: 2 * 1024 + (64 + 256) * 16 })
  expect(covered(plan.statements)).toEqual({ big: plan.plannedBlocks })
  const ranges = plan.statements.flat()
  expect(ranges[0]).toEqual({ relation: 'big', fromBlock: 0, toBlock: 1024 })
  expect(ranges.some(({ toBlock }) => toBlock === blocks)).toBe(true)
  expect(ranges.every(({ toBlock }) => toBlock <= blocks)).toBe(true)
  const starts = ranges.map(({ fromBlock }) => fromBlock).sort((a, b) => a - b)
  const widest = Math.max(...starts.slice(1).map((start, index) => start - (starts[index] ?? 0)))
  expect(widest).toBeLessThanOrEqual(Math.max(1024, blocks / 256))
})

describe('leaves that are stored elsewhere', () => {
  test('are not looked at, and the plan is not the whole', () => {
    const plan = planPreview([leaf('far', 0, false), leaf('near', 10)])
    expect(plan.isWhole).toBe(false)
    expect(covered(plan.statements)).toEqual({ near: 10 })
  })
})

test('nothing to look at', () => {
  expect(planPreview([leaf('empty', 0)])).toEqual({
    statements: [],
    isWhole: true,
    plannedBlocks: 0,
    blocks: 0,
  })
})
