import { expect, test } from 'vitest'
import { asText } from './as-text.ts'

test.each([
  ['text', 'text'],
  [1.5, '1.5'],
  [true, 'true'],
  [null, 'null'],
  [undefined, 'undefined'],
  [{ toString: '', valueOf: 1 }, '{"toString":"","valueOf":1}'],
])('%j is %s', (value, text) => {
  expect(asText(value)).toBe(text)
})
