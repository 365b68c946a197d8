import { expect, test } from 'vitest'
import { DeadlineError, withDeadline } from './with-deadline.ts'

const EXPONENTIAL = /^(?:a+)+$/u
const TEXT = `${'a'.repeat(60)}b`

test('work that is done in time is what it returns or throws', () => {
  expect(withDeadline(() => 42, 1_000)).toBe(42)
  expect(() =>
    withDeadline(() => {
      throw new RangeError('its own')
    }, 1_000),
  ).toThrow(RangeError)
  expect(withDeadline(() => withDeadline(() => 1, 1_000) + withDeadline(() => 2, 1_000), 1_000)).toBe(3)
})

test('a match that would take for ever is ended, and the next work is done', () => {
  expect(() => withDeadline(() => EXPONENTIAL.test(TEXT), 20)).toThrow(DeadlineError)
  expect(withDeadline(() => EXPONENTIAL.test('aaa'), 1_000)).toBe(true)
})
