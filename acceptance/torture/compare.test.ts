import { describe, expect, test } from 'vitest'
import { isSame } from './compare.ts'
import type { Told } from './oracle.ts'
import type { Found } from './readers.ts'
import { NONE, type Parts } from './table.ts'

const FLOAT4: Parts = { kind: 'float', bits: 32 }
const FLOAT8: Parts = { kind: 'float', bits: 64 }
const PAIR: Parts = { kind: 'composite', attributes: { a: NONE, b: FLOAT8 } }

test.each<[string, Told, Found, Parts]>([
  ['a double', '0.1', { float: '0.1', bits: 64 }, FLOAT8],
  ['a float as a double shows it', '0.1', { float: String(Math.fround(0.1)), bits: 32 }, FLOAT4],
  ['no number', 'NaN', { float: 'NaN', bits: 64 }, FLOAT8],
  ['a negative zero', '-0', { float: '-0', bits: 64 }, FLOAT8],
  ['a decimal with other zeros', '-01.50', { decimal: '-1.5' }, NONE],
  ['zero', '-0.00', { decimal: '0' }, NONE],
  ['a day before Christ', '0001-12-31 BC', { days: -719_163 }, NONE],
  ['a moment', '1970-01-02 00:00:00.5+00', { micros: '86400500000', of: 'timestamptz' }, NONE],
  ['a member that is NULL', { a: null, b: '1' }, { struct: { a: null, b: { float: '1', bits: 64 } } }, PAIR],
])('%s is the same', (_, told, found, parts) => {
  expect(isSame(told, found, parts)).toBe(true)
})

describe('are not the same:', () => {
  test.each<[string, Told, Found, Parts]>([
    ['a double that landed in 32 bits', '0.1', { float: String(Math.fround(0.1)), bits: 64 }, FLOAT8],
    ['a double in a column of floats', '1', { float: '1', bits: 32 }, FLOAT8],
    ['a float in a column of doubles', '1', { float: '1', bits: 64 }, FLOAT4],
    [
      'a double in a list of floats',
      ['1'],
      { list: [{ float: '1', bits: 32 }] },
      { kind: 'array', element: FLOAT8 },
    ],
    [
      'a double in a composite',
      { a: null, b: '1' },
      { struct: { a: null, b: { float: '1', bits: 32 } } },
      PAIR,
    ],
    ['a number that is its text', '1', '1', FLOAT8],
    ['nothing at all and zero', '', { float: '0', bits: 64 }, FLOAT8],
    ['blanks and zero', ' ', { float: '0', bits: 64 }, FLOAT8],
    ['two texts that are no decimals', 'NaN', { decimal: 'Infinity' }, NONE],
    ['the same text that is no decimal', 'NaN', { decimal: 'NaN' }, NONE],
    ['no digits and zero', '', { decimal: '0' }, NONE],
    ['a sign without digits and zero', '-', { decimal: '0' }, NONE],
    ['a point without digits and zero', '.', { decimal: '0' }, NONE],
    [
      'a member that is missing and one that is NULL',
      { a: null, b: '1' },
      { struct: { b: { float: '1', bits: 64 } } },
      PAIR,
    ],
    ['a member too many', { b: '1' }, { struct: { a: null, b: { float: '1', bits: 64 } } }, PAIR],
    ['a key of a map that is missing and one that is NULL', { a: null }, { map: {} }, { kind: 'hstore' }],
    ['other keys of a map', { a: null }, { map: { b: null } }, { kind: 'hstore' }],
    ['an item too few', ['1', null], { list: ['1'] }, { kind: 'array', element: NONE }],
    ['NULL and an empty text', null, '', NONE],
    ['an empty text and NULL', '', null, NONE],
    ['a zero of another sign', '0', { float: '-0', bits: 64 }, FLOAT8],
    ['a moment with a zone and one without', '1970-01-01 00:00:00', { micros: '0', of: 'timestamptz' }, NONE],
  ])('%s', (_, told, found, parts) => {
    expect(isSame(told, found, parts)).toBe(false)
  })
})
