import { expect, test } from 'vitest'
import { quoteIdentifier, quoteLiteral, quoteQualified } from './quote.ts'

test('names', () => {
  expect(quoteIdentifier('Sales "2024".x')).toBe('"Sales ""2024"".x"')
  expect(quoteQualified('a.b', 'c')).toBe('"a.b"."c"')
  expect(() => quoteIdentifier('a\0b')).toThrow(RangeError)
})

test('literals', () => {
  expect(quoteLiteral("it's")).toBe("'it''s'")
  expect(quoteLiteral("\\'; drop")).toBe(" E'\\\\''; drop'")
  expect(() => quoteLiteral('\0')).toThrow(RangeError)
})
