import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { describeRelation } from '#source/postgres/explore/describe-relation.ts'
import { selectStatement } from '#source/postgres/read/copy-statement.ts'
import type { Slice } from '#source/postgres/read/plan-slices.ts'
import { holdSnapshot } from '#source/postgres/read/snapshot.ts'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { cutSlices } from './cut-slices.ts'
import type { StoredRunPlan } from './stored-plan.ts'
import { windowCondition } from './window-condition.ts'

/*
 * Whatever the server expects of a window, and whichever way its rows are found: each is in one slice, once. What the
 * server then does is asked of the server.
 */

const DAY = 86_400_000
const START = Date.UTC(2024, 0, 1)
const TARGET_BYTES = 512 * 1024
const ROWS = 50_000
/** A row every 20 seconds, the first of them without a time: eleven days and a half. */
const COLUMNS = `
  i as id, case when i > 20 then timestamptz '2024-01-01Z' + i * interval '20 seconds' end as at,
  repeat('x', i % 100) as pad`

let source: TestSource

beforeAll(async () => {
  source = await createTestSource()
  await source.database.query(`
    create table indexed as select ${COLUMNS} from generate_series(1, ${ROWS}) i;
    create index on indexed (at);
    create table bare as table indexed;
    create table scattered as select * from indexed order by hashint4(id::int);
    create index on scattered (at);
    create table crowded (id bigint, at timestamptz, pad text);
    insert into crowded select i, timestamptz '2024-01-01Z' + (i / 5000) * interval '1 day', repeat('x', 60)
      from generate_series(0, ${ROWS - 1}) i;
    create index on crowded (at);
    create table walls as select id, at at time zone 'UTC' as at, pad from indexed;
    create index on walls (at);
    create table days as select id, (at at time zone 'UTC')::date as at, pad from indexed;
    create index on days (at);
    create table parted (id bigint, at timestamptz, pad text) partition by range (at);
    create table parted_1 partition of parted for values from ('2024-01-01Z') to ('2024-01-05Z');
    create table parted_2 partition of parted for values from ('2024-01-05Z') to ('2024-01-09Z');
    create table parted_rest partition of parted default;
    insert into parted table indexed;
    create index on parted (at);
    create table grown (id bigint, at timestamptz, pad text) with (autovacuum_enabled = off);
    insert into grown select * from indexed where id <= 3000;
    create index on grown (at);
    create table shrunk (id bigint, at timestamptz, pad text) with (autovacuum_enabled = off);
    insert into shrunk table indexed;
    create index on shrunk (at);
    analyze;
    insert into grown select * from indexed where id > 3000;
    delete from shrunk where id % 1000 <> 0`)
})
afterAll(() => source[Symbol.asyncDispose]())

interface Cut {
  readonly slices: readonly Slice[]
  readonly statements: readonly string[]
  /** Of the rows that the slices have, sorted. */
  readonly ids: readonly number[]
  /** The same of the window itself. */
  readonly wanted: readonly number[]
}

async function cut(table: string, startMs: number | null, endMs: number): Promise<Cut> {
  await using snapshot = await holdSnapshot(source.target)
  const shape = await describeRelation(snapshot.session, table)
  const [id, at] = shape.columns.slice(0, 2) as unknown as readonly [WireColumn, WireColumn]
  const where = windowCondition(at, { startMs: startMs ?? undefined, endMs })
  const slices = await cutSlices(
    { sliceTargetBytes: TARGET_BYTES },
    {
      run: { window_start: startMs, window_end: endMs } as Run,
      inputs: { deltaColumn: { name: 'at' } } as FlowPlanInputs,
      plan: { columns: [id, at], where } as unknown as StoredRunPlan,
      snapshot,
      shape,
    },
  )
  const statements = slices.map((slice) => selectStatement(slice, [id, at], where))
  const ids: number[] = []
  for (const statement of statements)
    ids.push(...(await snapshot.session.query<{ id: string }>(statement)).map((row) => Number(row.id)))
  const whole = await snapshot.session.query<{ id: string }>(`select id from ${table} where ${where}`)
  const sorted = (some: number[]): number[] => some.sort((a, b) => a - b)
  return { slices, statements, ids: sorted(ids), wanted: sorted(whole.map((row) => Number(row.id))) }
}

async function planOf(statement: string): Promise<string> {
  const rows = await source.session.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${statement}`)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

const isCutByPlace = ({ ranges }: Slice): boolean =>
  ranges.some((range) => range.kind === 'blocks' && (range.fromBlock > 0 || range.toBlock !== undefined))

const TABLES = ['indexed', 'bare', 'scattered', 'crowded', 'walls', 'days', 'parted', 'grown', 'shrunk']
/** Nothing, a moment, both ends on rows, a day, a window over partitions, everything, and all of history. */
const WINDOWS: readonly (readonly [string, number | null, number])[] = [
  ['nothing', START + 400 * DAY, START + 401 * DAY],
  ['a moment', START + DAY, START + DAY + 1],
  ['an hour between two rows', START + 2 * DAY, START + 2 * DAY + 3_600_000],
  ['some days', START + 3 * DAY + 5_000, START + 6 * DAY + 5_000],
  ['everything', START, START + 400 * DAY],
  ['history', null, START + 6 * DAY],
]

test.each(TABLES.flatMap((table) => WINDOWS.map((window) => [table, ...window] as const)))(
  'each row of a window is in one slice, once: %s, %s',
  async (table, _what, startMs, endMs) => {
    const { ids, wanted } = await cut(table, startMs, endMs)
    expect(ids).toEqual(wanted)
  },
)

test.each(['indexed', 'scattered', 'walls', 'days', 'parted'])(
  'a small window is one slice, whose rows the server finds by an index and neither sorts nor keeps: %s',
  async (table) => {
    const { slices, statements, ids } = await cut(table, START + 2 * DAY, START + 2 * DAY + 600_000)
    expect(slices).toHaveLength(1)
    expect(slices.some(isCutByPlace)).toBe(false)
    expect(slices[0]?.sizeBytes).toBeLessThan(TARGET_BYTES)
    // A date is its midnight.
    expect(ids.length).toBe(table === 'days' ? 4_320 : 30)
    const plan = await planOf(statements[0] ?? '')
    expect(plan).toMatch(/Index/)
    expect(plan).not.toMatch(/Sort|Seq Scan|Materialize|Hash/)
  },
)

test('a large window of an index is cut into windows, each of which is found by it', async () => {
  const { slices, statements } = await cut('indexed', START + DAY, START + 6 * DAY)
  expect(slices.length).toBeGreaterThan(2)
  expect(slices.some(isCutByPlace)).toBe(false)
  for (const statement of statements) {
    const plan = await planOf(statement)
    expect(plan).toMatch(/Index Cond/)
    expect(plan).not.toMatch(/Sort|Seq Scan/)
  }
})

test('partitions without a row of the window are not looked into', async () => {
  const { statements } = await cut('parted', START + 2 * DAY, START + 2 * DAY + 600_000)
  const plan = await planOf(statements[0] ?? '')
  expect(plan).toMatch(/parted_1/)
  expect(plan).not.toMatch(/parted_2|parted_rest/)
})

test('without an index, or where the index is no help, slices are cut by place', async () => {
  const bare = await cut('bare', START + 2 * DAY, START + 2 * DAY + 600_000)
  expect(bare.slices.length).toBeGreaterThan(2)
  expect(bare.slices.filter(isCutByPlace)).toHaveLength(bare.slices.length)
  const most = await cut('scattered', START, START + 400 * DAY)
  expect(most.slices.filter(isCutByPlace)).toHaveLength(most.slices.length)
})
