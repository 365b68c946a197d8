import { expect, test } from 'vitest'
import { readTextTime } from './text-time.ts'

const MOMENT = Date.UTC(2026, 1, 3, 4, 5, 6, 789)

test.each([
  ['yyyy-MM-dd HH:mm:ss', '9999-99-99 99:99:99', '2026-02-03 04:05:07'],
  ['YYYY-MM-DD', '9999-99-99', '2026-02-04'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", '9999-99-99T99:99:99.999Z', '2026-02-03T04:05:06.789Z'],
  ['uuuuMMddHHmm', '999999999999', '202602030406'],
  ['yyyy-MM-dd HH', '9999-99-99 99', '2026-02-03 05'],
  ['yyyy-MM-dd HH:mm:ss.S', '9999-99-99 99:99:99.9', '2026-02-03 04:05:06.8'],
  ['yyyy-MM-dd HH:mm:ss.SSSSSS', '9999-99-99 99:99:99.999999', '2026-02-03 04:05:06.789000'],
])('%s sorts as it stands', (pattern, shape, key) => {
  const form = readTextTime(pattern)
  expect(form).toMatchObject({ shape, places: undefined })
  expect(form?.keyAt(MOMENT)).toBe(key)
})

test('a form that begins with something else than the year is put in order', () => {
  const form = readTextTime('dd.MM.yyyy HH:mm')
  expect(form?.shape).toBe('99.99.9999 99:99')
  expect(form?.places).toEqual([
    { from: 7, length: 4 },
    { from: 4, length: 2 },
    { from: 1, length: 2 },
    { from: 12, length: 2 },
    { from: 15, length: 2 },
  ])
  expect(form?.keyAt(MOMENT)).toBe('202602030406')
})

test.each([
  'MM-dd',
  'yyyy-MM',
  'yy-MM-dd',
  'yyyy-M-d',
  'yyyy-MMM-dd',
  'yyyy-MM-dd hh:mm a',
  'yyyy-MM-dd mm',
  'yyyy-MM-dd HH:ss',
  "yyyy-MM-dd'T'HH:mm:ssX",
  'yyyy-MM-dd yyyy',
  "'2'yyyy-MM-dd",
  "yyyy-MM-dd 'at",
  'whatever',
  '',
])('%s has no fixed form', (pattern) => {
  expect(readTextTime(pattern)).toBeUndefined()
})
