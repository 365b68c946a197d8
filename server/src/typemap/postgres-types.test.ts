import { describe, expect, test } from 'vitest'
import { formatLakeType } from '#columns/column-type.ts'
import { describePostgresType } from './postgres-types.ts'

const numeric = (precision: number, scale: number) =>
  describePostgresType({
    typeName: `numeric(${precision},${scale})`,
    typeOid: 1700,
    typmod: ((precision << 16) | (scale & 0x7ff)) + 4,
  })

describe('numeric', () => {
  test.each([
    [1, 0, 'decimal(1,0)', 'numeric64'],
    [18, 18, 'decimal(18,18)', 'numeric64'],
    [19, 2, 'decimal(19,2)', 'numeric128'],
    [38, 0, 'decimal(38,0)', 'numeric128'],
    [39, 0, 'string', 'numericText'],
    [1000, 500, 'string', 'numericText'],
    [3, -2, 'decimal(5,0)', 'numeric64'],
    [37, -2, 'string', 'numericText'],
    [3, 5, 'decimal(5,5)', 'numeric64'],
  ])('(%i,%i)', (precision, scale, lakeType, decoder) => {
    const type = numeric(precision, scale)
    expect(formatLakeType(type.columnType)).toBe(lakeType)
    expect(type.decoder).toBe(decoder)
    expect(type.explore).toMatchObject({ type: 'double', xdm: { type: 'number' }, 'meta:xdmType': 'number' })
  })

  test('without a modifier it is text, so that it stays exact', () => {
    const type = describePostgresType({ typeName: 'numeric', typeOid: 1700, typmod: -1 })
    expect(type.columnType).toEqual({ kind: 'string' })
  })
})

test.each([
  ['boolean', 16, { type: 'boolean', xdm: { type: 'boolean' } }],
  [
    'smallint',
    21,
    { type: 'integer', xdm: { type: 'integer', minimum: -32768, maximum: 32767 }, 'meta:xdmType': 'short' },
  ],
  [
    'integer',
    23,
    {
      type: 'integer',
      xdm: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
      'meta:xdmType': 'int',
    },
  ],
  [
    'bigint',
    20,
    {
      type: 'integer',
      xdm: { type: 'integer', minimum: -(2 ** 53), maximum: 2 ** 53 - 1 },
      'meta:xdmType': 'long',
    },
  ],
  ['real', 700, { type: 'double', xdm: { type: 'number' }, 'meta:xdmType': 'number' }],
  ['money', 790, { type: 'double', xdm: { type: 'number' }, 'meta:xdmType': 'number' }],
  ['date', 1082, { type: 'string', xdm: { type: 'string', format: 'date' }, 'meta:xdmType': 'date' }],
  [
    'timestamp with time zone',
    1184,
    { type: 'string', xdm: { type: 'string', format: 'date-time' }, 'meta:xdmType': 'date-time' },
  ],
  ['text', 25, { type: 'string', xdm: { type: 'string' } }],
  ['uuid', 2950, { type: 'string', xdm: { type: 'string' } }],
  ['bytea', 17, { type: 'string', xdm: { type: 'string' } }],
  ['integer[]', 1007, { type: 'string', xdm: { type: 'string' } }],
])('explore says of %s', (typeName, typeOid, expected) => {
  const { explore } = describePostgresType({ typeName, typeOid, typmod: -1 })
  expect(explore).toEqual({ ...expected, meta: { originalType: typeName } })
})

test('a type without an entry is read as text; an enum as its label; a domain as its base', () => {
  const other = describePostgresType({ typeName: 'geometry', typeOid: 99_999, typmod: -1, category: 'U' })
  expect(other).toMatchObject({ columnType: { kind: 'string' }, decoder: 'bytes', readCast: '::text' })
  const mood = describePostgresType({ typeName: 'mood', typeOid: 99_998, typmod: -1, category: 'E' })
  expect(mood).toMatchObject({ columnType: { kind: 'string' }, decoder: 'bytes', readCast: '' })
  const year = describePostgresType({
    typeName: 'year',
    typeOid: 99_997,
    baseTypeOid: 23,
    typmod: -1,
    category: 'N',
  })
  expect(year).toMatchObject({
    columnType: { kind: 'int' },
    decoder: 'int4',
    explore: { meta: { originalType: 'year' } },
  })
})
