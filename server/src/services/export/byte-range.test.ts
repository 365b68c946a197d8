import { expect, test } from 'vitest'
import { parseByteRange } from './byte-range.ts'

test.each([
  ['bytes=0-99', 250, { start: 0, end: 99 }],
  ['0-99', 250, { start: 0, end: 99 }],
  ['bytes=100-', 250, { start: 100, end: 249 }],
  ['bytes=100-9999', 250, { start: 100, end: 249 }],
  ['bytes=-20', 250, { start: 230, end: 249 }],
  ['bytes=-999', 250, { start: 0, end: 249 }],
  ['bytes=250-', 250, 'outside'],
  ['bytes=0-0', 0, 'outside'],
  ['bytes=-0', 250, 'outside'],
  ['bytes=9-3', 250, undefined],
  ['bytes=-', 250, undefined],
  ['bytes=0-1,5-6', 250, undefined],
  ['lines=0-1', 250, undefined],
  ['', 250, undefined],
  [undefined, 250, undefined],
])('%s of %i bytes is %j', (text, size, range) => {
  expect(parseByteRange(text, size)).toEqual(range)
})
