import { describe, expect, test } from 'vitest'
import { CREATED_BOUNDS, type ListDialect, parseListQuery } from './list-query.ts'

const DIALECT: ListDialect = {
  bounds: CREATED_BOUNDS,
  aliases: { dataSetId: 'dataSet' },
  synonyms: { status: { active: 'success', success: 'active' } },
}

const parse = (query: Record<string, unknown>) => parseListQuery(query, DIALECT)

describe('paging', () => {
  test('20 entries from the beginning, unless the request says otherwise', () => {
    expect(parse({})).toEqual({ limit: 20, start: 0, orderBy: [], properties: undefined, conditions: [] })
    expect(parse({ limit: '100', offset: '40' })).toMatchObject({ limit: 100, start: 40 })
    expect(parse({ limit: 7 })).toMatchObject({ limit: 7 })
  })

  test.each(['0', '101', '-1', 'ten', '1.5'])('the limit %s is refused with its range', (limit) => {
    expect(() => parse({ limit })).toThrow('from 1 to 100')
  })

  test('a negative start is refused', () => {
    expect(() => parse({ start: '-1' })).toThrow("'start'")
  })
})

describe('conditions', () => {
  test('values without text count as absent', () => {
    expect(parse({ name: '', description: ' ', property: '', tags: '', limit: '' }).conditions).toEqual([])
  })

  test('a filter is a list of values, negated by an exclamation mark', () => {
    expect(parse({ name: 'a,b' }).conditions).toEqual([
      { kind: 'oneOf', property: 'name', values: ['a', 'b'], negated: false },
    ])
    expect(parse({ name: '!a' }).conditions).toEqual([
      { kind: 'oneOf', property: 'name', values: ['a'], negated: true },
    ])
  })

  test('knows the other names of parameters and values', () => {
    expect(parse({ dataSetId: 'x', status: 'active' }).conditions).toEqual([
      { kind: 'oneOf', property: 'dataSet', values: ['x'], negated: false },
      { kind: 'oneOf', property: 'status', values: ['active', 'success'], negated: false },
    ])
  })

  test.each([
    ['name', { kind: 'exists', property: { name: 'name' }, negated: false }],
    ['!description', { kind: 'exists', property: { name: 'description' }, negated: true }],
    ['name==a=b', { kind: 'compare', property: { name: 'name' }, operator: '==', value: 'a=b' }],
    ['created>=12', { kind: 'compare', property: { name: 'created' }, operator: '>=', value: '12' }],
    ['name~^ex<y', { kind: 'compare', property: { name: 'name' }, operator: '~', value: '^ex<y' }],
    ['last*', { kind: 'exists', property: { like: 'last%' }, negated: false }],
    ['a_*==1', { kind: 'compare', property: { like: 'a\\_%' }, operator: '==', value: '1' }],
    ['a**b', { kind: 'exists', property: { name: 'a*b' }, negated: false }],
  ])('reads the property condition %s', (property, condition) => {
    expect(parse({ property }).conditions).toEqual([condition])
  })

  test('several property parameters are several conditions', () => {
    expect(parse({ property: ['name', '!tags'] }).conditions).toHaveLength(2)
  })

  test('a tag ends at the first colon; a star at the end is open', () => {
    expect(parse({ tags: 'unifiedProfile:enabled:true,a/b:*' }).conditions).toEqual([
      { kind: 'tag', tag: 'unifiedProfile', value: { text: 'enabled:true' } },
      { kind: 'tag', tag: 'a/b', value: { prefix: '' } },
    ])
    expect(() => parse({ tags: 'justATag' })).toThrow('tag:value')
  })

  test('bounds take milliseconds only', () => {
    expect(parse({ createdAfter: '5' }).conditions).toEqual([
      { kind: 'compare', property: { name: 'created' }, operator: '>', value: '5' },
    ])
    expect(() => parse({ createdBefore: '2026-01-01' })).toThrow('milliseconds')
  })
})

test('sort keys ascend unless they say otherwise', () => {
  expect(parse({ orderBy: 'name,desc:created' }).orderBy).toEqual([
    { property: 'name', direction: 'asc' },
    { property: 'created', direction: 'desc' },
  ])
})
