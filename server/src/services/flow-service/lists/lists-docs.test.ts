import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FLOWS, RUNS, SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { parseOrderBy } from './order-by.ts'
import { parsePropertyFilter } from './property-filter.ts'
import { splitQueryString } from './search-query.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../../../../docs/lists.md'), 'utf8')

/** Every field that some resource has. */
const ANY = {
  fields: new Set([...FLOWS.fields, ...RUNS.fields, ...SUBSCRIPTIONS.fields, 'connectionSpec']),
  unknownFieldCode: '1449-400',
} as const

const written = [...PAGE.matchAll(/^\| `([^`]+)` \| /gm)].map(([, text = '']) => text)

test.each(written)('the condition %s of the page is understood', (text) => {
  const { conditions, projection } = parsePropertyFilter([text], ANY)
  expect(conditions.length === 1 || projection !== undefined).toBe(true)
})

test('the page shows every operator that there is', () => {
  const operators = written.flatMap((text) => parsePropertyFilter([text], ANY).conditions)
  expect(new Set(operators.map(({ operator }) => operator))).toEqual(new Set(['==', '!=', '>=']))
  expect(PAGE).toContain('also `<`, `>`, `<=`')
})

test('the orders and the query string of the page are understood', () => {
  const [, sentence = ''] = /`orderby` says otherwise: (.*?);/.exec(PAGE) ?? []
  const orders = [...sentence.matchAll(/`([^`]+)`/g)].map(([, text]) => text)
  expect(orders.map((text) => parseOrderBy(text, FLOWS.fields).length)).toEqual([1, 1, 2])
  const [, query = ''] = /"queryString": "([^"]+)"/.exec(PAGE) ?? []
  expect(parsePropertyFilter(splitQueryString(query), FLOWS).conditions).toHaveLength(2)
})
