import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeRelation, type RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { checkRowFilter } from './check-row-filter.ts'
import { FUNCTION_NAMES } from './filter-functions.ts'
import { MAX_CHARACTERS, MAX_DEPTH, MAX_ITEMS } from './filter-limits.ts'
import { compileRowFilter } from './row-filter.ts'

/** Every example of docs/row-filters.md does what the page says, on the table that it creates. */
const PAGE = await readFile(new URL('../../../../../docs/row-filters.md', import.meta.url), 'utf8')

function blocks(language: string): string[] {
  return [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, body]) =>
    name === language && body !== undefined ? [body] : [],
  )
}

const DOCUMENTS = blocks('json').map((text): { readonly value?: unknown } => JSON.parse(text))
const LINES = blocks('pql').flatMap((text) => text.trim().split('\n'))

let source: TestSource
let shape: RelationShape
beforeAll(async () => {
  source = await createTestSource()
  for (const sql of blocks('sql')) await source.database.query(sql)
  shape = await describeRelation(source.session, 'orders')
})
afterAll(() => source[Symbol.asyncDispose]())

async function check(filter: unknown): Promise<void> {
  await checkRowFilter(source.session, shape, compileRowFilter(filter, shape.columns))
}

describe('is taken', () => {
  test.each(LINES)('%s', check)
  test.each(DOCUMENTS.filter((document) => 'value' in document))('%j', check)

  test('in the table of functions', async () => {
    const cells = [...section('Functions').matchAll(/^\| [^|]*\| (`[^|]*) \|/gm)].map(
      ([, cell]) => cell ?? '',
    )
    const filters = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? ''))
    expect(filters.length).toBeGreaterThan(10)
    for (const filter of filters) await check(onTheTable(filter))
  })
})

/** The shortest examples leave out the column, or call it a or b. */
function onTheTable(filter: string): string {
  const whole = /^(?:not )?in /.test(filter) ? `status ${filter}` : filter
  return whole.replace(/\ba = /, 'amount = ').replace(/\bb = /, 'id = ')
}

test('the two notations say the same', () => {
  const [tree, text] = DOCUMENTS
  expect(compileRowFilter(text, shape.columns)).toEqual(compileRowFilter(tree, shape.columns))
})

test('what is refused is refused for the reason given', async () => {
  const rows = [...section('What is refused').matchAll(/^\| `([\w-]+)` \| `([^`]+)` \|$/gm)]
  expect(rows.length).toBeGreaterThan(6)
  for (const [, code, filter] of rows) {
    await expect(check(filter), filter).rejects.toMatchObject({ name: 'RowFilterError', code })
  }
})

test('the error that it shows is the one that is thrown', () => {
  const [, , error] = DOCUMENTS as readonly { readonly report?: Record<string, unknown> }[]
  const report = error?.report ?? {}
  expect(() => compileRowFilter('id = 1 and citi = "Oslo"', shape.columns)).toThrow(
    expect.objectContaining({
      code: report['reason'],
      position: report['position'],
      token: report['token'],
      message: report['detailed-message'],
    }),
  )
})

test('it names every function and every limit', () => {
  const table = section('Functions')
  for (const name of FUNCTION_NAMES) expect(table).toContain(`\`${name}\``)
  for (const limit of [MAX_DEPTH, MAX_ITEMS, MAX_CHARACTERS])
    expect(PAGE).toContain(limit.toLocaleString('en'))
})

function section(title: string): string {
  return PAGE.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? ''
}
