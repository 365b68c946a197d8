import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeltaOptions } from '#services/flow-service/flows/delta-column.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { windowCondition } from './window-condition.ts'

/** Adjacent windows, as PostgreSQL reads them, over columns that say the same moment in every way there is. */
const HOUR = 3_600_000
const ZONE = 'Europe/Paris'
/** The clocks of Paris are set on at the one, and back at the other. */
const SPRING = Date.UTC(2026, 2, 29, 1)
const AUTUMN = Date.UTC(2026, 9, 25, 1)

const COLUMNS: Readonly<Record<string, { oid: number; typeName: string; options: DeltaOptions }>> = {
  moment: { oid: 1184, typeName: 'timestamp with time zone', options: { timezone: ZONE } },
  wall: { oid: 1114, typeName: 'timestamp without time zone', options: { timezone: ZONE } },
  utc: { oid: 1114, typeName: 'timestamp without time zone', options: {} },
  sorted: { oid: 25, typeName: 'text', options: { dateFormat: 'yyyy-MM-dd HH:mm:ss', timezone: ZONE } },
  german: { oid: 1043, typeName: 'character varying', options: { dateFormat: 'dd.MM.yyyy HH:mm' } },
  padded: { oid: 1042, typeName: 'character(30)', options: { dateFormat: "yyyyMMdd'T'HHmmss'Z'" } },
}

let source: TestDatabase

beforeAll(async () => {
  source = await createTestDatabase()
  // One row for every ten minutes of the six hours around each change.
  await source.query(
    `create table events as
       select row_number() over ()::int as id, at as moment, at at time zone $2 as wall, at at time zone 'UTC' as utc,
              to_char(at at time zone $2, 'YYYY-MM-DD HH24:MI:SS') as sorted,
              to_char(at at time zone 'UTC', 'DD.MM.YYYY HH24:MI')::varchar as german,
              to_char(at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"')::char(30) as padded
         from unnest($1::timestamptz[]) as change, generate_series(change - interval '3 hours', change + interval '3 hours', '10 minutes') as at`,
    [[new Date(SPRING), new Date(AUTUMN)], ZONE],
  )
})
afterAll(async () => source?.drop())

async function idsIn(
  name: string,
  startMs: number | undefined,
  endMs: number | undefined,
): Promise<number[]> {
  const { oid: typeOid, typeName, options } = COLUMNS[name] ?? { oid: 0, typeName: '', options: {} }
  const type = describePostgresType({ typeName, typeOid, typmod: -1 })
  const condition = windowCondition({ name, type }, { startMs, endMs }, options)
  const { rows } = await source.query<{ id: number }>(
    `select id from events where ${condition ?? 'true'} order by id`,
  )
  return rows.map(({ id }) => id)
}

test.each(Object.keys(COLUMNS))(
  'every row is in one window, and none before it has happened: %s',
  async (name) => {
    const { rows } = await source.query<{ id: number; moment: Date }>('select id, moment from events')
    const happenedAt = new Map(rows.map(({ id, moment }) => [id, moment.getTime()]))
    const found: number[] = []
    // A window of 23 minutes begins and ends on no border of anything.
    for (const change of [SPRING, AUTUMN]) {
      for (let start = change - 4 * HOUR; start < change + 6 * HOUR; start += 23 * 60_000) {
        const ids = await idsIn(name, start, start + 23 * 60_000)
        for (const id of ids) expect(happenedAt.get(id)).toBeLessThan(start + 23 * 60_000)
        found.push(...ids)
      }
    }
    expect(found.toSorted((a, b) => a - b)).toEqual([...happenedAt.keys()].toSorted((a, b) => a - b))
  },
)

test('texts that tell no time are part of the whole history alone, and fail no statement', async () => {
  const { rows } = await source.query<{ id: number }>(
    `insert into events (id, moment, sorted, german)
       values (1001, now(), null, null), (1002, now(), 'yesterday', '31.02.2026'), (1003, now(), '2026-13-45 99:99:99', '32.13.2026 25:61')
       returning id`,
  )
  const strange = rows.map(({ id }) => id)
  for (const name of ['sorted', 'german']) {
    const all = await idsIn(name, undefined, Date.UTC(2026, 11, 31))
    expect(all).toEqual(expect.arrayContaining([1001, 1002]))
    const window = await idsIn(name, 0, Date.UTC(2026, 11, 31))
    expect(window.filter((id) => strange.includes(id) && id !== 1003)).toEqual([])
    expect(window.length).toBeGreaterThan(70)
  }
})
