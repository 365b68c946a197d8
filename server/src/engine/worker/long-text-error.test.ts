import { expect, test } from 'vitest'
import { explainLength, LongTextError } from './long-text-error.ts'

const TOO_MANY_BYTES = 536_870_889

function errorOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return explainLength(error)
  }
}

test.each<[string, () => unknown]>([
  ['bytes that become a text', () => Buffer.allocUnsafe(TOO_MANY_BYTES).toString('utf8')],
  ['texts that become one', () => ['x'.repeat(300_000_000), 'y'.repeat(300_000_000)].join('')],
])('%s', (_, work) => {
  expect(errorOf(work)).toBeInstanceOf(LongTextError)
})

test('other errors stay what they are', () => {
  expect(errorOf(() => new Array(-1))).toBeInstanceOf(RangeError)
  expect(explainLength('a word')).toBe('a word')
})
