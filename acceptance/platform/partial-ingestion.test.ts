import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { openWorld, type World } from '../conformance/world.ts'
import { landRows, mappingsOf } from './landed-rows.ts'
import { lines, UploadWorld } from './uploads.ts'

/** Batches come about in two ways, by flows and by uploads. What rows with errors do to them is the same. */
let world: World
let uploads: UploadWorld
let schemaId: string

const FIELDS = { id: { type: 'integer' }, placed: { type: 'string', format: 'date-time' } }

beforeAll(async () => {
  world = await openWorld()
  uploads = new UploadWorld(world.server)
  schemaId = await world.makeSchema(FIELDS)
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** What became of a hundred rows of which some have errors. */
interface Outcome {
  readonly batch: Answer
  readonly rows: readonly Answer[]
}

interface Tolerance {
  readonly percent?: number
  readonly diagnostics?: boolean
}

async function byFlow(badCount: number, { percent, diagnostics = true }: Tolerance): Promise<Outcome> {
  const tableName = `orders_${world.newName('table').replace(/\W/g, '_')}`
  // No table of the lake can hold such a moment.
  await world.source.query(`
      create table ${tableName} as
        select i as id, case when i <= ${badCount} then 'infinity' else timestamptz '2026-01-01Z' end as placed
        from generate_series(1, 100) i`)
  const options = {
    errorDiagnosticsEnabled: diagnostics,
    ...(percent === undefined ? {} : { partialIngestionPercent: percent }),
  }
  const mappings = mappingsOf(['id', 'id'], ['placed', 'placed'])
  const tableRef = `public.${tableName}`
  const { batchId, datasetId } = await landRows(world, { tableName: tableRef, schemaId, mappings, options })
  return { batch: await uploads.batch(batchId), rows: await uploads.rows(datasetId) }
}

async function byUpload(badCount: number, { percent, diagnostics = true }: Tolerance): Promise<Outcome> {
  const datasetId = await world.makeDataset(schemaId)
  const records = Array.from({ length: 100 }, (_, index) =>
    index < badCount ? '{"_headwater": {"id": }\n' : lines({ id: index + 1 }),
  )
  const batch = await uploads.upload(datasetId, records.join(''), {
    enableErrorDiagnostics: diagnostics,
    ...(percent === undefined ? {} : { partialIngestionPercent: percent }),
  })
  return { batch, rows: await uploads.rows(datasetId) }
}

/** The ways a batch comes about. */
const WAYS = { 'by a flow': byFlow, 'by an upload': byUpload }

describe('rows with errors', () => {
  statement(
    94,
    '5 bad rows of 100 with percent 5 → success, 95 rows, `errors[0].code` `INGEST-1212-400`',
    async () => {
      for (const [way, land] of Object.entries(WAYS)) {
        const { batch, rows } = await land(5, { percent: 5 })
        expect(batch, way).toMatchObject({
          status: 'success',
          metrics: { inputRecordCount: 100, outputRecordCount: 95, failedRecordCount: 5 },
        })
        expect(batch.errors[0], way).toMatchObject({ code: 'INGEST-1212-400', recordCount: 5 })
        expect(rows, way).toHaveLength(95)
      }
    },
  )

  statement(95, '6 bad rows of 100 with percent 5 → failed, 0 rows visible', async () => {
    for (const [way, land] of Object.entries(WAYS)) {
      const { batch, rows } = await land(6, { percent: 5 })
      expect(batch, way).toMatchObject({
        status: 'failed',
        metrics: { inputRecordCount: 100, outputRecordCount: 0, failedRecordCount: 100 },
      })
      expect(rows, way).toEqual([])
    }
  })

  statement(96, '1 bad row without partial ingestion → failed', async () => {
    for (const [way, land] of Object.entries(WAYS)) {
      const { batch, rows } = await land(1, {})
      expect([way, batch.status, rows]).toEqual([way, 'failed', []])
    }
  })

  statement(97, 'With diagnostics off the batch error is `INGEST-1211-400`', async () => {
    for (const [way, land] of Object.entries(WAYS)) {
      const { batch } = await land(1, { diagnostics: false })
      expect([way, batch.status]).toEqual([way, 'failed'])
      const codes = batch.errors.map(({ code }: Answer) => code)
      expect(codes, way).toContain('INGEST-1211-400')
      expect(codes, way).not.toContain('INGEST-1212-400')
    }
    // A flow that tolerates errors has its diagnostics on; who uploads may say otherwise.
    const { batch } = await byUpload(1, { percent: 5, diagnostics: false })
    expect(batch.status).toBe('success')
    expect(batch.errors[0]).toMatchObject({ code: 'INGEST-1211-400', recordCount: 1 })
  })
})

describe('an upload', () => {
  test('shows the records that can not be read, and those that the schema does not take, each in a file of its own', async () => {
    const datasetId = await world.makeDataset(
      await world.makeSchema({
        id: { type: 'integer' },
        kind: { type: 'string', enum: ['a', 'b'] },
        amount: { type: 'number' },
      }),
    )
    const records = [
      lines({ id: 1, kind: 'a', amount: 'much', colour: 'red' }),
      lines({ id: 2, kind: 'c' }),
      "{missingQuotes: 'v1'}\n",
      '[1, 2]\n',
    ]
    const batch = await uploads.upload(datasetId, records.join(''), { partialIngestionPercent: 90 })
    const errors = batch.errors.map(({ code, recordCount }: Answer) => [code, recordCount])
    expect(errors).toEqual(
      expect.arrayContaining([
        ['INGEST-1212-400', 4],
        ['INGEST-1401-400', 3],
        ['MAPPER-3700-400', 1],
        ['HW-FIELD-UNKNOWN', 1],
      ]),
    )
    expect(await uploads.rows(datasetId)).toEqual([{ id: 1, kind: 'a' }])
    const [broken] = await uploads.rowErrors(batch.id, 'parsing_errors_0.json')
    expect(broken).toEqual({
      _corrupt_record: "{missingQuotes: 'v1'}",
      _errors: [{ code: '1401', message: expect.stringContaining('corrupted') }],
      _filename: 'parsing_errors_0.json',
    })
    const [refused] = await uploads.rowErrors(batch.id, 'conversion_errors_0.json')
    expect(refused).toMatchObject({
      _headwater: { id: 2, kind: 'c' },
      _errors: [
        { column: '_headwater.kind', code: expect.any(String), message: expect.stringContaining('kind') },
      ],
      _filename: 'conversion_errors_0.json',
    })
  })

  test('without a field that the schema requires counts under a code of its own', async () => {
    const id = await createRequiring()
    const { errors } = await uploads.upload(id, '{"_headwater": {"id": 1}}\n{"_id": "b"}\n', {
      partialIngestionPercent: 100,
    })
    expect(errors).toContainEqual(expect.objectContaining({ code: 'INGEST-1555-400', recordCount: 1 }))
  })

  /** A dataset whose rows need an `_id`. */
  async function createRequiring(): Promise<string> {
    const client = world.server.client
    const group = await client.post('/data/foundation/schemaregistry/tenant/schemas', {
      type: 'object',
      title: world.newName('events'),
      allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/profile' }],
      required: ['_id'],
    })
    const made = await client.post(`${CATALOG}/dataSets`, {
      name: world.newName('events'),
      schemaRef: { id: group.body.$id, contentType: 'application/vnd.adobe.xed+json;version=1' },
    })
    return String(made.body[0]).replace('@/dataSets/', '')
  }
})
