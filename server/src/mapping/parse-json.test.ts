import { describe, expect, test } from 'vitest'
import { compareDecimals, Decimal, numberToDecimal, parseDecimal } from './decimal.ts'
import { parseJsonValue } from './parse-json.ts'
import { createRandom } from './testing/random-expression.ts'
import { EvaluationFailure, type Value } from './values.ts'

/** The engine's own parser with a look at the digits: slow, and what ours has to agree with. */
function parseBySource(text: string): Value {
  const keepDigits = (
    _key: string,
    value: unknown,
    context: { readonly source?: string | undefined },
  ): unknown => {
    if (typeof value !== 'number' || context.source === undefined) return value
    if (/^-?\d+$/.test(context.source)) return BigInt(context.source)
    const [exact, printed] = [parseDecimal(context.source), numberToDecimal(value)]
    return exact && (!printed || compareDecimals(exact, printed) !== 0) ? exact : value
  }
  const toValue = (json: unknown): Value => {
    if (json === null || typeof json !== 'object' || json instanceof Decimal) return json as Value
    if (Array.isArray(json)) return json.map(toValue)
    return new Map(Object.entries(json).map(([key, item]) => [key, toValue(item)]))
  }
  return toValue(JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown))
}

function outcome(parse: (text: string) => Value, text: string): unknown {
  try {
    return { value: parse(text) }
  } catch {
    return 'no JSON'
  }
}

const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '\n',
    '\t',
    '"a"',
    '"b":',
    '"":',
    '{"a":',
    '[1,',
    ']}',
    '}]',
    '\u00a0',
  ],
  ...[
    '0',
    '1',
    '-1',
    '-0',
    '01',
    '1.',
    '.5',
    '1.0',
    '1.50',
    '0.1',
    '1e3',
    '1E-7',
    '1e',
    '+1',
    '1e400',
    '--1',
    'NaN',
  ],
  ...['9007199254740993', '123456789012345678901234567890', '0.12345678901234567890', '3.141592653589793238'],
  ...['true', 'false', 'null', 'tru', 'nullx', 'undefined', 'True'],
  ...[
    '"é€𝄞"',
    String.raw`"\u00e9\n\"\\"`,
    String.raw`"\ud834"`,
    String.raw`"\x"`,
    '"\u0007"',
    '"',
    "'a'",
    '"__proto__":',
  ],
]

describe('parseJsonValue', () => {
  test('reads what JSON.parse reads, and refuses what it refuses', () => {
    const random = createRandom(5)
    let valid = 0
    for (let round = 0; round < 60_000; round++) {
      const length = 1 + Math.floor(random() * 6)
      const text = Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('')
      const expected = outcome(parseBySource, text)
      if (expected !== 'no JSON') valid++
      expect(outcome(parseJsonValue, text), text).toEqual(expected)
    }
    expect(valid).toBeGreaterThan(2_000)
  })

  test('reads whole documents', () => {
    const text = JSON.stringify(
      { a: [1, -2.5, { b: 'c', d: [] }, {}], e: 'é "quoted" \\ \u2028', f: null, g: true },
      null,
      2,
    )
    expect(parseJsonValue(` ${text}\n`)).toEqual(parseBySource(text))
  })

  test('gives up where no data would be so deep', () => {
    expect(parseJsonValue(`${'['.repeat(512)}${']'.repeat(512)}`)).toHaveLength(1)
    expect(() => parseJsonValue('['.repeat(100_000))).toThrow(EvaluationFailure)
  })
})
