import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, connectTo, FLOW, finishedRun, type Ingested, ingest } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** What a run says of itself that failed: before anything was read, in the middle, and on its way into the lake. */
const COPY = '4f008a00-3a04-11eb-adc1-0242ac120002'
const PROMOTION = '37b34f84-1ada-11eb-adc1-0242ac120002'

let source: TestDatabase
let server: TestServer
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

const TEXT = { type: 'string' }

function makeFlow(tableName: string, base = connectionId, label: Answer = TEXT): Promise<Ingested> {
  return ingest(server.client, base, {
    tableName,
    fields: { id: { type: 'integer' }, label },
    mappings: ['id', 'label'].map((column) => ({
      sourceType: 'ATTRIBUTE',
      source: column,
      destination: `_headwater.${column}`,
    })),
    scheduleParams: { startTime: Math.floor(Date.now() / 1000) + 86_400, frequency: 'day', interval: 1 },
  })
}

/** The run of a flow that was made while all was well. */
async function failedRun({ flowId }: Ingested): Promise<Answer> {
  const { status, body } = await server.client.post(`${FLOW}/runs`, { flowId })
  expect(status, JSON.stringify(body)).toBe(201)
  const run = await finishedRun(server.client, flowId)
  expect([run.id, run.metrics.statusSummary.status]).toEqual([body.id, 'failed'])
  const { lastRunDetails } = (await server.client.get(`${FLOW}/flows/${flowId}`)).body.items[0]
  const { startedAtUTC, completedAtUTC } = run.metrics.durationSummary
  expect(lastRunDetails).toEqual({ id: run.id, state: 'failed', startedAtUTC, completedAtUTC })
  return run
}

function activitiesOf(run: Answer): [string, string, Answer][] {
  return run.activities.map(({ id, statusSummary }: Answer) => [
    id,
    statusSummary.status,
    statusSummary.errors,
  ])
}

const NOTHING = {
  sizeSummary: { inputBytes: 0, outputBytes: 0 },
  recordSummary: {
    inputRecordCount: 0,
    outputRecordCount: 0,
    createdRecordCount: 0,
    failedRecordCount: 0,
    skippedRecordCount: 0,
  },
}

describe('before anything was read', () => {
  test('a table that is gone is a failure of the copy', async () => {
    await source.query(
      'create table gone as select 1 as id, text as label from (values (null::text)) v (text)',
    )
    const flow = await makeFlow('public.gone')
    await source.query('drop table gone')
    const run = await failedRun(flow)
    const errors = [{ code: 'CONNECTOR-1001-500', message: expect.stringContaining('public.gone') }]
    expect(run.metrics).toMatchObject({ ...NOTHING, statusSummary: { errors, activityRefs: [COPY] } })
    expect(activitiesOf(run)).toEqual([[COPY, 'failed', errors]])
  })

  test('a role that may not log in any more is told by the code of its failure', async () => {
    const role = `reader_${process.pid}`
    await source.query(`create table readable as select 1 as id, 'one' as label`)
    await source.query(`create role ${role} login password 'pass word'; grant select on readable to ${role}`)
    try {
      const base = await connectTo(server.client, { ...source, user: role, password: 'pass word' })
      const flow = await makeFlow('public.readable', base)
      await source.query(`alter role ${role} nologin`)
      const { statusSummary } = (await failedRun(flow)).metrics
      expect(statusSummary.errors).toMatchObject([{ code: 'CONNECTOR-1001-500' }])
      const [{ message }] = statusSummary.errors
      expect(statusSummary.extensions.errors).toEqual([{ code: 'ROLE_MAY_NOT_LOGIN', message }])
      expect(JSON.stringify(statusSummary)).not.toContain('pass word')
    } finally {
      await source.query(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('a mapping that does not fit any more is a failure of the promotion, with nothing copied', async () => {
    await source.query("create table changing as select 1 as id, 'one' as label")
    const flow = await makeFlow('public.changing')
    await source.query('alter table changing rename label to title')
    const run = await failedRun(flow)
    const errors = [{ code: 'CONNECTOR-2001-500', message: expect.stringContaining('label') }]
    expect(run.metrics).toMatchObject({
      ...NOTHING,
      statusSummary: { errors, extensions: { errors: [{ code: 'MAPPER-3700-400' }] } },
    })
    expect(activitiesOf(run)).toEqual([[PROMOTION, 'failed', errors]])
  })
})

test('in the middle of a table: what PostgreSQL says, under its own code', async () => {
  await source.query(`
    create function brittle(i integer) returns text language plpgsql volatile as $$ begin
      if i = 3 then raise exception 'row % is brittle', i using errcode = '22012'; end if;
      return 'row ' || i;
    end $$;
    create view brittle_rows as select i as id, brittle(i) as label from generate_series(1, 5) as i`)
  const run = await failedRun(await makeFlow('public.brittle_rows'))
  const { statusSummary } = run.metrics
  expect(statusSummary.errors).toEqual([
    { code: 'CONNECTOR-1001-500', message: expect.stringContaining('row 3 is brittle') },
  ])
  expect(statusSummary.extensions.errors).toMatchObject([{ code: '22012' }])
  expect(activitiesOf(run)).toEqual([[COPY, 'failed', statusSummary.errors]])
})

test('on its way into the lake: the copy has gone well, and the batch fails with the run', async () => {
  await source.query(
    `create table endless as select i as id, case when i = 3 then 'infinity' else timestamptz '2026-01-01Z' end as label
       from generate_series(1, 5) i`,
  )
  const flow = await makeFlow('public.endless', connectionId, { type: 'string', format: 'date-time' })
  const run = await failedRun(flow)
  const { statusSummary, recordSummary, sizeSummary } = run.metrics
  expect(statusSummary.errors).toMatchObject([{ code: 'CONNECTOR-2001-500' }])
  expect(recordSummary).toMatchObject({ inputRecordCount: 5, outputRecordCount: 0, failedRecordCount: 5 })
  expect(sizeSummary).toMatchObject({ inputBytes: expect.any(Number), outputBytes: 0 })
  expect(activitiesOf(run)).toEqual([
    [COPY, 'success', undefined],
    [PROMOTION, 'failed', statusSummary.errors],
  ])
  const [batchId] = run.activities[1].targetInfo[0].reference.ids
  const { body } = await server.client.get(`${CATALOG}/batches/${batchId}`)
  expect(body[batchId]).toMatchObject({
    status: 'failed',
    errors: [{ code: 'CONNECTOR-2001-500' }, { code: 'INGEST-1211-400', recordCount: 1 }, {}],
  })
})
