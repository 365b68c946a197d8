import { expect, test } from 'vitest'
import { jsonDepth } from './json-depth.ts'

test.each([
  ['7', 0],
  ['{}', 1],
  ['[[],[[]],{"a":[]}]', 3],
  ['{"a":"[[[[","b\\"[[":"\\\\"}', 1],
  ['"\\"[["', 0],
])('%s is %i deep', (text, depth) => {
  expect(jsonDepth(text)).toBe(depth)
})
