import { expect, type TestContext, test } from 'vitest'
import { takeViolations } from './reference.ts'

/**
 * One numbered statement of the Flow Service's contract as one test. The number leads the test's name, and
 * `scripts/write-coverage.ts` finds number and words in the source, so both are literals. An answer that breaks
 * the reference description of the API fails the statement that asked for it.
 */
export function statement(
  number: number,
  words: string,
  body: (context: TestContext) => Promise<void>,
): void {
  test(`${number}. ${words}`, async (context) => {
    const violations = await body(context).then(takeViolations, (error: unknown) => {
      takeViolations()
      throw error
    })
    expect(violations, 'answers that break the reference').toEqual([])
  })
}
