import { type AeppStory, aeppTitle, hasAepp, tellCatalogWithAepp } from '@headwater/testkit/aepp.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { FULL } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type CatalogWorld, type Landed, openCatalogWorld, plainError } from './catalog-world.ts'

/** aepp reads and changes the catalogue in one go (`acceptance/clients/aepp`); the tests judge what it returned. */
const PAGE_SIZE = 5

let world: CatalogWorld
let sound: Landed
/** Its batch failed because the mapping did. */
let unmapped: Landed
let story: AeppStory

/** Rows whose text is no time, where the schema wants one. */
async function landUnmapped(): Promise<Landed> {
  const { world: flows } = world
  const schemaId = await world.makeClassSchema('https://ns.adobe.com/xdm/context/experienceevent')
  const datasetId = await world.makeDataset({ schemaRef: { id: schemaId, contentType: FULL } })
  const mappingId = await flows.makeMapping(schemaId, [
    { sourceType: 'ATTRIBUTE', source: 'id', destination: '_id' },
    { sourceType: 'ATTRIBUTE', source: 'note', destination: 'timestamp' },
  ])
  const target = await flows.makeTarget({
    data: { schema: { id: schemaId, version: FULL } },
    params: { dataSetId: datasetId },
  })
  const flow = await flows.makeFlow({
    targetConnectionIds: [target.id],
    transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion: 0 } }],
    options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 5 },
  })
  const batchId = await world.landAgain({ flowId: flow.id, datasetId, batchId: '', run: undefined })
  return { flowId: flow.id, datasetId, batchId, run: undefined }
}

describe.skipIf(!hasAepp)(aeppTitle, () => {
  beforeAll(async () => {
    world = await openCatalogWorld()
    sound = await world.land({ tableName: 'public.orders' })
    unmapped = await landUnmapped()
    for (let index = 0; index < 9; index++) await world.makeDataset()
    story = await tellCatalogWithAepp(world.world.server.client, {
      pageSize: PAGE_SIZE,
      schemaId: (await world.world.ready()).schemaId,
      datasetId: sound.datasetId,
      batchId: sound.batchId,
      failedBatchId: unmapped.batchId,
    })
  }, 150_000)

  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
  })

  /** What a chapter saw; fails with its traceback when aepp raised. */
  function chapter(name: string): Answer {
    const told = story[name]
    expect(told?.raised, name).toBeUndefined()
    return told
  }

  statement(84, 'aepp `getDataSets()` runs without exception against a populated server', async () => {
    const told = chapter('datasets')
    // Its pages start at 1, so that it leaves out the newest of each but the first: a slip of the client.
    expect(told.ids.length).toBeGreaterThan(2 * PAGE_SIZE - 3)
    expect(told.frame).toBeGreaterThan(10)
    const info = told.infos.find(({ id }: Answer) => id === sound.datasetId)
    expect(info).toMatchObject({
      dataBehavior: 'record',
      profileEnabled: false,
      identityEnabled: false,
      datalake_rows: 5,
      datalake_storageSize: expect.any(Number),
      datalake_files: 1,
      datalake_partitions: 1,
      tableFormat: 'parquet',
      fileFormat: 'parquet',
      qs_table: expect.stringMatching(/^[a-z0-9_]+$/),
    })
    expect(Object.values(told.tables)).toContainEqual([info.qs_table])
  })

  statement(
    105,
    'aepp `getFailedBatchesDF()` and `getMapperErrors()` run against a server with failed batches',
    async () => {
      const { failed, mapperErrors } = chapter('batches')
      const batch = failed.find(({ index }: Answer) => index === unmapped.batchId)
      expect(batch).toMatchObject({
        flowId: unmapped.flowId,
        dataSetId: unmapped.datasetId,
        sandbox: expect.any(String),
        timestamp: expect.any(Number),
        invalidRecordCount: 5,
        errorCode: expect.arrayContaining(['INGEST-1212-400', 'MAPPER-3700-400', 'DPMAP-1001-400']),
      })
      expect(mapperErrors).toHaveLength(1)
      expect(mapperErrors[0]).toMatchObject({
        batchId: unmapped.batchId,
        datasetId: unmapped.datasetId,
        flowId: unmapped.flowId,
        errorCode: 'MAPPER-3700-400',
        destinationPath: 'timestamp',
        expectedType: expect.stringMatching(/^[A-Z]+$/),
        actualType: 'STRING',
        sourceField: 'note',
        destinationField: 'timestamp',
      })
    },
  )

  test('datasets are made, read, changed and deleted', () => {
    const told = chapter('datasets')
    const [reference] = told.made
    const id = reference.replace('@/dataSets/', '')
    expect(reference).toMatch(/^@\/dataSets\/[0-9a-f]{24}$/)
    expect(told.one[id]).toMatchObject({ name: 'made by aepp', unifiedTags: ['a'] })
    expect(told.observable).toEqual({ observableSchema: {}, datasetId: id })
    expect(Object.keys(told.views)).toEqual([told.one[id].viewId])
    expect(told.view).toEqual(told.views)
    expect(told.viewFiles).toEqual([`${sound.batchId}-1`])
    expect(told.profileRefused).toEqual(
      plainError(400, 'To enable profile datasets the schema should be valid'),
    )
    for (const answer of ['identity', 'validation', 'patched', 'ttl', 'put'])
      expect([answer, told[answer]]).toEqual([answer, [reference]])
    expect(told.after).toMatchObject({ name: 'put by aepp', version: '1.0.5', tags: { kept: ['1'] } })
    expect(told.unknown).toEqual(plainError(404))
    expect([told.deleted, told.gone]).toEqual([200, plainError(404)])
  })

  test('batches are made, listed by page, filtered and looked at', () => {
    const told = chapter('batches')
    expect(told.made).toEqual([expect.stringMatching(/^@\/batches\/[0-9A-HJKMNP-TV-Z]{26}$/)])
    expect(told.batches).toMatchObject({ status: 'processing' })
    expect(new Set(told.all).size).toBe(3)
    expect(told.filtered).toEqual([sound.batchId])
    expect(told.one[sound.batchId]).toMatchObject({ status: 'success', recordCount: 5 })
    expect(told.last[sound.datasetId]).toMatchObject({
      lastBatchStatus: 'processing',
      lastSuccessfulBatchId: sound.batchId,
    })
    expect(told.active).toBe(sound.batchId)
  })

  test('files are listed, described and read as a table', () => {
    const told = chapter('files')
    expect(told.files).toMatchObject([{ dataSetFileId: `${sound.batchId}-1`, records: '5' }])
    expect(told).toMatchObject({
      rows: 5,
      columns: expect.arrayContaining(['_headwater']),
      ids: [1, 2, 3, 4, 5],
    })
    // Its connector loses the headers of what succeeds, and keeps those of what does not.
    expect(told.head).toEqual({})
    expect(told.preview).toHaveLength(5)
    expect(told.meta.data.map(({ name }: Answer) => name)).toEqual(['row_errors', 'row_errors_sample.json'])
    expect(told.rowErrors.data.map(({ name }: Answer) => name)).toEqual(['conversion_errors_0.json'])
    expect(told.failed).toHaveLength(1)
    expect(told.unknown).toEqual(plainError(404))
  })

  test('labels are set, changed under their tag, and removed', () => {
    const told = chapter('labels')
    expect(told.none).toMatchObject({ code: 'PES-404', status: 'NOT_FOUND' })
    expect(told.made).toEqual({ labels: ['C1'], optionalLabels: [] })
    expect([told.replaced.labels, told.read.labels]).toEqual([['C2'], ['C2']])
    expect(told.stale).toMatchObject({ code: 'PES-412' })
    expect(told.deleted).toBe(204)
  })

  test('figures are asked for', () => {
    const [{ datapoints }] = chapter('metrics').metricResponses
    expect(datapoints).toEqual([{ groupBy: { dataSetId: sound.datasetId }, dps: expect.any(Object) }])
    expect(Object.values(datapoints[0].dps)).toEqual([5])
  })
})
