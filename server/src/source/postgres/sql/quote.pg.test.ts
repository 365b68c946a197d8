import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { quoteIdentifier, quoteLiteral } from './quote.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const texts = [
  '',
  "'",
  "''",
  '\\',
  "\\'",
  "\\\\'",
  "'; drop table x; --",
  '"',
  '$1',
  '$$',
  '%s',
  '漢字 😀',
  '\n\t',
  "E'",
  '/*',
  '--',
]

test.each(['on', 'off'])(
  'PostgreSQL reads back what was quoted, standard_conforming_strings %s',
  async (setting) => {
    await database.query(`set standard_conforming_strings = ${setting}`)
    await database.query('set escape_string_warning = off')
    for (const text of texts) {
      const { rows, fields } = await database.query(
        `select${quoteLiteral(text)} as ${quoteIdentifier(`n${text}`)}`,
      )
      expect(fields[0]?.name).toBe(`n${text}`)
      expect(Object.values(rows[0] ?? {})).toEqual([text])
    }
  },
)
