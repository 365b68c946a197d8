import { describe, expect, test } from 'vitest'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { MAX_CHARACTERS, MAX_DEPTH, MAX_ITEMS } from './filter-limits.ts'
import { fieldLookup, filterValue, fnApply } from './filter-tree.ts'
import { compileRowFilter } from './row-filter.ts'
import type { RowFilterError } from './row-filter-error.ts'

const columns = [
  { name: 'a', type: describePostgresType({ typeName: 'text', typeOid: 25, typmod: -1 }) },
  { name: 'n', type: describePostgresType({ typeName: 'numeric', typeOid: 1700, typmod: -1 }) },
  { name: 'at', type: describePostgresType({ typeName: 'timestamp', typeOid: 1114, typmod: -1 }) },
  { name: 'raw', type: describePostgresType({ typeName: 'bytea', typeOid: 17, typmod: -1 }) },
]
const compile = (filter: unknown) => compileRowFilter(filter, columns)

function codeOf(filter: unknown): string | undefined {
  try {
    compile(filter)
    return undefined
  } catch (error) {
    return (error as RowFilterError).code
  }
}

const groups = (depth: number, inner = 'a = "x"') => '('.repeat(depth) + inner + ')'.repeat(depth)
const nots = (depth: number): unknown =>
  Array.from({ length: depth }).reduce<unknown>(
    (inner) => ({ nodeType: 'fnApply', fnName: 'not', params: [inner] }),
    fnApply('=', fieldLookup('a'), filterValue('x')),
  )
const among = (count: number) => fnApply('in', fieldLookup('a'), filterValue(Array(count).fill('x')))

test('what is within the limits compiles', () => {
  for (const filter of [
    groups(MAX_DEPTH),
    `${'not '.repeat(MAX_DEPTH)}a = "x"`,
    `${'not ('.repeat(MAX_DEPTH)}a = "x"${')'.repeat(MAX_DEPTH)}`,
    nots(MAX_DEPTH),
    among(MAX_ITEMS - 1),
    Array(MAX_ITEMS / 2 - 1)
      .fill('a = "x"')
      .join(' or '),
    `a = "${'x'.repeat(MAX_CHARACTERS - 6)}"`,
  ]) {
    expect(codeOf(filter)).toBeUndefined()
  }
})

/** Each would take minutes, or the whole stack, if it were read with recursion or by looking back. */
describe('hostile filters are answered at once', () => {
  test.each([
    ['one group too many', groups(MAX_DEPTH + 1), 'too-deep'],
    ['100,000 open parentheses', '('.repeat(100_000), 'too-deep'],
    ['100,000 groups', groups(100_000), 'too-deep'],
    ['nots', 'not '.repeat(50_000), 'too-deep'],
    ['exclamation marks', '!'.repeat(100_000), 'too-deep'],
    ['nots in JSON', nots(MAX_DEPTH + 1), 'too-deep'],
    ['many nots in JSON', nots(50_000), 'too-deep'],
    ['groups and joins', `${'(a = "x" or a = "y" and '.repeat(40)}a = "z"${')'.repeat(40)}`, 'too-deep'],
    ['a long text', `a = "${'x'.repeat(MAX_CHARACTERS)}"`, 'too-large'],
    [
      'a long literal in JSON',
      fnApply('=', fieldLookup('a'), filterValue('x'.repeat(MAX_CHARACTERS + 1))),
      'too-large',
    ],
    [
      'a long list',
      `a in [${Array(MAX_ITEMS + 1)
        .fill('1')
        .join()}]`,
      'too-large',
    ],
    ['a long list in JSON', among(MAX_ITEMS + 1), 'too-large'],
    [
      'conditions',
      Array(MAX_ITEMS / 2 + 1)
        .fill('a = "x"')
        .join(' and '),
      'too-large',
    ],
    [
      'conditions without literals',
      fnApply('or', ...Array(MAX_ITEMS + 1).fill(fnApply('isNull', fieldLookup('a')))),
      'too-large',
    ],
    ['a list that is never closed', `a in [${'1,'.repeat(4_000)}`, 'syntax'],
    ['a text that is never closed', `a = "${'x'.repeat(200_000)}`, 'syntax'],
    ['escapes', `a = "${'\\\\'.repeat(120_000)}`, 'syntax'],
    ['a name that is never closed', `\`${'x'.repeat(200_000)}`, 'syntax'],
    ['backticks', '`'.repeat(200_001), 'syntax'],
    ['quotes', `a = ${'"'.repeat(200_001)}`, 'syntax'],
    ['blanks', ' '.repeat(200_000), 'syntax'],
    ['digits', `a = 1${'1'.repeat(200_000)}.`, 'syntax'],
    ['a long name', `${'x'.repeat(200_000)} = 1`, 'unknown-column'],
    ['a long name in JSON', fnApply('isNull', fieldLookup('x'.repeat(1_000_000))), 'unknown-column'],
    ['a long path', `${'x.'.repeat(100_000)}x = 1`, 'unknown-column'],
    ['digits that are no number', `n = "${'1'.repeat(200_000)}x"`, 'literal'],
    ['digits that are no time', `at = "2024-01-01T00:00:00.${'0'.repeat(200_000)}x"`, 'literal'],
    [
      'digits that are no bytes',
      fnApply('=', fieldLookup('raw'), filterValue(`\\x${'0'.repeat(200_001)}`)),
      'literal',
    ],
    [
      'backslashes before a letter',
      fnApply('like', fieldLookup('n'), filterValue(`${'\\'.repeat(200_001)}x`)),
      undefined,
    ],
    ['a long name of a function', fnApply('x'.repeat(1_000_000), fieldLookup('a')), 'unknown-function'],
  ])('%s', (_, filter, code) => {
    expect(codeOf(filter)).toBe(code)
  })

  test('messages stay short', () => {
    expect(() => compile(`${'x'.repeat(200_000)} = 1`)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{0,200}$/) }),
    )
    expect(() => compile(`a = "x" "${'y'.repeat(200_000)}"`)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{0,200}$/), token: `"${'y'.repeat(59)}` }),
    )
  })
})
