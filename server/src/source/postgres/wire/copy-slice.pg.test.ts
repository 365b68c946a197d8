import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdSnapshot } from '#source/postgres/read/snapshot.ts'
import { MemoryRing } from '#source/postgres/testing/memory-ring.ts'
import { copyAll, createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { CopySessions } from './copy-sessions.ts'
import { type CopySliceOptions, copySlice } from './copy-slice.ts'
import { planSlot, type SlotRing } from './slot.ts'
import type { WireColumn } from './wire-column.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
})
afterAll(() => source[Symbol.asyncDispose]())

const INT4: WireColumn = {
  name: 'i',
  type: describePostgresType({ typeName: 'integer', typeOid: 23, typmod: -1 }),
}
const TEXT: WireColumn = {
  name: 'v',
  type: describePostgresType({ typeName: 'text', typeOid: 25, typmod: -1 }),
}
const NUMERIC: WireColumn = {
  name: 'n',
  type: describePostgresType({ typeName: 'numeric', typeOid: 1700, typmod: -1 }),
}

/** Rows that come at once and would take a minute to come to an end. */
const ENDLESS = 'select a from generate_series(1, 20000) a, generate_series(1, 20000) b'

function copyQuery(
  query: string,
  columns: readonly WireColumn[],
  changes: Partial<CopySliceOptions> & { rawBytes?: number; slotRows?: number; slotCount?: number } = {},
) {
  const { rawBytes, slotRows, slotCount, ...options } = changes
  const layout = planSlot(columns, { rawBytes, slotRows })
  const ring = new MemoryRing(layout, columns, slotCount)
  const sql = `copy (${query}) to stdout (format binary)`
  const done = copySlice({ target: source.target, sql, columns, layout, ring, ...options })
  return { ring, done }
}

test.each([1, 2, 5])('rows cross many slots of a ring of %i', async (slotCount) => {
  const query =
    'select i, case when i % 7 = 0 then null else repeat(chr(97 + i % 26), i % 300) end from generate_series(1, 30000) i'
  const { ring, done } = copyQuery(query, [INT4, TEXT], { rawBytes: 65_536, slotCount })
  const { rowCount, byteCount } = await done
  expect(rowCount).toBe(30_000)
  expect(ring.published.length).toBeGreaterThan(30_000 / 2048)
  expect(ring.published.reduce((sum, slot) => sum + slot.rowCount, 0)).toBe(30_000)
  expect(byteCount).toBeGreaterThanOrEqual(ring.published.reduce((sum, slot) => sum + slot.byteCount, 0))
  const wrong = ring.rows.filter(([i, v], index) => {
    const n = index + 1
    const expected = n % 7 === 0 ? null : String.fromCharCode(97 + (n % 26)).repeat(n % 300)
    return Number(i) !== n || v !== expected
  })
  expect(wrong).toEqual([])
})

test('slots are full when rows are small', async () => {
  const { ring, done } = copyQuery('select i from generate_series(1, 5000) i', [INT4])
  await done
  expect(ring.published.map((slot) => slot.rowCount)).toEqual([2048, 2048, 904])
})

test('rows larger than the heap bring a heap along, between rows that do not', async () => {
  const query =
    "select i, case when i in (1, 5, 6, 9) then repeat(i::text, 5000000) else 'small' end from generate_series(1, 9) i"
  const { ring, done } = copyQuery(query, [INT4, TEXT], { rawBytes: 65_536 })
  await done
  expect(ring.rows.map(([i]) => Number(i))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(ring.rows.map(([, v]) => String(v).length)).toEqual([5e6, 5, 5, 5, 5e6, 5e6, 5, 5, 5e6])
  expect(new Set(ring.rows[4]?.[1] as string)).toEqual(new Set('5'))
  expect(ring.published.filter((slot) => slot.hasOverflow)).toHaveLength(4)
  expect(ring.published.filter((slot) => slot.hasOverflow).every((slot) => slot.rowCount === 1)).toBe(true)
})

test('a row of 200 MB', async () => {
  const { ring, done } = copyQuery("select repeat('x', 200000000)", [TEXT])
  const { byteCount } = await done
  expect(ring.published).toHaveLength(1)
  expect(byteCount).toBeGreaterThan(200_000_000)
  expect(String(ring.rows[0]?.[0]).length).toBe(200_000_000)
})

test('printed values that outgrow their room end the slot, or get a heap', async () => {
  const query = `select i, case when i = 4000 then 1e100000 + i else i * 1.5e40 end::numeric,
                        repeat('y', 5) from generate_series(1, 6000) i`
  const { ring, done } = copyQuery(query, [INT4, NUMERIC, TEXT])
  await done
  expect(ring.rows).toHaveLength(6000)
  expect(ring.rows[3999]?.[1]).toBe(`1${'0'.repeat(99_996)}4000`)
  const wrong = ring.rows.filter(
    ([i, n]) => i !== '4000' && n !== `${(BigInt(i as string) * 15n * 10n ** 39n).toString()}`,
  )
  expect(wrong).toEqual([])
  expect(
    ring.published.some((slot) => !slot.hasOverflow && slot.rowCount < 2048 && slot.rowCount > 100),
  ).toBe(true)
  expect(ring.published.filter((slot) => slot.hasOverflow)).toHaveLength(1)
})

test('no rows, no slots', async () => {
  const { ring, done } = copyQuery('select 1 where false', [INT4])
  expect(await done).toMatchObject({ rowCount: 0 })
  expect(ring.published).toEqual([])
})

test('no columns are refused', async () => {
  await expect(copyQuery('select', []).done).rejects.toThrow(/at least one column/)
})

test('a column that is not what it was described as is noticed', async () => {
  await expect(copyQuery('select 1::int8', [INT4]).done).rejects.toMatchObject({
    name: 'SourceError',
    code: 'WIRE_FORMAT',
  })
  await expect(copyQuery('select 1, 2', [INT4]).done).rejects.toMatchObject({ code: 'WIRE_FORMAT' })
})

test('an error in the middle is the error of the copy', async () => {
  const { ring, done } = copyQuery('select 100000 / (50000 - i) from generate_series(1, 90000) i', [INT4])
  await expect(done).rejects.toMatchObject({ name: 'SourceError', code: '22012', stage: 'query' })
  expect(ring.rows.length).toBeGreaterThan(0)
})

test('an error at the start is, too', async () => {
  await expect(copyQuery('select nonsense', [INT4]).done).rejects.toMatchObject({ code: '42703' })
})

test('a ring that gives up ends the copy and the session', async () => {
  const layout = planSlot([INT4])
  const inner = new MemoryRing(layout, [INT4])
  const ring: SlotRing = {
    acquire: () => {
      if (inner.published.length === 3) throw new Error('the ring was ended')
      return inner.acquire()
    },
    drain: inner.drain,
    publish: inner.publish,
  }
  const applicationName = 'copy into a broken ring'
  await expect(copyQuery(ENDLESS, [INT4], { ring, applicationName }).done).rejects.toThrow(
    'the ring was ended',
  )
  await expectNoSession(applicationName)
})

test('an abort stops the server', async () => {
  const controller = new AbortController()
  const applicationName = 'copy to be aborted'
  const layout = planSlot([INT4])
  const inner = new MemoryRing(layout, [INT4])
  const ring: SlotRing = {
    acquire: inner.acquire,
    drain: inner.drain,
    publish: (...args) => {
      inner.publish(...args)
      if (inner.published.length === 2) queueMicrotask(() => controller.abort(new Error('enough')))
    },
  }
  const { done } = copyQuery(ENDLESS, [INT4], { ring, applicationName, signal: controller.signal })
  await expect(done).rejects.toThrow('enough')
  await expectNoSession(applicationName)
  const asleep = copyQuery('select 1 from pg_sleep(60)', [INT4], {
    applicationName,
    signal: AbortSignal.timeout(200),
  })
  await expect(asleep.done).rejects.toThrow(/timeout/)
  await expectNoSession(applicationName)
})

test('a session that is killed says by whom', async () => {
  const applicationName = 'copy to be killed'
  const { done } = copyQuery('select i from generate_series(1, 3) i, pg_sleep(60)', [INT4], {
    applicationName,
  })
  const kill =
    'select pg_terminate_backend(pid) as ok from pg_stat_activity where application_name = $1 and state = $2'
  const failure = expect(done).rejects.toMatchObject({ name: 'SourceError', code: '57P01' })
  await expect
    .poll(async () => (await source.database.query(kill, [applicationName, 'active'])).rowCount)
    .toBe(1)
  await failure
})

test('every reader of a snapshot sees the same rows', async () => {
  const { database } = source
  await database.query('create table moving as select i, 0 as version from generate_series(1, 1000) i')
  await using snapshot = await holdSnapshot(source.target)
  expect(snapshot.serverVersion).toMatch(/^\d+/)
  expect(Math.abs(snapshot.takenAtMs - Date.now())).toBeLessThan(60_000)
  await database.query(
    'update moving set version = 1; delete from moving where i > 500; insert into moving values (2000, 2)',
  )
  const then = await copyAll(source, 'moving', { snapshotId: snapshot.snapshotId })
  expect(then.rowCount).toBe(1000)
  expect(then.ring.rows.every(([, version]) => version === '0')).toBe(true)
  const now = await copyAll(source, 'moving')
  expect(now.rowCount).toBe(501)
  await snapshot[Symbol.asyncDispose]()
  await expect(copyAll(source, 'moving', { snapshotId: snapshot.snapshotId })).rejects.toMatchObject({
    name: 'SourceError',
    stage: 'query',
  })
})

async function expectNoSession(applicationName: string): Promise<void> {
  const count = 'select count(*)::int as n from pg_stat_activity where application_name = $1'
  await expect
    .poll(async () => (await source.database.query<{ n: number }>(count, [applicationName])).rows[0]?.n, {
      timeout: 5000,
    })
    .toBe(0)
}

test('one session copies slice after slice, and one whose copy has failed is not used again', async () => {
  await using sessions = new CopySessions()
  const copiedBy = async (query: string, expected: number): Promise<unknown> => {
    const { ring, done } = copyQuery(query, [INT4], { sessions })
    expect((await done).rowCount).toBe(expected)
    return ring.rows[0]?.[0]
  }
  const first = await copiedBy('select pg_backend_pid()', 1)
  expect(await copiedBy('select pg_backend_pid() from generate_series(1, 20000)', 20_000)).toBe(first)
  await expect(copyQuery('select 1 / 0', [INT4], { sessions }).done).rejects.toMatchObject({ code: '22012' })
  const second = await copiedBy('select pg_backend_pid()', 1)
  expect(second).not.toBe(first)
  expect(await copiedBy('select pg_backend_pid()', 1)).toBe(second)
})
