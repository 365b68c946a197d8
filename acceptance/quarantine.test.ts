import type { Answer } from '@headwater/testkit/api-client.ts'
import {
  CATALOG,
  connectTo,
  finishedRun,
  type Ingested,
  ingest,
  queryRows,
} from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * A table of a hundred rows, three of which hold a moment that no table of the lake can hold: what becomes of
 * them, and of the others, as a client sees it.
 */
const EXPORT = '/data/foundation/export'
const BAD_IDS = [7, 42, 70]

let source: TestDatabase
let server: TestServer
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  await source.query(`
    create table orders (id int, label text, changed timestamptz, part int default 1, code text, primary key (part, code));
    insert into orders (code, id, label, changed)
      select 'c' || i, i as id, 'order ' || i as label,
             case when i in (${BAD_IDS}) then 'infinity' else timestamptz '2026-01-01Z' + i * interval '1 hour' end as changed
      from generate_series(1, 100) i`)
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

function land(options: Answer): Promise<Ingested> {
  return ingest(server.client, connectionId, {
    tableName: 'public.orders',
    fields: {
      id: { type: 'integer' },
      label: { type: 'string' },
      changed: { type: 'string', format: 'date-time' },
    },
    mappings: ['id', 'label', 'changed'].map((column) => ({
      sourceType: 'ATTRIBUTE',
      source: column,
      destination: `_headwater.${column}`,
    })),
    options,
  })
}

function batchIdOf(run: Answer): string {
  return run.activities.at(-1).targetInfo[0].reference.ids[0]
}

async function landedIds({ datasetId }: Ingested): Promise<number[]> {
  const rows = await queryRows(server.client, `select _headwater.id from "${datasetId}" order by 1`)
  return rows.map(([id]) => id)
}

/** The rows that a batch rejected, through the links that lead to them. */
async function rejectedRows(batchId: string): Promise<Answer[]> {
  const listing = await server.client.get(`${EXPORT}/batches/${batchId}/meta?path=row_errors`)
  expect(listing.status).toBe(200)
  const rows: Answer[] = []
  for (const { _links } of listing.body.data) {
    const { pathname, search } = new URL(_links.self.href)
    const response = await fetch(server.client.baseUrl + pathname + search, { headers: headers() })
    expect(response.status).toBe(200)
    const lines = (await response.text()).trimEnd().split('\n')
    rows.push(...lines.map((line) => JSON.parse(line)))
  }
  return rows
}

function headers(): Record<string, string> {
  const { client } = server
  return {
    authorization: `Bearer ${client.token}`,
    'x-api-key': client.credentials.client_id,
    'x-gw-ims-org-id': client.credentials.ims_org,
    'x-sandbox-name': 'prod',
  }
}

function expectRejected(rows: readonly Answer[]): void {
  expect(rows).toEqual(
    BAD_IDS.map((id) => ({
      id,
      label: `order ${id}`,
      changed: 'infinity',
      _errors: [
        {
          column: 'changed',
          field: '_headwater.changed',
          code: 'HW-TEMPORAL-INFINITY',
          rule: 'valuePolicy: quarantine',
          message: expect.stringContaining('changed'),
          values: [{ column: 'changed', text: 'infinity' }],
        },
      ],
      _filename: 'conversion_errors_0.json',
      // The key is no column that the mapping reads.
      _source: {
        relation: 'public.orders',
        ctid: `(0,${id})`,
        key: { part: '1', code: `c${id}` },
        values: { id: String(id), part: '1', code: `c${id}` },
      },
    })),
  )
}

describe('five percent are tolerated', () => {
  let flow: Ingested
  let run: Answer

  beforeAll(async () => {
    flow = await land({ errorDiagnosticsEnabled: true, partialIngestionPercent: 5 })
    run = await finishedRun(server.client, flow.flowId)
  })

  test('the run succeeds, counts every row and lists the errors', () => {
    const { statusSummary, recordSummary } = run.metrics
    expect(recordSummary).toMatchObject({
      inputRecordCount: 100,
      outputRecordCount: 97,
      failedRecordCount: 3,
    })
    expect(statusSummary).toMatchObject({
      status: 'success',
      errors: [{ code: 'CONNECTOR-2001-500' }],
      extensions: {
        errors: [
          { code: 'INGEST-1212-400', recordCount: 3 },
          { code: 'HW-TEMPORAL-INFINITY', recordCount: 3 },
        ],
      },
    })
  })

  test('the sound rows have landed, each once', async () => {
    const expected = Array.from({ length: 100 }, (_, index) => index + 1).filter(
      (id) => !BAD_IDS.includes(id),
    )
    expect(await landedIds(flow)).toEqual(expected)
  })

  test('the batch says the same as the run', async () => {
    const { body } = await server.client.get(`${CATALOG}/batches/${batchIdOf(run)}`)
    expect(body[batchIdOf(run)]).toMatchObject({
      status: 'success',
      recordCount: 97,
      failedRecordCount: 3,
      errors: [
        { code: 'INGEST-1212-400', recordCount: 3 },
        { code: 'HW-TEMPORAL-INFINITY', recordCount: 3 },
      ],
      metrics: { inputRecordCount: 100, outputRecordCount: 97, failedRecordCount: 3 },
    })
  })

  test('every row that was set aside can be read, as it was in the source and with its reasons', async () => {
    expectRejected(await rejectedRows(batchIdOf(run)))
    const failed = await server.client.get(`${EXPORT}/batches/${batchIdOf(run)}/failed`)
    expect(failed.body.data).toHaveLength(1)
  })

  test('the links of the run lead there', async () => {
    const { failedRecords, sampleErrors } = run.metrics.statusSummary.extensions.manifest
    for (const link of [failedRecords, sampleErrors]) {
      const { pathname, search } = new URL(link)
      const response = await fetch(server.client.baseUrl + pathname + search, { headers: headers() })
      expect(response.status).toBe(200)
      expect((await response.text()).length).toBeGreaterThan(0)
    }
  })
})

describe('one percent is tolerated', () => {
  let flow: Ingested
  let run: Answer

  beforeAll(async () => {
    flow = await land({ errorDiagnosticsEnabled: true, partialIngestionPercent: 1 })
    run = await finishedRun(server.client, flow.flowId)
  })

  test('the run fails and says what it found', () => {
    const { statusSummary, recordSummary } = run.metrics
    expect(recordSummary).toMatchObject({
      inputRecordCount: 100,
      outputRecordCount: 0,
      failedRecordCount: 100,
    })
    expect(statusSummary.status).toBe('failed')
    expect(statusSummary.errors).toEqual([
      {
        code: 'CONNECTOR-2001-500',
        message: expect.stringContaining('3 of 100 rows have errors, 1 % are tolerated'),
      },
    ])
    expect(statusSummary.extensions.errors).toMatchObject([{ code: 'INGEST-1212-400', recordCount: 3 }, {}])
  })

  test('nothing has landed', async () => {
    expect(await landedIds(flow)).toEqual([])
    const { body } = await server.client.get(`${CATALOG}/batches/${batchIdOf(run)}`)
    expect(body[batchIdOf(run)]).toMatchObject({ status: 'failed', recordCount: 0 })
  })

  test('the rows that were the reason can be read all the same', async () => {
    expectRejected(await rejectedRows(batchIdOf(run)))
  })
})

test('without diagnostics the run fails with the code that asks for them, and shows no row', async () => {
  const flow = await land({})
  const run = await finishedRun(server.client, flow.flowId)
  expect(run.metrics.statusSummary).toMatchObject({
    status: 'failed',
    extensions: { errors: [{ code: 'INGEST-1211-400', recordCount: 3 }, {}] },
  })
  expect(run.metrics.statusSummary.extensions).not.toHaveProperty('manifest')
  expect(await rejectedRows(batchIdOf(run))).toEqual([])
  expect(await landedIds(flow)).toEqual([])
})

test('a run that is proven by its source sets rows aside with their places all the same', async () => {
  const flow = await land({ partialIngestionPercent: 5, verify: 'source' })
  const run = await finishedRun(server.client, flow.flowId)
  expect(run.metrics.statusSummary.status).toBe('success')
  expectRejected(await rejectedRows(batchIdOf(run)))
})

test('rows of partitions and of tables without a key are named by table and place', async () => {
  await source.query(`
    create table parted (id int, changed timestamptz) partition by list (id);
    create table "Parted 1" partition of parted for values in (1);
    create table parted_2 partition of parted for values in (2);
    insert into parted values (1, 'now'), (1, 'infinity'), (2, '-infinity')`)
  const fields = { id: { type: 'integer' }, changed: { type: 'string', format: 'date-time' } }
  const mappings = Object.keys(fields).map((source) => ({
    sourceType: 'ATTRIBUTE',
    source,
    destination: `_headwater.${source}`,
  }))
  const options = { partialIngestionPercent: 100 }
  const flow = await ingest(server.client, connectionId, {
    tableName: 'public.parted',
    fields,
    mappings,
    options,
  })
  const rows = await rejectedRows(batchIdOf(await finishedRun(server.client, flow.flowId)))
  expect(rows.map(({ _source }) => _source).sort((a, b) => a.relation.localeCompare(b.relation))).toEqual([
    { relation: 'public.Parted 1', ctid: '(0,2)', values: { id: '1' } },
    { relation: 'public.parted_2', ctid: '(0,1)', values: { id: '2' } },
  ])
})
