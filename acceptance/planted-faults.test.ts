import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, finishedRun, type Ingested, ingest, queryRows } from '@headwater/testkit/journey.ts'
import {
  digestOfSource,
  FAULT_COUNT,
  landedDigestSql,
  PLANTED_FAULTS,
  PLANTED_FIELDS,
  plantedIds,
  plantedMappings,
  plantFaults,
  REQUIRED_FIELDS,
} from '@headwater/testkit/planted-faults.ts'
import { batchIdOf, rejectedRows } from '@headwater/testkit/quarantine.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** 137 faults of 12 kinds among many rows: 0.0685 %. `npm run bench -- bad-rows` does the same with ten million. */
const ROWS = 200_000

let source: TestDatabase
let server: TestServer
let connectionId: string
let sound: readonly string[]

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  await plantFaults(source, ROWS)
  sound = await digestOfSource(source)
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

/** Lands the table with a threshold; `undefined` is partial ingestion off. */
async function land(percent: number | undefined): Promise<{ flow: Ingested; run: Answer }> {
  const options = {
    errorDiagnosticsEnabled: true,
    ...(percent === undefined ? {} : { partialIngestionPercent: percent }),
  }
  const flow = await ingest(server.client, connectionId, {
    tableName: 'public.planted',
    fields: PLANTED_FIELDS,
    required: REQUIRED_FIELDS,
    mappings: plantedMappings(),
    options,
  })
  return { flow, run: await finishedRun(server.client, flow.flowId) }
}

/** Exactly the planted rows, each named by its key, with the fault that was planted there. */
async function expectDiagnosed(run: Answer): Promise<void> {
  const rows = await rejectedRows(server.client, batchIdOf(run))
  expect(rows).toHaveLength(FAULT_COUNT)
  const found = rows.map(({ _source, _errors: [first] }) => ({
    id: Number(_source.key.id),
    kind: PLANTED_FAULTS.findIndex(({ column }) => `_headwater.${column}` === first.field),
    code: first.code,
    values: first.values,
  }))
  const planted = plantedIds(ROWS).map(({ id, kind }) => {
    const { code, column, text } = PLANTED_FAULTS[kind] as (typeof PLANTED_FAULTS)[number]
    return { id, kind, code, values: [{ column, text }] }
  })
  expect(found.sort((a, b) => a.id - b.id)).toEqual(planted)
}

describe.each([
  { threshold: 'none', percent: undefined },
  { threshold: '0.001 %', percent: 0.001 },
])('threshold $threshold', ({ percent }) => {
  test('the run fails, nothing lands, every fault is diagnosed', async () => {
    const { flow, run } = await land(percent)
    expect(run.metrics.statusSummary.status).toBe('failed')
    expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: ROWS, outputRecordCount: 0 })
    expect(run.metrics.statusSummary.errors[0].message).toContain(
      `${FAULT_COUNT} of ${ROWS} rows have errors`,
    )
    expect(await queryRows(server.client, landedDigestSql(flow.datasetId))).toEqual([['0', '0']])
    await expectDiagnosed(run)
  })
})

describe.each([
  { threshold: '1 %', percent: 1 },
  { threshold: '100 %', percent: 100 },
])('threshold $threshold', ({ percent }) => {
  test('the run succeeds, every sound row lands as it was, every fault is diagnosed', async () => {
    const { flow, run } = await land(percent)
    const { status, extensions } = run.metrics.statusSummary
    expect([status, extensions.errors[0]]).toMatchObject([
      'success',
      { code: 'INGEST-1212-400', recordCount: FAULT_COUNT },
    ])
    PLANTED_FAULTS.forEach(({ column, code }, kind) => {
      const recordCount = plantedIds(ROWS).filter((planted) => planted.kind === kind).length
      const message = expect.stringContaining(`_headwater.${column}`)
      expect(extensions.errors).toContainEqual({ code, recordCount, message })
    })
    expect(run.metrics.recordSummary).toMatchObject({
      inputRecordCount: ROWS,
      outputRecordCount: ROWS - FAULT_COUNT,
      failedRecordCount: FAULT_COUNT,
    })
    expect(await queryRows(server.client, landedDigestSql(flow.datasetId))).toEqual([sound])
    await expectDiagnosed(run)
  })
})
