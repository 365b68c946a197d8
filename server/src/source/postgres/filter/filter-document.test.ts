import { describe, expect, test } from 'vitest'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { parseFilterDocument, readFilter } from './filter-document.ts'
import { fieldLookup, filterValue, fnApply } from './filter-tree.ts'
import { compileRowFilter } from './row-filter.ts'
import { RowFilterError } from './row-filter-error.ts'

const tree = fnApply('=', fieldLookup('city'), filterValue('Oslo'))
const text = 'city = "Oslo"'

describe('a filter is read', () => {
  test.each<[string, unknown]>([
    ['a bare tree', tree],
    ['a bare text', text],
    ['JSON', { type: 'PQL', format: 'pql/json', value: tree }],
    ['text', { type: 'PQL', format: 'pql/text', value: text }],
    ['any case', { type: 'pql', format: ' PQL/Text ', value: text }],
    ['other spellings of JSON', { type: 'PQL', format: 'application/json', value: tree }],
    ['other spellings of JSON', { type: 'PQL', format: 'application/pql+JSON', value: tree }],
    ['other spellings of text', { type: 'PQL', format: 'text/plain', value: text }],
    ['JSON within a text', { type: 'PQL', format: 'pql/json', value: JSON.stringify(tree) }],
    ['a tree without a format', { type: 'PQL', value: tree }],
    ['a text without a format', { value: text }],
    ['nulls for type and format', { type: null, format: null, value: text }],
    ['an empty format', { format: '', value: text }],
  ])('%s: %j', (_, filter) => {
    expect(readFilter(filter).node).toEqual(tree)
  })
})

describe('a filter is refused', () => {
  test.each<[unknown, RegExp]>([
    [{ type: 'SQL', format: 'pql/text', value: text }, /type "SQL".*"PQL"/],
    [{ type: 7, value: text }, /type 7/],
    [{ type: 'PQL', format: 'sql', value: text }, /format "sql".*"pql\/json" or "pql\/text"/],
    [{ type: 'PQL', format: 7, value: text }, /format 7/],
    [{ type: 'PQL', format: 'pql/text', value: tree }, /must be a text/],
    [{ type: 'PQL', format: 'pql/json', value: text }, /not JSON; use the format "pql\/text"/],
    [{ type: 'PQL', format: 'pql/json' }, /object \{type, format, value\}/],
    [{}, /object \{type, format, value\}/],
    [[tree], /object \{type, format, value\}/],
    [null, /object \{type, format, value\}/],
    [7, /object \{type, format, value\}/],
  ])('%j', (filter, message) => {
    expect(() => readFilter(filter)).toThrow(
      expect.objectContaining({ name: 'RowFilterError', code: 'envelope' }),
    )
    expect(() => readFilter(filter)).toThrow(message)
  })
})

describe('a document in a query', () => {
  test.each<[string, unknown]>([
    [JSON.stringify(tree), tree],
    [` ${JSON.stringify({ format: 'pql/text', value: text })}\n`, { format: 'pql/text', value: text }],
    [`${text}\n`, text],
    [JSON.stringify(text), text],
    ['"Oslo" = city', '"Oslo" = city'],
    ['not (city = "Oslo")', 'not (city = "Oslo")'],
    ['', ''],
    ['7', 7],
  ])('%j', (document, parsed) => {
    expect(parseFilterDocument(document)).toEqual(parsed)
  })

  test.each(['{"nodeType": "fnApply"', '[1', '{ city = 1 }'])('%s is broken JSON', (document) => {
    expect(() => parseFilterDocument(document)).toThrow(RowFilterError)
    expect(() => parseFilterDocument(document)).toThrow(/not valid JSON/)
  })
})

test('what the compiler finds wrong in a text has its place, too', () => {
  const columns = [
    { name: 'city', type: describePostgresType({ typeName: 'text', typeOid: 25, typmod: -1 }) },
    { name: 'Odd "name"', type: describePostgresType({ typeName: 'integer', typeOid: 23, typmod: -1 }) },
  ]
  const wrong = (filter: string) => expect(() => compileRowFilter(filter, columns))
  wrong('city = "x" or citi = "y"').toThrow(
    expect.objectContaining({
      code: 'unknown-column',
      position: 14,
      token: 'citi',
      message: 'At offset 14: There is no column "citi". Did you mean "city"?',
    }),
  )
  wrong('public.orders.city = "x"').toThrow(/no column "public\.orders\.city"\. Did you mean "city"\?/)
  wrong('`Odd "name` = 1').toThrow(/Did you mean "Odd \\"name\\""\?/)
  wrong('`Odd "name"` = "seven"').toThrow(
    expect.objectContaining({ code: 'literal', position: 15, token: '"seven"' }),
  )
  wrong('city < 7.50').toThrow(expect.objectContaining({ code: 'no-order', position: 7, token: '7.50' }))
  wrong('city.startsWith("x", 1)').toThrow(
    expect.objectContaining({ code: 'literal', position: 21, token: '1' }),
  )
  wrong('city.startsWith()').toThrow(
    expect.objectContaining({ code: 'arity', position: 5, token: 'startsWith' }),
  )
})
