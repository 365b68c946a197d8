import { describe, expect, test } from 'vitest'
import { parseJsonValue } from './parse-json.ts'
import { parsePath } from './paths.ts'
import { placeIdentity, placeValue } from './place-value.ts'
import { EvaluationFailure, toJson, type Value } from './values.ts'

/** The steps behind the first name. */
const steps = (path: string) => parsePath(`x${path}`).slice(1)
const place = (into: string, path: string, value: string) =>
  toJson(placeValue(parseJsonValue(into), steps(path), parseJsonValue(value)))

describe('placeValue', () => {
  test.each<[string, string, string, unknown]>([
    ['null', '', '1', 1],
    ['null', '[0]', '1', [1]],
    ['null', '[2].a', '1', [null, null, { a: 1 }]],
    ['[1,2,3]', '[1]', '9', [1, 9, 3]],
    ['[{"a":1}]', '[0].b', '2', [{ a: 1, b: 2 }]],
    ['null', '.a.b', '1', { a: { b: 1 } }],
    ['"text"', '.a', '1', { a: 1 }],
    ['null', '[*]', '[1,null]', [1, null]],
    ['null', '[*].a', '[1,null]', [{ a: 1 }, {}]],
    ['[{"b":1}]', '[*].a', '[1,2]', [{ b: 1, a: 1 }, { a: 2 }]],
    ['[1,2,3]', '[*]', '[9]', [9, 2, 3]],
    ['null', '[*].a[*]', '[[1,2],[]]', [{ a: [1, 2] }, { a: [] }]],
  ])('%s %s %s', (into, path, value, expected) => {
    expect(place(into, path, value)).toEqual(expected)
  })

  test.each<[string, string, unknown]>([
    ['null', '.a', null],
    ['null', '[3].a', null],
    ['{"a":1,"b":2}', '.a', { b: 2 }],
    ['[1,2]', '[0]', [null, 2]],
    ['[1,2]', '[5]', [1, 2]],
    ['[1,2]', '[*]', [1, 2]],
  ])('null into %s at %s', (into, path, expected) => {
    expect(place(into, path, 'null')).toEqual(expected)
  })

  test('changes nothing in place', () => {
    const into = parseJsonValue('[{"a":[1]}]')
    placeValue(into, steps('[0].a[0]'), 9n)
    expect(toJson(into)).toEqual([{ a: [1] }])
  })

  test('needs an array for every item', () => {
    expect(() => placeValue(null, steps('[*].a'), 'text')).toThrow(EvaluationFailure)
  })
})

test('an identity is there once in its namespace, and primary if anybody says so', () => {
  const add = (into: Value, id: Value, isPrimary: boolean, namespace = 'Email') =>
    placeIdentity(into, { namespace, isPrimary }, id)
  const all = add(add(add(add(null, 'a', false), 'b', false), 'a', true), 7n, false, 'Id')
  expect(toJson(all)).toEqual({
    Email: [
      { id: 'a', primary: true },
      { id: 'b', primary: false },
    ],
    Id: [{ id: '7', primary: false }],
  })
  expect(add(all, null, true)).toBe(all)
  expect(add(all, '', true)).toBe(all)
})
