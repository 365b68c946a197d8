import { expect, test } from 'vitest'
import type { DeltaOptions } from '#services/flow-service/flows/delta-column.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { RunFailedError } from './run-failed-error.ts'
import { windowCondition } from './window-condition.ts'

const OIDS = { 'timestamp with time zone': 1184, 'timestamp without time zone': 1114, date: 1082, text: 25 }

function column(typeName: keyof typeof OIDS, name = 'changed') {
  return { name, type: describePostgresType({ typeName, typeOid: OIDS[typeName], typmod: -1 }) }
}

const start = Date.UTC(2026, 0, 1, 12)
const end = Date.UTC(2026, 0, 2, 12)

test('a window is half-open, in UTC', () => {
  expect(windowCondition(column('timestamp with time zone'), { startMs: start, endMs: end })).toBe(
    `"changed" >= '2026-01-01T12:00:00.000Z'::timestamptz and "changed" < '2026-01-02T12:00:00.000Z'::timestamptz`,
  )
  expect(windowCondition(column('timestamp without time zone'), { startMs: start, endMs: undefined })).toBe(
    `"changed" >= '2026-01-01T12:00:00.000'::timestamp`,
  )
})

test('a window without a start is the whole history, rows without a delta included', () => {
  expect(windowCondition(column('timestamp with time zone'), { startMs: undefined, endMs: end })).toBe(
    `("changed" < '2026-01-02T12:00:00.000Z'::timestamptz or "changed" is null)`,
  )
  expect(windowCondition(column('date'), { startMs: undefined, endMs: undefined })).toBeUndefined()
})

test('a date belongs to the window that holds its midnight, so adjacent windows share no day and miss none', () => {
  expect(windowCondition(column('date'), { startMs: start, endMs: end })).toBe(
    `"changed" >= '2026-01-02'::date and "changed" < '2026-01-03'::date`,
  )
})

test('names are quoted, and a column that is no time is refused with what to do', () => {
  expect(windowCondition(column('date', 'a"b'), { startMs: start, endMs: undefined })).toContain('"a""b" >=')
  const refused = (options: DeltaOptions) => () =>
    windowCondition(column('text'), { startMs: start, endMs: end }, options)
  expect(refused({})).toThrow(RunFailedError)
  expect(refused({ dateFormat: 'h a' })).toThrow('no fixed form')
  expect(refused({ dateFormat: 'yyyy-MM-dd', timezone: 'Mars/Base' })).toThrow('Mars/Base')
})
