import { describe, expect, test } from 'vitest'
import type { ColumnType, LakeType } from '#columns/column-type.ts'
import type { TextShape } from '#typemap/text-shape.ts'
import { parseShapedText } from './shaped-text.ts'
import { EvaluationFailure, toJson, type Value } from './values.ts'

const scalar = (kind: Exclude<ColumnType['kind'], 'decimal'>): TextShape => ({
  kind: 'scalar',
  type: { kind },
})
const arrayOf = (element: TextShape, delimiter = ','): TextShape => ({ kind: 'array', element, delimiter })
const TEXTS = arrayOf(scalar('string'))

describe('arrays', () => {
  test.each<[string, Value]>([
    ['{}', []],
    ['{1,-2.5,NULL}', ['1', '-2.5', null]],
    ['{"NULL",null,"",a b}', ['NULL', null, '', 'a b']],
    [String.raw`{"a \"b\" \\ {,}"}`, ['a "b" \\ {,}']],
    [
      '{{a,b},{c,NULL}}',
      [
        ['a', 'b'],
        ['c', null],
      ],
    ],
    ['{é€,"𝄞"}', ['é€', '𝄞']],
  ])('%s', (text, expected) => {
    expect(parseShapedText(text, { shape: TEXTS })).toEqual(expected)
  })

  test('of texts of ten million characters, with quotes and without', () => {
    const long = 'ab'.repeat(5_000_000)
    const escaped = String.raw`\"`.repeat(5_000_000)
    const items = parseShapedText(`{${long},"${long} ","${escaped}"}`, { shape: TEXTS })
    // A difference of such texts would take minutes to print.
    expect(Array.isArray(items) && items.map((item) => String(item).length)).toEqual([
      10_000_000, 10_000_001, 5_000_000,
    ])
    expect(Array.isArray(items) && items[2] === '"'.repeat(5_000_000)).toBe(true)
  })

  test('of booleans, of whole numbers, of boxes', () => {
    expect(parseShapedText('{t,f,NULL}', { shape: arrayOf(scalar('boolean')) })).toEqual([true, false, null])
    expect(parseShapedText('{9007199254740993}', { shape: arrayOf(scalar('long')) })).toEqual([
      9007199254740993n,
    ])
    expect(parseShapedText('{(1,2),(0,0);(3,4),(1,1)}', { shape: arrayOf(scalar('string'), ';') })).toEqual([
      '(1,2),(0,0)',
      '(3,4),(1,1)',
    ])
  })

  test('of composites, which quote twice', () => {
    const pair: TextShape = {
      kind: 'composite',
      fields: [
        { name: 'a', shape: scalar('int') },
        { name: 'b', shape: scalar('string') },
      ],
    }
    const text = String.raw`{"(1,\"x \"\"y\"\" \\\\ z\")",NULL,"(,)"}`
    expect(toJson(parseShapedText(text, { shape: arrayOf(pair) }))).toEqual([
      { a: 1, b: 'x "y" \\ z' },
      null,
      { a: null, b: null },
    ])
  })

  test.each(['', '{', '{a', 'a}', '{a}b', '{a,}', '{,a}', '[1]', '{{a}', '[0:1]={a,b}'])(
    'refuses %j',
    (text) => {
      expect(() => parseShapedText(text, { shape: TEXTS })).toThrow(EvaluationFailure)
    },
  )

  const listOf = (element: LakeType): LakeType => ({
    kind: 'list',
    elementId: 1,
    elementRequired: false,
    element,
  })
  const struct = (name: string, type: LakeType): LakeType => ({
    kind: 'struct',
    fields: [{ id: 1, name, type, required: false }],
  })
  const RANGES: TextShape = { kind: 'multirange', bound: scalar('int') }
  const TAGS: TextShape = { kind: 'composite', fields: [{ name: 'tags', shape: TEXTS }] }
  const string: LakeType = { kind: 'string' }
  const range = struct('lower', { kind: 'int' })

  test.each<[string, string, TextShape, LakeType]>([
    ['two dimensions', '{{a,b},{c,NULL}}', TEXTS, listOf(string)],
    ['three dimensions', '{{{a}}}', TEXTS, listOf(listOf(string))],
    ['two dimensions of what is a list itself', '{{"{[1,2)}",NULL}}', arrayOf(RANGES), listOf(listOf(range))],
    ['two dimensions of a domain over arrays', '{{"{a}"}}', arrayOf(TEXTS), listOf(listOf(string))],
    ['two dimensions within an item', '{"{{a}}"}', arrayOf(TEXTS), listOf(listOf(string))],
    ['two dimensions within a composite', '("{{a,b},{c,d}}")', TAGS, struct('tags', listOf(string))],
  ])('no list of the place holds %s', (_, text, shape, whole) => {
    expect(() => parseShapedText(text, { shape })).not.toThrow()
    expect(() => parseShapedText(text, { shape, whole })).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'HW-ARRAY-FORM' }) }),
    )
  })

  test.each<[string, TextShape, LakeType]>([
    ['{{a,b},{c,NULL}}', TEXTS, listOf(listOf(string))],
    ['{"{[1,2)}",NULL}', arrayOf(RANGES), listOf(listOf(range))],
    ['{"{a,b}"}', arrayOf(TEXTS), listOf(listOf(string))],
    ['("{{a,b},{c,d}}")', TAGS, struct('tags', listOf(listOf(string)))],
    ['("{a}")', TAGS, string],
  ])('the place holds %s', (text, shape, whole) => {
    expect(parseShapedText(text, { shape, whole })).toEqual(parseShapedText(text, { shape }))
  })

  test('what is an array already stays one', () => {
    expect(parseShapedText([1n], { shape: TEXTS })).toEqual([1n])
    expect(parseShapedText(null, { shape: TEXTS })).toBeNull()
  })
})
