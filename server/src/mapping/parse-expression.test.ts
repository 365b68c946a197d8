// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mapping language writes references as ${name}

import { describe, expect, it } from 'vitest'
import { checkExpression } from './check-expression.ts'
import { MappingSyntaxError } from './mapping-syntax-error.ts'
import { parseExpression } from './parse-expression.ts'
import { parseJsonValue } from './parse-json.ts'
import { formatPath, parsePath } from './paths.ts'
import { evaluateText, printValue } from './testing/evaluate-text.ts'
import { EvaluationFailure, type ValueMap } from './values.ts'

const RECORD = parseJsonValue(
  '{"x": null, "zero": 0, "empty": "", "First Name": "Ada", "first-name": "hyphen", "Full.Name": "exact",' +
    '"address": {"street.name": "Main", "lines": ["a", {"b": "deep"}]}, "date": "plain", "n": 7, "s": "5",' +
    '"json": "{\\"a\\": {\\"b\\": [10, 20]}, \\"long\\": 9007199254740993}"}',
) as ValueMap

function evaluate(text: string): string {
  return printValue(evaluateText(text, RECORD))
}

describe('parseExpression', () => {
  it.each([
    ['2+3*4 == 14 && not false', 'true'],
    ['2 + 3 * 4 - -1', '15'],
    ['(2 + 3) * 4', '20'],
    ['10 - 4 - 3', '3'],
    ['7 mod 4', '3'],
    ['-7 % 4', '-3'],
    ['7 div 2', '3'],
    ['1 | 6 ^ 2 & 3', '5'],
    ['~33', '-34'],
    ['true or false and false', 'true'],
    ['1 lt 2 and 2 ge 2', 'true'],
    ['n > 5 ? "big" : "small"', 'big'],
    ['false ? 1 : true ? 2 : 3', '2'],
    ['[1, 2, 3][1]', '2'],
    ['{"k": "v"}.k', 'v'],
    ['{"k": {"l": 1}}["k"].l', '1'],
    ['{1, 1, 2}', '[1,2]'],
    ['{:}', '{}'],
    ['empty [] && empty({:}) && empty ""', 'true'],
    ['size [1, 2] + size("abc")', '5'],
    ['1..4', '[1,2,3,4]'],
    ['3 =~ (1..4)', 'true'],
    ['"abc" =~ "a.c" and "abc" !~ "a"', 'true'],
    ['"abc" =^ "ab" and "abc" =$ "bc" and "abc" !^ "bc" and "abc" !$ "ab"', 'true'],
    ['0x1F + 010', '39'],
    ['42L + 1H', '43'],
    ['1.5f + 1d', '2.5'],
    ['0.1B + 0.2B', '0.3'],
    [`'it\\'s' + "\\u0041" + '\\\\'`, `it'sA\\`],
    ['1 /* one */ + 2 // two', '3'],
    ['1 + ## all\n 2', '3'],
  ])('%s is %s', (text, result) => {
    expect(evaluate(text)).toBe(result)
  })

  it.each([
    ['${First Name}', 'Ada'],
    ['concat(${First Name}, "!")', 'Ada!'],
    ['${first-name}', 'hyphen'],
    ['${Full\\.Name}', 'exact'],
    ['Full.Name', 'exact'],
    ['${address.street\\.name}', 'Main'],
    ['address.${street\\.name}', 'Main'],
    ['address.lines[1].b', 'deep'],
    ['${address.lines[0]}', 'a'],
    ['address.nothing.at.all', 'null'],
    ['date.equals("plain")', 'true'],
    ['format(date("2020-01-01"), "yyyy")', '2020'],
    ['json.a.b[1]', '20'],
    ['json.long', '9007199254740993'],
    ['contains_key("json.a.b")', 'true'],
    ['is_set("json.a.c")', 'false'],
    ['contains_key("x")', 'true'],
  ])('%s finds %s', (text, result) => {
    expect(evaluate(text)).toBe(result)
  })

  it.each([
    ['1/2', '0'],
    ['1.0/2', '0.5'],
    ['1B/3', '0.3333333333333333333333333333333333'],
    ['10.00B/4', '2.50'],
    ['-7/2', '-3'],
    ['"1" + 2', '12'],
    ['"3" * 2', '6'],
    ['1 + 1.5B', '2.5'],
    ['missing eq null', 'true'],
    ['missing lt 5', 'false'],
    ['null <= null', 'true'],
    ['null < null', 'false'],
    ['null == 0', 'false'],
    ['s == 5', 'true'],
    ['s < 10', 'true'],
    ['"abc" < "abd"', 'true'],
    ['"10" < "9"', 'true'],
    ['9007199254740993 == 9007199254740992.0', 'false'],
    ['1.10B == 1.1', 'true'],
    ['date("2020-01-02") > date("2020-01-01T23:59:59Z")', 'true'],
    ['zero ?: "other"', 'other'],
    ['zero ?? "other"', '0'],
    ['${empty} ?: "other"', 'other'],
    ['${empty} ?? "other"', ''],
    ['x ?? "other"', 'other'],
    ['!"false" && !0 && !null && !"" && "no"', 'true'],
    ['1e21', '1000000000000000000000'],
    ['1.5e-7', '0.00000015'],
  ])('%s is %s as the language has it', (text, result) => {
    expect(evaluate(text)).toBe(result)
  })

  it.each([
    '1/0',
    '1.0/0',
    '1B % 0',
    'x + 1',
    '1 - x',
    '-x',
    'x + "a"',
    '"a" * 2',
    'true + 1',
    '1.5 & 1',
    '1..99999',
    's.a',
  ])('%s has no value', (text) => {
    expect(() => evaluate(text)).toThrow(expect.any(EvaluationFailure) as Error)
  })

  it.each([
    '',
    '1 == 1 == 1',
    '1 < 2 < 3',
    'concat("Hi"',
    'a +',
    '"open',
    'a b',
    'x = 1',
    'var x',
    'new Thing()',
    'for (x : y) 1',
    'return',
    '{1: 2',
    '[1, ]',
    'a ? b',
    'a ? : b',
    '09',
    '#',
    'a; b',
    '() -> 1',
    '${}',
    '${a.}',
    `${'('.repeat(500)}1${')'.repeat(500)}`,
    '!'.repeat(500),
  ])('%s is no expression', (text) => {
    expect(() => parseExpression(text)).toThrow(MappingSyntaxError)
  })

  it('takes 4096 characters and not one more', () => {
    const longest = `"${'x'.repeat(4094)}"`
    expect(parseExpression(longest)).toMatchObject({ type: 'string' })
    expect(() => parseExpression(`${longest} `)).toThrow(/4097 characters is too long/)
  })

  it('says where it stopped', () => {
    expect(() => parseExpression('concat("a" "b")')).toThrow(
      '"b" can\'t stand here; ")" is missing (at character 12)',
    )
    expect(() => parseExpression('lt + 1')).toThrow('write ${lt} for a field of that name')
  })

  it('makes plain JSON', () => {
    const expression = parseExpression('iif(a.b[0] > 9007199254740993, {"k": [1.5B]}, -x ?? "y".equals("z"))')
    expect(JSON.parse(JSON.stringify(expression))).toEqual(expression)
  })
})

describe('checkExpression', () => {
  it.each([
    ['upper(nothing("a"))', /no function "nothing"/],
    ['ua_os_name(a)', /not available: it needs a database of user agents/],
    ['fpid_to_ecid(a)', /not available/],
    ['upper()', /given 0 arguments; it is upper\(text\)/],
    ['upper("a", "b")', /given 2 arguments/],
    ['"a".getClass()', /no method "getClass"/],
    ['"a".equals()', /takes one argument/],
    ['contains_key(a)', /constant text/],
    ['[1, {"k": Upper("a")}]', /no function "Upper"/],
  ])('refuses %s', (text, message) => {
    expect(checkExpression(parseExpression(text)).join()).toMatch(message)
  })
})

describe('parsePath', () => {
  it('reads names, indexes and escapes', () => {
    expect(parsePath('a.b\\.c[0][*].d e')).toEqual([
      { kind: 'name', name: 'a' },
      { kind: 'name', name: 'b.c' },
      { kind: 'index', index: 0 },
      { kind: 'every' },
      { kind: 'name', name: 'd e' },
    ])
  })

  it('gives back what formatPath wrote', () => {
    const names = ['a.b', 'c[0]', 'back\\slash', 'ünï']
    expect(parsePath(formatPath(names))).toEqual(names.map((name) => ({ kind: 'name', name })))
  })

  it.each(['', 'a..b', '.a', 'a.', 'a[', 'a[x]', 'a[0]b', '[0]'])('refuses "%s"', (path) => {
    expect(() => parsePath(path)).toThrow(MappingSyntaxError)
  })
})
