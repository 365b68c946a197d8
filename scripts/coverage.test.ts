import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { coveragePage, FLOW_SERVICE, PLATFORM, readStatements, statementsIn } from './coverage.ts'

test('the page of covered statements is as the tests are (else: node scripts/write-coverage.ts)', () => {
  const page = readFileSync(join(import.meta.dirname, '../acceptance/COVERAGE.md'), 'utf8')
  expect(coveragePage()).toBe(page)
})

test.each([FLOW_SERVICE, PLATFORM])('every statement of $title has a test, and none has two', (contract) => {
  const numbers = readStatements(contract).map(({ number }) => number)
  expect(numbers).toEqual(Array.from({ length: contract.statementCount }, (_, index) => index + 1))
})

test('number and words are read from every way of writing a statement', () => {
  const source = `
    statement(7, 'it\\'s so', async () => {})
  statement(
    12,
    "isn't it",
    async () => {},
  )
    statement(9, \`plain\`, async () => {})`
  expect(statementsIn('a.test.ts', source)).toEqual([
    { number: 7, words: "it's so", file: 'a.test.ts' },
    { number: 12, words: "isn't it", file: 'a.test.ts' },
    { number: 9, words: 'plain', file: 'a.test.ts' },
  ])
})

test('a statement whose number is no literal is refused', () => {
  expect(() => statementsIn('a.test.ts', "statement(number, 'words', async () => {})")).toThrow(
    /1 statements/,
  )
  expect(() => statementsIn('a.test.ts', 'statement(1, words, async () => {})')).toThrow(/only 0/)
})
