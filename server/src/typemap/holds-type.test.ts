import { expect, test } from 'vitest'
import { parseColumnType } from '#columns/column-type.ts'
import { holdsType } from './holds-type.ts'
import { isWidening } from './xdm-types.ts'

const KINDS = [
  ...['boolean', 'int', 'long', 'float', 'double', 'date', 'time', 'timestamp', 'timestamptz', 'string'],
  ...['binary', 'uuid', 'decimal(9,2)', 'decimal(10,0)', 'decimal(12,2)', 'decimal(12,4)', 'decimal(19,0)'],
]
const TYPES = KINDS.map((text) => [text, parseColumnType(text) ?? expect.fail(text)] as const)

/** Each field with the types that it holds besides its own. */
const HELD: Readonly<Record<string, string>> = {
  long: 'int',
  double: 'int long float decimal(9,2) decimal(10,0) decimal(12,2) decimal(12,4) decimal(19,0)',
  timestamp: 'date',
  timestamptz: 'date',
  string: KINDS.filter((kind) => kind !== 'string').join(' '),
  'decimal(10,0)': 'int',
  'decimal(12,2)': 'int decimal(9,2) decimal(10,0)',
  'decimal(12,4)': 'decimal(9,2)',
  'decimal(19,0)': 'int long decimal(10,0)',
}

test.each(TYPES)('%s holds what it says', (name, field) => {
  const held = TYPES.filter(([, value]) => holdsType(field, value)).map(([value]) => value)
  expect(held).toEqual(KINDS.filter((kind) => kind === name || HELD[name]?.split(' ').includes(kind)))
})

test('what a field is widened to holds it', () => {
  for (const [, field] of TYPES)
    for (const [, value] of TYPES) {
      if (isWidening(value, field)) expect(holdsType(field, value)).toBe(true)
    }
})
