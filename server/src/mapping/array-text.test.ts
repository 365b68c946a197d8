import { describe, expect, test } from 'vitest'
import { parseArrayText } from './array-text.ts'
import { EvaluationFailure, type Value } from './values.ts'

describe('parseArrayText', () => {
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
    [
      '[0:1][-1:0]={{a,b},{c,d}}',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['{é€,"𝄞"}', ['é€', '𝄞']],
  ])('reads %s', (text, expected) => {
    expect(parseArrayText(text, false)).toEqual(expected)
  })

  test('reads booleans', () => {
    expect(parseArrayText('{t,f,NULL}', true)).toEqual([true, false, null])
  })

  test.each(['', '{', '{a', 'a}', '{a}b', '{a,}', '{,a}', '[1]', '{{a}'])('refuses %j', (text) => {
    expect(() => parseArrayText(text, false)).toThrow(EvaluationFailure)
  })

  test('leaves what is an array already', () => {
    expect(parseArrayText([1n], false)).toEqual([1n])
    expect(parseArrayText(null, false)).toBeNull()
  })
})
