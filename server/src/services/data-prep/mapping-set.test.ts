import { describe, expect, test } from 'vitest'
import { readMappingSet } from './mapping-set-body.ts'
import { entriesOf, mappingSetDocument, summaryOf } from './mapping-set-document.ts'
import { parseMappingSetListQuery } from './mapping-set-list-query.ts'
import { DataPrepProblem } from './problems.ts'
import { validateExpression } from './validate-expression.ts'

const SCHEMA = 'https://ns.adobe.com/acme/schemas/0d1e'
const modern = {
  name: 'Customers',
  outputSchema: { schemaRef: { id: SCHEMA, contentType: 'application/vnd.adobe.xed-full+json;version=1.2' } },
  mappings: [
    {
      sourceType: 'ATTRIBUTE',
      source: 'first_name',
      destination: 'person.name.firstName',
      name: 'first',
      description: 'given',
    },
    { sourceType: 'EXPRESSION', source: 'upper(code)', destination: 'code' },
    { sourceType: 'STATIC', source: '', destination: 'note' },
  ],
}
const context = { previous: undefined, userId: 'user@techacct', nowMs: 1_700_000_000_000 }

describe('bodies', () => {
  test('the modern generation', () => {
    const input = readMappingSet(modern)
    expect(input).toMatchObject({ name: 'Customers', schemaRef: modern.outputSchema.schemaRef })
    expect(input.mappings.map(({ entry }) => entry)).toEqual(
      modern.mappings.map(({ sourceType, source, destination }) => ({ sourceType, source, destination })),
    )
  })

  test('the legacy generation of the database tutorial', () => {
    const input = readMappingSet({
      version: 0,
      xdmSchema: SCHEMA,
      xdmVersion: '1.0',
      id: null,
      mappings: [
        {
          destinationXdmPath: 'person.birthDate',
          sourceAttribute: 'Datefield',
          identity: false,
          identityGroup: null,
          namespaceCode: null,
          version: 0,
        },
      ],
    })
    expect(input.schemaRef.id).toBe(SCHEMA)
    expect(input.mappings[0]).toMatchObject({
      entry: { sourceType: 'ATTRIBUTE', source: 'Datefield', destination: 'person.birthDate' },
      extras: { identity: false },
    })
  })

  test('the oldest generation', () => {
    const input = readMappingSet({
      schemaRef: { id: SCHEMA, contentType: 'a/b;version=1' },
      status: 'DRAFT',
      mappings: [],
    })
    expect(input).toMatchObject({
      schemaRef: { id: SCHEMA, contentType: 'a/b;version=1' },
      extras: { status: 'DRAFT' },
    })
  })

  test.each([
    [undefined, 'missing'],
    [{ ...modern, mappings: undefined }, "'mappings'"],
    [{ mappings: [] }, 'outputSchema.schemaRef.id'],
    [{ ...modern, mappings: [{ destination: 'a' }] }, "no 'source'"],
    [{ ...modern, mappings: [{ source: 'a' }] }, "no 'destination'"],
    [{ ...modern, mappings: [{ sourceType: 'MAGIC', source: 'a', destination: 'b' }] }, 'MAGIC'],
    [{ ...modern, mappings: ['a'] }, 'not an object'],
  ])('%j is refused', (body, message) => {
    expect(() => readMappingSet(body)).toThrow(message)
    expect(() => readMappingSet(body)).toThrow(DataPrepProblem)
  })
})

describe('documents', () => {
  test('a stored set that is sent back unchanged means the same', () => {
    const first = mappingSetDocument(readMappingSet(modern), context)
    const second = mappingSetDocument(readMappingSet(first), { ...context, previous: first })
    expect(entriesOf(second)).toEqual(entriesOf(first))
    expect(second.mappings.map(({ id }) => id)).toEqual(first.mappings.map(({ id }) => id))
    expect([first.version, second.version, second.id === first.id]).toEqual([0, 1, true])
    expect(second.outputSchema.schemaRef).toEqual(first.outputSchema.schemaRef)
  })

  test('speaks the words of all generations', () => {
    const document = mappingSetDocument(
      readMappingSet({ xdmSchema: SCHEMA, mappings: [{ sourceAttribute: 'a', destinationXdmPath: 'b' }] }),
      context,
    )
    expect(document).toMatchObject({
      xdmSchema: SCHEMA,
      schemaRef: { id: SCHEMA },
      outputSchema: { schemaRef: { id: SCHEMA } },
    })
    expect(document.mappings[0]).toMatchObject({
      ...{ source: 'a', sourceAttribute: 'a', destination: 'b', destinationXdmPath: 'b' },
      ...{ sourceType: 'text/x.schema-path', identity: false, primaryIdentity: false },
    })
  })

  test('runs get plain kinds of sources', () => {
    const summary = summaryOf(mappingSetDocument(readMappingSet(modern), context), 4)
    expect(summary).toMatchObject({ version: 0, newestVersion: 4, schemaId: SCHEMA })
    expect(summary.entries.map(({ sourceType }) => sourceType)).toEqual(['ATTRIBUTE', 'EXPRESSION', 'STATIC'])
  })
})

describe('list parameters', () => {
  test('all may be missing or blank', () => {
    const expected = { limit: 10, start: 0, name: undefined, property: undefined, isSchemaExpanded: false }
    expect(parseMappingSetListQuery({})).toMatchObject(expected)
    expect(
      parseMappingSetListQuery({ limit: '', start: '', name: '', orderBy: '', property: '' }),
    ).toMatchObject(expected)
  })

  test.each([
    ['+createdDate', { property: 'createdDate', direction: 'asc' }],
    [' createdDate', { property: 'createdDate', direction: 'asc' }],
    ['-updatedDate', { property: 'modifiedDate', direction: 'desc' }],
    ['lastUpdateDate', { property: 'modifiedDate', direction: 'asc' }],
  ])('orderBy=%s', (orderBy, expected) => {
    expect(parseMappingSetListQuery({ orderBy }).orderBy).toEqual(expected)
  })

  test.each([{ limit: '0' }, { limit: '101' }, { start: '-1' }, { orderBy: 'color' }, { property: 'name' }])(
    '%j is refused',
    (query) => {
      expect(() => parseMappingSetListQuery(query)).toThrow(DataPrepProblem)
    },
  )
})

describe('expressions', () => {
  test('are an answer whether right or wrong', () => {
    expect(validateExpression({ expression: 'concat("Hi", ",")' })).toEqual({
      validationStatus: 'succeeded',
      error: 'none',
    })
    expect(validateExpression({ expression: { expression: 'upper(name)' } }).validationStatus).toBe(
      'succeeded',
    )
    expect(validateExpression({ expression: 'concat("Hi"' })).toMatchObject({
      validationStatus: 'failed',
      error: expect.stringContaining('character'),
    })
    expect(validateExpression({ expression: 'no_such(1)' })).toMatchObject({
      validationStatus: 'failed',
      error: expect.stringContaining('no_such'),
    })
  })

  test('must be there', () => {
    expect(() => validateExpression({})).toThrow(DataPrepProblem)
  })
})
