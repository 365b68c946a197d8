import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { compileCheck, ENUM_CODE, FORMAT_CODE, LENGTH_CODE, PATTERN_CODE, RANGE_CODE } from './check-value.ts'
import { REQUIRED_CODE } from './conversions.ts'
import { Decimal } from './decimal.ts'
import { rulesOfSchema } from './field-rules.ts'
import { isKnownFormat } from './formats.ts'
import type { Value } from './values.ts'

describe('compileCheck', () => {
  const codeOf = (
    rules: Parameters<typeof compileCheck>[0],
    value: NonNullable<Value>,
    kind: 'long' | 'string' | 'double',
  ) => compileCheck(rules, { kind })?.(value)?.code

  test('compares numbers exactly', () => {
    const rules = { minimum: -(2 ** 60), maximum: 2 ** 60 }
    expect(codeOf(rules, 2n ** 60n, 'long')).toBeUndefined()
    expect(codeOf(rules, 2n ** 60n + 1n, 'long')).toBe(RANGE_CODE)
    expect(codeOf(rules, -(2n ** 60n) - 1n, 'long')).toBe(RANGE_CODE)
    expect(codeOf({ maximum: 1 }, Number.NaN, 'double')).toBe(RANGE_CODE)
    expect(codeOf({ minimum: 0 }, -0, 'double')).toBeUndefined()
    const tenths = compileCheck({ exclusiveMinimum: 0.1 }, { kind: 'decimal', precision: 38, scale: 20 })
    expect(tenths?.(new Decimal(10n ** 19n, 20))?.code).toBe(RANGE_CODE)
    expect(tenths?.(new Decimal(10n ** 19n + 1n, 20))).toBeUndefined()
  })

  test('counts characters as people do', () => {
    const rules = { minLength: 2, maxLength: 2 }
    expect(['𝄞', '𝄞𝄞', 'ab', 'abc', ''].map((text) => codeOf(rules, text, 'string'))).toEqual([
      LENGTH_CODE,
      undefined,
      undefined,
      LENGTH_CODE,
      LENGTH_CODE,
    ])
  })

  test('reads patterns of JavaScript and of Java, and leaves alone what is none', () => {
    expect(codeOf({ pattern: '^\\p{Lu}+$' }, 'ÄB', 'string')).toBeUndefined()
    expect(codeOf({ pattern: '^[\\w-.]+$' }, 'a b', 'string')).toBe(PATTERN_CODE)
    expect(codeOf({ pattern: '(' }, 'anything', 'string')).toBeUndefined()
  })

  test('has nothing to do for most fields', () => {
    expect(compileCheck(undefined, { kind: 'string' })).toBeUndefined()
    expect(compileCheck({ required: ['a'] }, { kind: 'string' })).toBeUndefined()
    expect(compileCheck({ format: 'uri-reference' }, { kind: 'string' })).toBeUndefined()
    expect(compileCheck({ minimum: 1 }, { kind: 'string' })).toBeUndefined()
  })
})

describe('rulesOfSchema', () => {
  test('bounds of a type are no rules, those of small ones are', () => {
    const integer = (minimum: number, maximum: number, xdmType?: string) =>
      rulesOfSchema({ type: 'integer', minimum, maximum, 'meta:xdmType': xdmType })
    expect(integer(-2147483648, 2147483648, 'int')).toBeUndefined()
    expect(integer(-9007199254740991, 9007199254740991, 'long')).toBeUndefined()
    expect(integer(-128, 128, 'byte')).toEqual({ minimum: -128, maximum: 127 })
    expect(integer(-32768, 32768, 'short')).toEqual({ minimum: -32768, maximum: 32767 })
    expect(integer(1, 5, 'byte')).toEqual({ minimum: 1, maximum: 5 })
  })

  test('suggestions are no rules', () => {
    expect(rulesOfSchema({ type: 'string', default: 'x', 'meta:enum': { x: 'X' } } as object)).toBeUndefined()
  })
})

test('the page about landing has every code and every format', async () => {
  const page = await readFile(new URL('../../../docs/landing.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('| rule | code |'))
  const codes = new Set([...table.matchAll(/\| `([A-Z][A-Z0-9-]+)` \|/g)].map(([, code]) => code))
  const all = [REQUIRED_CODE, ENUM_CODE, PATTERN_CODE, LENGTH_CODE, FORMAT_CODE, RANGE_CODE]
  expect(codes).toEqual(new Set(all))
  const formats = [...(/`format`: (.*?) \|/.exec(table)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(
    ([, name]) => name ?? '',
  )
  expect(formats).toHaveLength(6)
  expect(formats.filter((format) => !isKnownFormat(format))).toEqual([])
})
