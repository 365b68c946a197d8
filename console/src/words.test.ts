import { expect, test } from 'vitest'
import { distinctMessages, startOfSchedule, wordsOfSchedule } from './words.ts'

test.each([
  [undefined, 'On demand'],
  [{ frequency: 'once' }, 'Once'],
  [{ frequency: 'minute', interval: '15' }, 'Every 15 minutes'],
  [{ frequency: 'day', interval: 1 }, 'Every day'],
  [{ frequency: 'week' }, 'Every week'],
])('schedule %j reads %s', (schedule, words) => expect(wordsOfSchedule(schedule)).toBe(words))

test.each([
  ['1612310466', 1_612_310_466_000],
  [1_612_310_466_000, 1_612_310_466_000],
  ['2021-02-03T00:01:06Z', 1_612_310_466_000],
  ['soon', undefined],
  [undefined, undefined],
])('start %j is at %j', (startTime, atMs) => expect(startOfSchedule({ startTime })).toBe(atMs))

test('a message of both lists is told once, with its count', () => {
  const plain = { code: 'A', message: 'odd' }
  const counted = { ...plain, recordCount: 2 }
  const other = { code: 'B', message: 'even' }
  expect(distinctMessages([plain], undefined, [counted, other])).toEqual([counted, other])
})
