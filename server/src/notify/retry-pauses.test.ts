import { expect, test } from 'vitest'
import { judgeAnswer } from './judge-answer.ts'
import { MAX_RETRY_AFTER_MS, pauseAfter, RETRY_PAUSES_MS } from './retry-pauses.ts'

const HOUR = 3_600_000
const middle = () => 0.5

test('pauses grow, and the last attempt comes about a day after the first', () => {
  expect(RETRY_PAUSES_MS).toEqual([...RETRY_PAUSES_MS].sort((a, b) => a - b))
  const total = RETRY_PAUSES_MS.reduce((sum, pause) => sum + pause, 0)
  expect(total / HOUR).toBeGreaterThan(23)
  expect(total / HOUR).toBeLessThan(25)
})

test('a pause is spread by a tenth to both sides, and there is none after the last', () => {
  expect(pauseAfter(1, { random: middle })).toBe(5_000)
  expect(pauseAfter(1, { random: () => 0 })).toBe(4_500)
  expect(pauseAfter(1, { random: () => 0.999_999 })).toBe(5_500)
  expect(pauseAfter(RETRY_PAUSES_MS.length, { random: middle })).toBe(8 * HOUR)
  expect(pauseAfter(RETRY_PAUSES_MS.length + 1, { random: middle })).toBeUndefined()
})

test('a receiver may ask for a longer pause, never for a shorter or an endless one', () => {
  expect(pauseAfter(1, { random: middle, retryAfterMs: 60_000 })).toBe(60_000)
  expect(pauseAfter(3, { random: middle, retryAfterMs: 60_000 })).toBe(120_000)
  expect(pauseAfter(1, { random: middle, retryAfterMs: 999 * HOUR })).toBe(MAX_RETRY_AFTER_MS)
})

test('what was asked for holds for everything that goes there, and a last failure asks for it as well', () => {
  const answer = { isDelivered: false, statusCode: 429, error: 'x', retryAfterMs: 60_000, elapsedMs: 1 }
  const options = { nowMs: 1_000, random: middle }
  expect(judgeAnswer(answer, { ...options, failures: 0 })).toMatchObject({
    state: 'pending',
    failures: 1,
    nextAttemptAt: 61_000,
    resumeAt: 61_000,
  })
  expect(judgeAnswer(answer, { ...options, failures: RETRY_PAUSES_MS.length })).toMatchObject({
    state: 'failed',
    nextAttemptAt: null,
    resumeAt: 61_000,
  })
})
