import { expect, test } from 'vitest'
import type { StoredLeaf } from '#source/postgres/sql/read-storage.ts'
import { estimateRows } from './estimate-rows.ts'

function leaf(blocks: number, counted?: StoredLeaf['counted'], isAddressable = true): StoredLeaf {
  const rights = { isReadable: true, isFiltered: false }
  return {
    oid: 1,
    schema: 's',
    name: 't',
    blocks,
    sizeBytes: blocks * 8192,
    isAddressable,
    ...rights,
    counted,
  }
}

test.each<[string, StoredLeaf[], number | undefined]>([
  ['no leaves', [], undefined],
  ['never counted', [leaf(10)], undefined],
  ['as counted', [leaf(10, { rows: 500, blocks: 10 })], 500],
  ['grown since', [leaf(20, { rows: 500, blocks: 10 })], 1000],
  ['emptied since', [leaf(0, { rows: 500, blocks: 10 })], 0],
  ['counted while it was empty', [leaf(10, { rows: 0, blocks: 0 })], undefined],
  ['one leaf not counted', [leaf(10, { rows: 500, blocks: 10 }), leaf(30)], 2000],
  ['a foreign leaf', [leaf(0, { rows: 70, blocks: 0 }, false), leaf(10, { rows: 500, blocks: 10 })], 570],
  ['only a foreign leaf', [leaf(0, { rows: 70, blocks: 3 }, false)], 70],
])('%s', (_, leaves, expected) => {
  expect(estimateRows(leaves)).toBe(expected)
})
