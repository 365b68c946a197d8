// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mapping language writes references as ${name}
import { describe, expect, it } from 'vitest'
import type { ColumnType, LakeField } from '#columns/column-type.ts'
import type { MappingEntry, SourceColumn } from './mapping-plan.ts'
import { checkMapping, identityMapping, planMapping, prunedFields } from './plan-mapping.ts'

const STRING: ColumnType = { kind: 'string' }

const FIELDS: readonly LakeField[] = [
  { id: 1, name: '_id', required: true, type: STRING },
  {
    id: 2,
    name: 'person',
    required: false,
    type: {
      kind: 'struct',
      fields: [
        {
          id: 5,
          name: 'name',
          required: false,
          type: {
            kind: 'struct',
            fields: [
              { id: 8, name: 'first', required: false, type: STRING },
              { id: 9, name: 'last', required: true, type: STRING },
            ],
          },
        },
        { id: 6, name: 'age', required: false, type: { kind: 'long' } },
      ],
    },
  },
  {
    id: 3,
    name: 'tags',
    required: false,
    type: { kind: 'list', elementId: 7, elementRequired: false, element: STRING },
  },
  { id: 4, name: 'seen.at', required: false, type: { kind: 'timestamptz' } },
]

const COLUMNS: readonly SourceColumn[] = [
  { name: 'id', type: { kind: 'int' } },
  { name: 'first name', type: STRING },
  { name: 'last', type: STRING },
  { name: 'age', type: { kind: 'int' } },
  { name: 'doc', type: STRING },
  { name: 'a.b', type: STRING },
  { name: 'flag', type: { kind: 'boolean' } },
  { name: 'seen', type: { kind: 'timestamp' } },
]

function attribute(source: string, destination: string): MappingEntry {
  return { sourceType: 'ATTRIBUTE', source, destination }
}

function expression(source: string, destination: string): MappingEntry {
  return { sourceType: 'EXPRESSION', source, destination }
}

const ID = attribute('id', '_id')

function plan(...entries: readonly MappingEntry[]) {
  return planMapping({ entries, columns: COLUMNS, fields: FIELDS })
}

function messages(...entries: readonly MappingEntry[]): string {
  return plan(...entries)
    .problems.map(({ severity, message }) => `${severity}: ${message}`)
    .join('\n')
}

describe('planMapping', () => {
  it('reads only what is used and writes in the order of the table', () => {
    const { plan: made, problems } = plan(
      attribute('seen', 'seen\\.at'),
      attribute('age', 'person.age'),
      expression('upper(last) + age', 'person.name.last'),
      ID,
    )
    expect(problems).toEqual([])
    expect(made.usedColumns).toEqual(['id', 'last', 'age', 'seen'])
    expect(made.outputs.map(({ leaf }) => leaf.path.join('/'))).toEqual([
      '_id',
      'person/name/last',
      'person/age',
      'seen.at',
    ])
    expect(made.outputs.map(({ from }) => (from.kind === 'column' ? from.conversion : from.kind))).toEqual([
      'value',
      'expression',
      'int-to-long',
      'none',
    ])
    expect(made.requiredPaths).toEqual(['_id'])
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
  })

  it('finds columns by their exact name before it reads a path', () => {
    for (const source of ['a.b', 'a\\.b', '${a\\.b}']) {
      expect(plan(ID, attribute(source, 'person.name.first')).plan.usedColumns).toEqual(['id', 'a.b'])
    }
    const made = plan(
      ID,
      attribute('doc.name', 'person.name.first'),
      attribute('first name', 'person.name.last'),
    ).plan
    expect(made.usedColumns).toEqual(['id', 'doc', 'first name'])
    expect(made.outputs[1]?.from).toEqual({
      kind: 'expression',
      expression: { node: 'member', name: 'name', of: { node: 'json', of: { node: 'column', column: 1 } } },
    })
  })

  it('copies an object to all of its fields, and lets a more specific mapping win', () => {
    const { plan: made, problems } = plan(ID, attribute('doc', 'person'), attribute('age', 'person.age'))
    expect(problems).toEqual([])
    expect(made.outputs.map(({ leaf, source }) => [leaf.path.join('.'), source])).toEqual([
      ['_id', 'id'],
      ['person.name.first', 'doc'],
      ['person.name.last', 'doc'],
      ['person.age', 'age'],
    ])
  })

  it('leaves fields out that nothing fills', () => {
    const { plan: made } = plan(ID, attribute('last', 'person.name.last'))
    expect(prunedFields(made, FIELDS)).toEqual([
      FIELDS[0],
      {
        id: 2,
        name: 'person',
        required: false,
        type: {
          kind: 'struct',
          fields: [
            {
              id: 5,
              name: 'name',
              required: false,
              type: { kind: 'struct', fields: [{ id: 9, name: 'last', required: true, type: STRING }] },
            },
          ],
        },
      },
    ])
  })

  it.each<[string, readonly MappingEntry[], string]>([
    [
      'a column that is not there',
      [ID, attribute('nope', 'person.age')],
      'error: The source has no column "nope"',
    ],
    [
      'a field of an expression that is not there',
      [ID, expression('1 + nope', 'person.age')],
      'no column "nope"',
    ],
    ['a destination that is not there', [ID, attribute('age', 'person.height')], 'no field "person.height"'],
    ['a destination below a plain field', [ID, attribute('age', 'person.age.x')], '"age" is no object'],
    [
      'an item far down a list',
      [ID, attribute('last', 'tags[1000]')],
      'The item 1000 in "tags[1000]" is beyond 999, the last that a mapping can fill',
    ],
    [
      'a part of a list without an item',
      [ID, attribute('last', 'tags.x')],
      '"tags" in "tags.x" is an array: name an item, tags[0], or all of them, tags[*]',
    ],
    ['a member of a plain item', [ID, attribute('last', 'tags[0].x')], '"tags[0]" is no object'],
    ['an item of a plain field', [ID, attribute('last', 'person.age[0]')], '"age", which is no array'],
    ['an item of an object', [ID, attribute('last', 'person[0]')], '"person", which is no array'],
    [
      'a list from a column that can hold none',
      [ID, attribute('age', 'tags')],
      'The column "age" is int and can\'t fill the array "tags"',
    ],
    [
      'two writers of an item',
      [ID, attribute('last', 'tags[0]'), attribute('doc', 'tags[0]')],
      'The destination "tags[0]" is written by another mapping already',
    ],
    [
      'two writers',
      [ID, attribute('age', 'person.age'), attribute('id', 'person.age')],
      'written by another mapping',
    ],
    [
      'a required field without a mapping',
      [attribute('age', 'person.age')],
      'error: The field "_id" is required',
    ],
    ['a broken expression', [ID, expression('1 +', 'person.age')], 'ends too early'],
    ['an unknown function', [ID, expression('nope(1)', 'person.age')], 'no function "nope"'],
    [
      'a constant that does not fit',
      [ID, { ...ID, sourceType: 'STATIC', source: 'x', destination: 'person.age' }],
      'does not fit long',
    ],
    [
      'a constant object',
      [ID, { sourceType: 'STATIC', source: 'x', destination: 'person' }],
      "can't be an object",
    ],
    [
      'a type that never fits',
      [ID, attribute('flag', 'person.age')],
      'warning: boolean does not become long',
    ],
    ['no path at all', [ID, attribute('age', '')], 'is no path'],
  ])('tells of %s', (_what, entries, message) => {
    expect(messages(...entries)).toContain(message)
  })

  it('tells once of a missing column that an object would have been copied from', () => {
    expect(plan(ID, attribute('nope', 'person')).problems).toHaveLength(1)
  })

  it('takes an expression that is an object for an object', () => {
    const { plan: made, problems } = plan(ID, expression('to_object("age", age)', 'person'))
    expect(problems).toEqual([])
    expect(made.outputs).toHaveLength(4)
  })
})

describe('checkMapping', () => {
  it('needs no source', () => {
    const entries = [attribute('anything', 'person.age'), expression('upper(whatever)', 'person.name.first')]
    expect(checkMapping({ entries, fields: FIELDS })).toEqual([])
  })

  it('names the entry that is wrong', () => {
    const entries = [ID, attribute('a', 'b'), expression('f(', '_id')]
    expect(checkMapping({ entries, fields: FIELDS })).toMatchObject([
      { severity: 'error', entry: 1, destination: 'b' },
      {
        severity: 'error',
        entry: 2,
        destination: '_id',
        message: expect.stringContaining('written by another') as string,
      },
    ])
  })
})

describe('identityMapping', () => {
  it('joins columns and fields of the same name, dots and all', () => {
    const columns = [
      ...COLUMNS,
      { name: 'seen.at', type: STRING },
      { name: '_id', type: STRING },
      { name: 'tags', type: STRING },
    ]
    const entries = identityMapping(columns, FIELDS)
    expect(entries).toEqual([attribute('seen.at', 'seen\\.at'), attribute('_id', '_id')])
    expect(planMapping({ entries, columns, fields: FIELDS }).problems).toEqual([])
  })

  it('joins an array with the list of its name', () => {
    const TEXTS = { kind: 'array', element: { kind: 'scalar', type: STRING }, delimiter: ',' } as const
    const columns: SourceColumn[] = [{ name: 'tags', type: STRING, shape: TEXTS }]
    const entries = identityMapping(columns, FIELDS)
    expect(entries).toEqual([attribute('tags', 'tags')])
    expect(planMapping({ entries, columns, fields: FIELDS }).plan.outputs[0]?.from).toMatchObject({
      kind: 'tree',
      parts: [{ steps: [], expression: { node: 'shaped_text', shape: TEXTS } }],
    })
  })
})

describe('an object as destination', () => {
  const id = attribute('last', '_id')

  it('refuses a column that can hold no object', () => {
    const { problems } = planMapping({
      entries: [id, attribute('age', 'person')],
      columns: COLUMNS,
      fields: FIELDS,
    })
    expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      { entry: 1, message: expect.stringContaining('"age" is int and can\'t fill the object "person"') },
    ])
  })

  it('takes text, which may be JSON', () => {
    const { problems } = planMapping({
      entries: [id, attribute('doc', 'person')],
      columns: COLUMNS,
      fields: FIELDS,
    })
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})
