import { describe, expect, test } from 'vitest'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { matchesAll } from './match-filter.ts'
import { type FilterableFields, parsePropertyFilter } from './property-filter.ts'

const FLOWS: FilterableFields = {
  fields: new Set(['id', 'name', 'state', 'createdAt', 'ids', 'attributes']),
  objects: new Set(['attributes']),
  unknownFieldCode: '1449-400',
}

const parse = (...parameters: string[]) => parsePropertyFilter(parameters, FLOWS)

function codeOf(parameter: string): string {
  try {
    parse(parameter)
  } catch (error) {
    if (error instanceof FlowProblem) return error.code
    throw error
  }
  return 'none'
}

describe('the grammar of property', () => {
  test('reads paths, operators and values', () => {
    expect(parse('attributes.list[].name >= "2"').conditions).toEqual([
      {
        field: 'attributes.list[].name',
        path: ['attributes', 'list', 'name'],
        operator: '>=',
        values: ['2'],
      },
    ])
  })

  test.each([
    ['name==a,b', ['a', 'b']],
    ['name=="a,b",c', ['a,b', 'c']],
    ['name==" padded "', [' padded ']],
    ['name==""', ['']],
    ['name=abc', ['abc']],
    ['name=="abc"', ['abc']],
    ['name==a b', ['a b']],
    ['name==urn:a==b', ['urn:a==b']],
    ['name==<b>', ['<b>']],
    ['name==5" pipe', ['5" pipe']],
    ['name=="say "hi""', ['say "hi"']],
    ['name==x,nosuch==y', ['x', 'nosuch==y']],
    ['name==x,urn:a==b', ['x', 'urn:a==b']],
    ['name=="x,state==y"', ['x,state==y']],
  ])('reads the values of %s', (text, values) => {
    expect(parse(text).conditions.map((condition) => condition.values)).toEqual([values])
  })

  test('takes names without an operator as what to show', () => {
    expect(parse('id,name', 'state==enabled', 'attributes.x')).toMatchObject({
      conditions: [{ field: 'state' }],
      projection: ['id', 'name', 'attributes'],
    })
    expect(parse('', ' ')).toEqual({ conditions: [], projection: undefined })
  })

  test('takes everything in one parameter, as clients made from the API description send it', () => {
    expect(parse('id,name,state==enabled,disabled,createdAt>=5,attributes.x!=y')).toMatchObject({
      conditions: [
        { field: 'state', values: ['enabled', 'disabled'] },
        { field: 'createdAt', operator: '>=', values: ['5'] },
        { field: 'attributes.x', operator: '!=', values: ['y'] },
      ],
      projection: ['id', 'name'],
    })
  })

  test.each([
    ['name~x', '1440-400'],
    ['name!=a,b', '1443-400'],
    ['id>x', '1448-400'],
    ['attributes.flowId<x', '1448-400'],
    ['name!>x', '1450-400'],
    ['name<>x', '1450-400'],
    ['name==', '1453-400'],
    ['name==a,', '1453-400'],
    ['createdAt>soon', '1452-400'],
    ['attributes.startedAtUTC==x', '1452-400'],
    ['nosuch==1', '1449-400'],
    ['==1', '1449-400'],
    ['name..x==1', '1449-400'],
    ['nosuch', '1449-400'],
    ['name,', '1449-400'],
    ['attributes==x', '1454-400'],
    ['average(createdAt)==1', '1438-400'],
    ['max(createdAt)', '1441-400'],
    ['count(id)>1', '1442-400'],
    ['attributes[0].x==1', '1449-400'],
  ])('refuses %s with %s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })
})

describe('matching in memory', () => {
  const document = {
    id: 'x',
    name: 'Orders',
    state: 'enabled',
    createdAt: 5,
    ids: ['a', 'b'],
    attributes: { on: true, list: [{ n: 1 }, { n: 3 }] },
  }

  test.each([
    ['name==Orders', true],
    ['name==orders', false],
    ['name>Or', true],
    ['state==ENABLED', true],
    ['createdAt>4', true],
    ['createdAt>=5.5', false],
    ['ids==z,b', true],
    ['ids[]!=b', false],
    ['ids!=z', true],
    ['attributes.on==True', true],
    ['attributes.list[].n>2', true],
    ['attributes.list[].n>3', false],
    ['attributes.none==1', false],
    ['attributes.none!=1', true],
    ['createdAt!=5', false],
  ])('%s is %s', (text, expected) => {
    expect(matchesAll(document, parse(text).conditions)).toBe(expected)
  })
})
