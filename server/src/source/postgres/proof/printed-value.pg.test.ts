import { afterAll, expect, test } from 'vitest'
import { createTestSource } from '#source/postgres/testing/test-source.ts'
import { printDay, printMoment } from './printed-value.ts'

const source = await createTestSource()
afterAll(() => source[Symbol.asyncDispose]())

test.each([
  '2026-02-28 12:34:56.789',
  '0001-01-01 00:00:00',
  '0001-12-31 23:59:59.999999 BC',
  '4713-01-01 00:00:00 BC',
  '1969-12-31 23:59:59.000001',
  '9999-12-31 23:59:59',
  '100000-02-29 00:00:00.1',
])('prints %s as the server does', async (text) => {
  const { rows } = await source.database.query(
    `select ((extract(epoch from $1::timestamp)::numeric * 1000000)::numeric)::text as micros,
            ($1::date - date '1970-01-01')::text as days, $1::date::text as day`,
    [text],
  )
  const [{ micros, days, day }] = rows as [{ micros: string; days: string; day: string }]
  expect(printMoment(BigInt(micros.split('.')[0] ?? ''), '')).toBe(text)
  expect(printDay(Number(days))).toBe(day)
})
