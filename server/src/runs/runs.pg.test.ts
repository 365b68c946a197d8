import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '#kit/json.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { sweepDiagnostics } from './diagnostics-sweeper.ts'
import { RunWorld, type Worker } from './testing/run-world.ts'

/** What runs do when nothing goes wrong around them. */
let world: RunWorld
let worker: Worker

const ITEM = { id: { type: 'integer', 'meta:xdmType': 'long' }, label: { type: 'string' } }

beforeAll(async () => {
  world = await RunWorld.open()
  worker = await world.startWorker()
  await world.source.query(`
    create table items as select i::bigint as id, 'item ' || i as label from generate_series(1, 1000) i;
    create table empty_items (like items);
    create table parted_items (like items) partition by range (id);
    create table moments as
      select i::bigint as id, case when i in (7, 42, 70) then 'infinity' else timestamptz '2026-01-01Z' + i * interval '1 s' end as at
      from generate_series(1, 100) i`)
})

afterAll(async () => {
  await worker[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

beforeEach(async () => expect(await world.spooled()).toEqual([]))

async function land(
  flow: Parameters<RunWorld['startRun']>[0],
  window?: Parameters<RunWorld['startRun']>[1],
): Promise<Run> {
  return world.untilEnded(await world.startRun(flow, window))
}

function metricsOf(run: Run): JsonObject & { statusSummary: JsonObject & { extensions: JsonObject } } {
  return run.document['metrics'] as never
}

test('a table lands with every row, and run, flow, batch and ledger say so', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const run = await land(flow)
  expect(await world.query(flow, 'select count(*)::int, sum(id)::int, min(label) from t')).toEqual([
    [1000, 500500, 'item 1'],
  ])
  expect(run).toMatchObject({ state: 'success', epoch: 1, error_count: 0 })
  expect(run.document).toMatchObject({
    metrics: {
      recordSummary: {
        inputRecordCount: 1000,
        outputRecordCount: 1000,
        createdRecordCount: 1000,
        failedRecordCount: 0,
      },
      fileSummary: { outputFileCount: 1 },
      statusSummary: { status: 'success', extensions: { type: 'one-time' } },
    },
    activities: [{ name: 'PostgreSQL Copy Activity' }, { name: 'Promotion Activity' }],
    proof: { rowsRead: 1000, rowsLanded: 1000, rowsSetAside: 0, fields: 2, agreeing: 2 },
  })
  expect(metricsOf(run).statusSummary).not.toHaveProperty('errors')
  expect(metricsOf(run).statusSummary.extensions).not.toHaveProperty('errors')
  const { document } = await world.flowRow(flow)
  expect(document['lastRunDetails']).toMatchObject({ id: run.id, state: 'success' })
  expect(await world.batch(run)).toMatchObject({
    status: 'success',
    recordCount: 1000,
    failedRecordCount: 0,
    errors: [],
  })
  const { currentSnapshotId, snapshots } = await world.table(flow)
  const commits = await world.db.selectFrom('lake_commit').selectAll().where('run_id', '=', run.id).execute()
  expect(commits).toMatchObject([{ snapshot_id: currentSnapshotId, dataset_id: flow.datasetId }])
  expect(snapshots.at(-1)?.summary).toMatchObject({ 'headwater.run-id': run.id, 'total-records': '1000' })
})

test('a relation in many slices is committed once, with a file for each', async () => {
  await world.source.query(
    `create table big_items as select i::bigint as id, repeat('x', 200) as label from generate_series(1, 20000) i`,
  )
  const flow = await world.addFlow({ relation: 'public.big_items', properties: ITEM })
  const run = await land(flow)
  const slices = await world.db.selectFrom('run_slice').select('state').where('run_id', '=', run.id).execute()
  expect(slices.length).toBeGreaterThan(3)
  expect(new Set(slices.map(({ state }) => state))).toEqual(new Set(['done']))
  expect(run.document).toMatchObject({ metrics: { fileSummary: { outputFileCount: slices.length } } })
  expect(await world.query(flow, 'select count(*)::int, count(distinct id)::int from t')).toEqual([
    [20000, 20000],
  ])
  expect((await world.table(flow)).snapshots).toHaveLength(1)
})

test.each(['empty_items', 'parted_items'])(
  '%s: a run without rows succeeds, with the copy activity alone',
  async (relation) => {
    const flow = await world.addFlow({ relation: `public.${relation}`, properties: ITEM })
    const run = await land(flow)
    expect(run.document).toMatchObject({
      metrics: {
        recordSummary: { inputRecordCount: 0, outputRecordCount: 0, failedRecordCount: 0 },
        sizeSummary: { inputBytes: 0, outputBytes: 0 },
        statusSummary: { status: 'success' },
      },
      activities: [{ name: 'PostgreSQL Copy Activity', recordSummary: { inputRecordCount: 0 } }],
    })
    expect(run.document['activities']).toHaveLength(1)
    expect(await world.batch(run)).toMatchObject({ status: 'success', recordCount: 0 })
    expect((await world.table(flow)).snapshots).toEqual([])
  },
)

const MOMENT = { id: ITEM.id, at: { type: 'string', format: 'date-time' } }

test('rows set aside below the threshold: the others land, and every one of them is told', async () => {
  const options = { partialIngestionPercent: 3 }
  const flow = await world.addFlow({ relation: 'public.moments', properties: MOMENT, options })
  const run = await land(flow)
  expect(run.document).toMatchObject({
    metrics: {
      recordSummary: { inputRecordCount: 100, outputRecordCount: 97, failedRecordCount: 3 },
      statusSummary: {
        status: 'success',
        errors: [{ code: 'CONNECTOR-2001-500' }],
        extensions: {
          errors: [
            { code: 'INGEST-1212-400', recordCount: 3 },
            { code: 'HW-TEMPORAL-INFINITY', recordCount: 3 },
          ],
          manifest: {
            failedRecords: expect.stringContaining(`/batches/${run.batch_id}/meta?path=row_errors`),
          },
        },
      },
    },
    proof: { rowsRead: 100, rowsLanded: 97, rowsSetAside: 3 },
  })
  expect(await world.query(flow, 'select count(*)::int from t')).toEqual([[97]])
  const batch = await world.batch(run)
  expect(batch).toMatchObject({ status: 'success', recordCount: 97, failedRecordCount: 3 })
  expect(batch?.['errors']).toMatchObject([{ code: 'INGEST-1212-400', recordCount: 3 }, { recordCount: 3 }])
  const records = await world.diagnostics(flow, run)
  expect(records.map(({ id }) => id)).toEqual([7, 42, 70])
})

test('rows set aside beyond the threshold: the run fails, nothing is visible, and the diagnostics stay', async () => {
  const options = { partialIngestionPercent: 2.9 }
  const flow = await world.addFlow({ relation: 'public.moments', properties: MOMENT, options })
  const run = await land(flow)
  expect(run).toMatchObject({ state: 'failed', error_count: 0 })
  expect(run.document).toMatchObject({
    metrics: {
      recordSummary: { inputRecordCount: 100, outputRecordCount: 0, failedRecordCount: 100 },
      statusSummary: {
        status: 'failed',
        errors: [
          {
            code: 'CONNECTOR-2001-500',
            message: expect.stringContaining('3 of 100 rows have errors, 2.9 % are tolerated'),
          },
        ],
        extensions: {
          errors: [
            { code: 'INGEST-1212-400', recordCount: 3 },
            { code: 'HW-TEMPORAL-INFINITY', recordCount: 3 },
          ],
          manifest: {},
        },
      },
    },
    activities: [{ statusSummary: { status: 'success' } }, { statusSummary: { status: 'failed' } }],
  })
  expect((await world.table(flow)).snapshots).toEqual([])
  expect(await world.batch(run)).toMatchObject({ status: 'failed', recordCount: 0, failedRecordCount: 100 })
  expect(await world.diagnostics(flow, run)).toHaveLength(3)
  expect((await world.flowRow(flow)).document['lastRunDetails']).toMatchObject({
    id: run.id,
    state: 'failed',
  })
})

test('without diagnostics a bad row fails the run, is shown nowhere, and the run says how to see it', async () => {
  const flow = await world.addFlow({ relation: 'public.moments', properties: MOMENT })
  const run = await land(flow)
  expect(metricsOf(run).statusSummary).toMatchObject({
    status: 'failed',
    errors: [{ message: expect.stringContaining('turn errorDiagnosticsEnabled on') }],
    extensions: { errors: [{ code: 'INGEST-1211-400', recordCount: 3 }, { code: 'HW-TEMPORAL-INFINITY' }] },
  })
  expect(metricsOf(run).statusSummary.extensions).not.toHaveProperty('manifest')
  expect(await world.diagnostics(flow, run)).toEqual([])
})

test('diagnostics can be looked at for thirty days, and the rows that landed stay', async () => {
  const options = { partialIngestionPercent: 3 }
  const flow = await world.addFlow({ relation: 'public.moments', properties: MOMENT, options })
  const run = await land(flow)
  const sweepIn = (days: number) =>
    sweepDiagnostics({ ...world.deps, now: () => Date.now() + days * 86_400_000 })
  await sweepIn(29)
  expect(await world.diagnostics(flow, run)).toHaveLength(3)
  expect(await sweepIn(31)).toBeGreaterThan(0)
  expect(await world.diagnostics(flow, run)).toEqual([])
  expect(await world.query(flow, 'select count(*)::int from t')).toEqual([[97]])
  expect(await sweepIn(31)).toBe(0)
})

test('rows that all were set aside are a run without files', async () => {
  await world.source.query("create view no_moments as select id, timestamptz 'infinity' as at from moments")
  const options = { partialIngestionPercent: 100 }
  const flow = await world.addFlow({ relation: 'public.no_moments', properties: MOMENT, options })
  const run = await land(flow)
  expect(run.document).toMatchObject({
    metrics: {
      recordSummary: { inputRecordCount: 100, outputRecordCount: 0, failedRecordCount: 100 },
      fileSummary: { outputFileCount: 0 },
      statusSummary: { status: 'success' },
    },
  })
  expect((await world.table(flow)).snapshots).toEqual([])
  expect(await world.diagnostics(flow, run)).toHaveLength(100)
})

test('a required field without a value sets its row aside', async () => {
  await world.source.query(
    "create table gaps as select i::bigint as id, case when i <> 3 then 'x' end as label from generate_series(1, 5) i",
  )
  const options = { partialIngestionPercent: 50 }
  const flow = await world.addFlow({
    relation: 'public.gaps',
    properties: ITEM,
    required: ['label'],
    options,
  })
  const run = await land(flow)
  expect(metricsOf(run).statusSummary.extensions['errors']).toMatchObject([
    { code: 'INGEST-1212-400', recordCount: 1 },
    { code: 'INGEST-1555-400', recordCount: 1 },
  ])
  expect(await world.query(flow, 'select count(*)::int from t')).toEqual([[4]])
})

test('a mapping that reads no column gives its constants to every row', async () => {
  const entries = [{ sourceType: 'STATIC', source: 'always', destination: 'label' }] as const
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM, entries })
  await land(flow)
  expect(await world.query(flow, 'select label, count(*)::int, count(id)::int from t group by 1')).toEqual([
    ['always', 1000, 0],
  ])
})

test('a schema that gained a field evolves the table, and older rows have none of it', async () => {
  await world.source.query(
    'create table growing as select i::bigint as id, i * 2 as extra from generate_series(1, 3) i',
  )
  const flow = await world.addFlow({ relation: 'public.growing', properties: { id: ITEM.id } })
  await land(flow)
  world.changeSchema(flow, { id: ITEM.id, extra: { type: 'integer' } })
  const run = await land(flow)
  expect(run.state).toBe('success')
  expect(await world.query(flow, 'select id::int, extra from t order by 1, 2 nulls first')).toEqual(
    [1, 2, 3].flatMap((id) => [
      [id, null],
      [id, id * 2],
    ]),
  )
  // A third run finds the table as the schema wants it.
  const again = await land(flow)
  expect(again.plan).not.toHaveProperty('evolution')
})

test('a field that became wider, and one that became optional, change the table although none is new', async () => {
  await world.source.query('create table widening (id bigint, amount integer not null, note text)')
  await world.source.query("insert into widening values (1, 1, 'a')")
  const before = { id: ITEM.id, amount: { type: 'integer' }, note: { type: 'string' } }
  const flow = await world.addFlow({ relation: 'public.widening', properties: before, required: ['note'] })
  await land(flow)
  await world.source.query('alter table widening alter amount type bigint')
  await world.source.query('insert into widening values (2, 5000000000, null)')
  world.changeSchema(flow, { ...before, amount: { type: 'integer', 'meta:xdmType': 'long' } })
  const run = await land(flow)
  expect(run.state).toBe('success')
  const { fields } = await world.table(flow)
  expect(fields).toMatchObject([
    { name: 'id' },
    { name: 'amount', type: { kind: 'long' } },
    { name: 'note', required: false },
  ])
  expect(await world.query(flow, 'select amount::varchar, note from t order by 1')).toEqual([
    ['1', 'a'],
    ['1', 'a'],
    ['5000000000', null],
  ])
})

test('adjacent windows share no row and miss none, and the watermark follows them', async () => {
  await world.source.query(`
    create table events as select i::bigint as id, timestamptz '2026-01-01Z' + i * interval '1 hour' as at from generate_series(0, 47) i;
    insert into events values (100, null), (101, 'infinity'), (102, '2026-01-01 23:59:59.999999Z')`)
  const flow = await world.addFlow({ relation: 'public.events', properties: MOMENT, deltaColumn: 'at' })
  const [day1, day2, day3] = [1, 2, 3].map((day) => Date.UTC(2026, 0, day)) as [number, number, number]
  const first = await land(flow, { startMs: null, endMs: day2 })
  expect((await world.flowRow(flow)).watermark_at).toBe(day2)
  const second = await land(flow, { startMs: day2, endMs: day3 })
  expect((await world.flowRow(flow)).watermark_at).toBe(day3)
  expect([first, second].map((run) => metricsOf(run)['recordSummary'])).toMatchObject([
    { outputRecordCount: 26 },
    { outputRecordCount: 24 },
  ])
  expect(
    await world.query(
      flow,
      'select count(*)::int, count(distinct id)::int, count(*) filter (id = 24)::int from t',
    ),
  ).toEqual([[50, 50, 1]])
  expect(metricsOf(second)['durationSummary']).toMatchObject({
    extensions: { windowStart: day2, windowEnd: day3 },
  })
  expect(day1).toBeLessThan(day2)
})

test('a run over everything leaves the flow at the instant of its snapshot, from where the next goes on', async () => {
  await world.source.query(`
    create table all_events as select i::bigint as id, now() - i * interval '1 hour' as at from generate_series(1, 3) i;
    insert into all_events values (100, null)`)
  const flow = await world.addFlow({ relation: 'public.all_events', properties: MOMENT, deltaColumn: 'at' })
  const { plan } = await land(flow)
  const { watermark_at: watermarkMs } = await world.flowRow(flow)
  expect(watermarkMs).toBe(plan?.['nowMs'])
  await world.source.query('insert into all_events values (4, clock_timestamp())')
  await land(flow, { startMs: watermarkMs, endMs: Date.now() + 60_000 })
  expect(await world.query(flow, 'select id::int from t order by 1')).toEqual([[1], [2], [3], [4], [100]])
})

test('a window that an index finds over partitions is read in one slice, whose bad rows tell their partition', async () => {
  await world.source.query(`
    create table hours (id bigint, at timestamptz, label text) partition by range (at);
    create table hours_1 partition of hours for values from ('2024-01-01Z') to ('2024-06-01Z');
    create table hours_2 partition of hours for values from ('2024-06-01Z') to ('2025-01-01Z');
    insert into hours select i, timestamptz '2024-01-01Z' + i * interval '10 minutes', repeat('x', 60)
      from generate_series(0, 50000) i;
    create index on hours (at);
    update hours set label = null where at = '2024-05-31 23:50Z';
    analyze hours`)
  const flow = await world.addFlow({
    relation: 'public.hours',
    properties: { id: ITEM.id, label: ITEM.label },
    required: ['label'],
    deltaColumn: 'at',
    options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 10 },
  })
  const window = { startMs: Date.UTC(2024, 4, 31, 20), endMs: Date.UTC(2024, 5, 1, 4) }
  const run = await land(flow, window)
  expect(await world.query(flow, 'select count(*)::int, count(distinct id)::int from t')).toEqual([[47, 47]])
  const { rows: slices } = await world.metadata.query('select slice from run_slice where run_id = $1', [
    run.id,
  ])
  expect(slices).toMatchObject([{ slice: { ranges: [{ kind: 'whole', relation: '"public"."hours"' }] } }])
  expect(await world.diagnostics(flow, run)).toMatchObject([{ _source: { relation: 'public.hours_1' } }])
})

test('a filter of the source connection is part of the copy, whatever its values hold', async () => {
  const filters = { type: 'PQL', format: 'pql/json', value: equals('label', "it's 5; drop table items") }
  await world.source.query(
    "create table quoted as select * from items where id <= 3; update quoted set label = 'it''s 5; drop table items' where id = 2",
  )
  const flow = await world.addFlow({ relation: 'public.quoted', properties: ITEM, filters })
  await land(flow)
  expect(await world.query(flow, 'select id::int from t')).toEqual([[2]])
})

function equals(column: string, value: string): JsonObject {
  return {
    nodeType: 'fnApply',
    fnName: '=',
    params: [
      { nodeType: 'fieldLookup', fieldName: column },
      { nodeType: 'literal', value },
    ],
  }
}

test('a run that was asked for while another is active waits, and starts when that one ends, well or not', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const bad = await world.addFlow({ relation: 'public.nothing_there', properties: ITEM })
  for (const { id } of [flow, bad]) {
    const [first, second, third] = [
      await world.startRun({ id }),
      await world.startRun({ id }),
      await world.startRun({ id }),
    ]
    expect([second.state, third.state]).toEqual(['scheduled', 'scheduled'])
    const ended = [
      await world.untilEnded(first),
      await world.untilEnded(second),
      await world.untilEnded(third),
    ]
    expect(ended.map(({ state }) => state)).toEqual(Array(3).fill(id === flow.id ? 'success' : 'failed'))
    const starts = ended.map((run) => run.started_at ?? 0)
    const ends = ended.map((run) => run.completed_at ?? 0)
    expect(starts[1]).toBeGreaterThanOrEqual(ends[0] ?? 0)
    expect(starts[2]).toBeGreaterThanOrEqual(ends[1] ?? 0)
  }
})
