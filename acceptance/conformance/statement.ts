import { type TestContext, test } from 'vitest'

/**
 * One numbered statement of the Flow Service's contract as one test. The number leads the test's name, and
 * `scripts/write-coverage.ts` finds number and words in the source, so both are literals.
 */
export function statement(
  number: number,
  words: string,
  body: (context: TestContext) => Promise<void>,
): void {
  test(`${number}. ${words}`, body)
}
