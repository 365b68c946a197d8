import { describe, expect, it } from 'vitest'
import { type ColumnType, parseColumnType } from '#columns/column-type.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { conversionMessage, convertValue } from './conversions.ts'
import { DateValue, formatTimeOfDay, INFINITY_MICROS } from './dates.ts'
import { Decimal, divideDecimals, formatDecimal, parseDecimal } from './decimal.ts'
import { textOf, type Value } from './values.ts'

function type(text: string): ColumnType {
  const parsed = parseColumnType(text)
  if (!parsed) throw new Error(text)
  return parsed
}

/** The converted value as text, `problem` where there is none, with `~` where digits were lost. */
function convert(value: Value, target: string): string {
  const tally = { inexactCount: 0 }
  const result = convertValue(value, type(target), tally)
  if (result instanceof ConversionProblem) return 'problem'
  if (result === null) return 'null'
  const text = target === 'time' ? formatTimeOfDay(result as bigint) : textOf(result)
  return tally.inexactCount > 0 ? `~${text}` : text
}

const MOMENT = new DateValue(BigInt(Date.UTC(2019, 9, 23, 11, 24, 35)) * 1000n)

describe('convertValue', () => {
  it.each(['y', 'yes', 'Y', 'YES', 'on', 'ON', 'true', 'TRUE'])('%s is true', (text) => {
    expect(convert(text, 'boolean')).toBe('true')
  })

  it.each(['n', 'N', 'no', 'NO', 'off', 'OFF', 'false', 'FALSE'])('%s is false', (text) => {
    expect(convert(text, 'boolean')).toBe('false')
  })

  it.each(['Yes', '1', 't', 'On', 'True', ' true', 'oui'])('%s is no boolean', (text) => {
    expect(convert(text, 'boolean')).toBe('problem')
  })

  it.each<[Value, string, string]>([
    [1n, 'boolean', 'problem'],
    [MOMENT, 'boolean', 'problem'],
    [' +12 ', 'int', '12'],
    ['12.6', 'int', 'problem'],
    ['1e3', 'int', 'problem'],
    ['2147483648', 'int', 'problem'],
    ['2147483648', 'long', '2147483648'],
    [2147483647n, 'int', '2147483647'],
    [-2147483649n, 'int', 'problem'],
    [12, 'int', '12'],
    [12.6, 'int', 'problem'],
    [Number.NaN, 'long', 'problem'],
    [new Decimal(1200n, 2), 'long', '12'],
    [new Decimal(1250n, 2), 'long', 'problem'],
    [true, 'int', 'problem'],
    [MOMENT, 'long', 'problem'],
    ['', 'int', 'null'],
    ['', 'timestamptz', 'null'],
    ['', 'string', ''],
    [' 12.5 ', 'double', '12.5'],
    ['1e3', 'double', '1000'],
    ['NaN', 'double', 'NaN'],
    ['-Infinity', 'double', '-Infinity'],
    ['nan', 'double', 'problem'],
    ['Infinity', 'decimal(12,2)', 'problem'],
    ['12,5', 'double', 'problem'],
    [9007199254740993n, 'double', '~9007199254740992'],
    [9007199254740992n, 'double', '9007199254740992'],
    [new Decimal(1n, 1), 'double', '0.1'],
    [new Decimal(12345678901234567891n, 2), 'double', '~123456789012345680'],
    [0.1, 'float', '~0.10000000149011612'],
    [0.5, 'float', '0.5'],
    [1e300, 'float', 'problem'],
    [12.5, 'decimal(12,2)', '12.50'],
    ['12.345', 'decimal(12,2)', 'problem'],
    ['12.340', 'decimal(12,2)', '12.34'],
    [12345n, 'decimal(4,0)', 'problem'],
    [Number.NaN, 'decimal(12,2)', 'problem'],
    [true, 'decimal(12,2)', 'problem'],
    ['2019-10-23', 'date', '2019-10-23'],
    [MOMENT, 'date', '2019-10-23'],
    [new DateValue(-1n), 'date', '1969-12-31'],
    [MOMENT, 'timestamptz', '2019-10-23T11:24:35Z'],
    [new DateValue(INFINITY_MICROS), 'date', 'problem'],
    [20191023n, 'date', 'problem'],
    ['12112020', 'timestamp', '2020-12-11T00:00:00Z'],
    ['15:04', 'time', '15:04:00'],
    [MOMENT, 'time', 'problem'],
    [MOMENT, 'string', '2019-10-23T11:24:35Z'],
    [1e21, 'string', '1000000000000000000000'],
    [1.5e-7, 'string', '0.00000015'],
    [true, 'string', 'true'],
    [[1n], 'string', 'problem'],
    [new Map(), 'string', 'problem'],
    ['aGk=', 'binary', 'aGk='],
    ['hello!', 'binary', 'problem'],
    ['9F0C2A52-9A4E-4B8B-9A54-0A1B2C3D4E5F', 'uuid', '9f0c2a52-9a4e-4b8b-9a54-0a1b2c3d4e5f'],
    ['9F0C2A52', 'uuid', 'problem'],
    [null, 'int', 'null'],
  ])('%o to %s is %s', (value, target, expected) => {
    expect(convert(value, target)).toBe(expected)
  })

  it('speaks in words that clients of the platform parse', () => {
    const message = conversionMessage({
      path: 'person.birthDate',
      source: 'born',
      expected: { kind: 'timestamptz' },
      actual: 'STRING',
      reason: 'The text is in no known date format',
    })
    expect(/destination path (\S+)\. /.exec(message)?.[1]).toBe('person.birthDate')
    expect(/expected data type was: ([A-Z]+), /.exec(message)?.[1]).toBe('DATETIME')
    expect(/actual data type was: ([A-Z]+)\. /.exec(message)?.[1]).toBe('STRING')
    expect(/sourceField: (\S+) destinationField: (\S+)$/.exec(message)?.slice(1)).toEqual([
      'born',
      'person.birthDate',
    ])
  })
})

describe('decimals', () => {
  it.each([
    ['1', '3', '0.3333333333333333333333333333333333'],
    ['2', '3', '0.6666666666666666666666666666666667'],
    ['-2', '3', '-0.6666666666666666666666666666666667'],
    ['1.00', '4', '0.25'],
    ['10', '4', '2.5'],
    ['10', '5', '2'],
    ['1', '8000', '0.000125'],
    ['123456789012345678901234567890123456789', '1', '123456789012345678901234567890123456789'],
    ['1', '0.001', '1000'],
  ])('%s / %s is %s', (left, right, quotient) => {
    const [a, b] = [parseDecimal(left), parseDecimal(right)]
    if (!a || !b) throw new Error('no decimals')
    expect(formatDecimal(divideDecimals(a, b))).toBe(quotient)
  })

  it.each(['', '.', '-', '1.2.3', 'e5', '1e99999', '0x1'])('"%s" is no decimal', (text) => {
    expect(parseDecimal(text)).toBeUndefined()
  })
})
