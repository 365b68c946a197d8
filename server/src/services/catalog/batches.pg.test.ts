import { ORG, PROD } from '@headwater/testkit/service-world.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BatchStateError } from './batch-store.ts'
import { BATCH_ID, CatalogWorld } from './testing/catalog-world.ts'

let catalog: CatalogWorld

beforeAll(async () => {
  catalog = await CatalogWorld.open()
})

afterAll(() => catalog[Symbol.asyncDispose]())

beforeEach(() => catalog.empty())

describe('batches', () => {
  let datasetId: string
  beforeEach(async () => {
    datasetId = await catalog.create('Orders')
    await catalog.startBatch(datasetId)
  })

  test('a batch that loads', async () => {
    const { body } = await catalog.call('GET', `/batches/${BATCH_ID}`)
    expect(body[BATCH_ID]).toMatchObject({
      ...{ id: BATCH_ID, externalId: BATCH_ID, status: 'loading', imsOrg: ORG, sandboxId: PROD, errors: [] },
      relatedObjects: [{ type: 'dataSet', id: datasetId }],
      tags: { flowId: ['flow-1'] },
    })
    expect((await catalog.read(datasetId)).lastBatchStatus).toBe('loading')
    expect((await catalog.call('GET', '/dataSetFiles')).body).toEqual({})
    expect((await catalog.call('GET', '/batches/absent')).status).toBe(404)
  })

  test('a batch that succeeds', async () => {
    const version = (await catalog.read(datasetId)).version
    await catalog.endBatch(BATCH_ID, {
      errors: [{ code: 'INGEST-1212-400', description: 'two rows', recordCount: 2 }],
    })
    const { body } = await catalog.call('GET', `/batches/${BATCH_ID}`)
    expect(body[BATCH_ID]).toMatchObject({
      ...{
        status: 'success',
        completed: 1_760_000_009_000,
        recordCount: 30,
        failedRecordCount: 2,
        size: 3_000,
      },
      metrics: {
        inputRecordCount: 32,
        outputRecordCount: 30,
        failedRecordCount: 2,
        outputFileCount: 2,
        outputByteSize: 3_000,
      },
      errors: [{ code: 'INGEST-1212-400', description: 'two rows', recordCount: 2 }],
      availableDates: { startDate: 1_760_000_000, endDate: 1_760_000_009 },
    })
    expect(await catalog.read(datasetId)).toMatchObject({
      ...{ version, lastBatchId: BATCH_ID, lastBatchStatus: 'success', lastSuccessfulBatch: BATCH_ID },
      extensions: { adobe_lakeHouse: { metrics: { rowCount: 30, storageSize: 3_000 } } },
    })
  })

  test('rows and files add up over batches', async () => {
    await catalog.endBatch(BATCH_ID, {})
    const second = '01JAZZZZZZZZZZZZZZZZZZZZZ2'
    await catalog.startBatch(datasetId, second)
    await catalog.endBatch(second, {})
    expect((await catalog.read(datasetId)).extensions.adobe_lakeHouse).toEqual({
      metrics: { rowCount: 60, storageSize: 6_000 },
      tableHealthMetrics: { noOfFilesTotal: 4, noOfPartitionsTotal: 1 },
    })
  })

  test('a batch that fails shows no rows', async () => {
    await catalog.endBatch(BATCH_ID, {
      status: 'failed',
      files: [],
      metrics: { outputRecordCount: 0, failedRecordCount: 9 },
    })
    expect((await catalog.call('GET', `/batches/${BATCH_ID}`)).body[BATCH_ID]).toMatchObject({
      status: 'failed',
      metrics: { inputRecordCount: 9 },
    })
    expect(await catalog.read(datasetId)).toMatchObject({
      lastBatchStatus: 'failed',
      lastFailedBatch: BATCH_ID,
      extensions: { adobe_lakeHouse: { metrics: { rowCount: 0 } } },
    })
    expect((await catalog.call('GET', '/batches?status=failure')).body).toHaveProperty(BATCH_ID)
  })

  test.each([
    ['rows that are not in the files', { metrics: { outputRecordCount: 31, failedRecordCount: 0 } }],
    ['a failure with files', { status: 'failed' as const }],
  ])('refuses %s', async (_what, result) => {
    await expect(catalog.endBatch(BATCH_ID, result)).rejects.toThrow(BatchStateError)
    expect((await catalog.call('GET', `/batches/${BATCH_ID}`)).body[BATCH_ID].status).toBe('loading')
  })

  test('ends once', async () => {
    await catalog.endBatch(BATCH_ID, {})
    await expect(catalog.endBatch(BATCH_ID, {})).rejects.toThrow('is success')
  })

  test('lists by dataset, state and times', async () => {
    await catalog.endBatch(BATCH_ID, {})
    for (const query of [
      `dataSet=${datasetId}`,
      'status=active',
      `batch=${BATCH_ID}`,
      'startAfter=1&endBefore=1860000000000',
      'recordCount=30',
      'property=failedRecordCount>1',
      'tags=flowId:flow-1',
    ]) {
      expect(Object.keys((await catalog.call('GET', `/batches?${query}`)).body), query).toEqual([BATCH_ID])
    }
    for (const query of ['dataSet=other', 'status=failed', 'endAfter=1860000000000']) {
      expect((await catalog.call('GET', `/batches?${query}`)).body, query).toEqual({})
    }
  })

  test('lists the files of a batch and the last batch of a dataset', async () => {
    await catalog.endBatch(BATCH_ID, {})
    const files = await catalog.call('GET', `/dataSetFiles?dataSetId=${datasetId}`)
    expect(Object.keys(files.body)).toEqual([`${BATCH_ID}-1`, `${BATCH_ID}-2`])
    expect(files.body[`${BATCH_ID}-2`]).toMatchObject({
      batchId: BATCH_ID,
      dataSetId: datasetId,
      records: 20,
      sizeInBytes: 2_000,
      isValid: true,
    })
    expect((await catalog.call('GET', `/dataSetFiles?batch=${BATCH_ID}&limit=1`)).body).toHaveProperty(
      `${BATCH_ID}-1`,
    )
    expect((await catalog.call('GET', '/dataSetFiles?batch=other')).body).toEqual({})
    const last = await catalog.call('GET', `/lastBatches?dataSetId=${datasetId},other`)
    expect(last.body).toEqual({
      [datasetId]: {
        ...{
          lastBatchId: BATCH_ID,
          lastBatchStatus: 'success',
          lastSuccessfulBatchId: BATCH_ID,
          imsOrg: ORG,
          sandboxId: PROD,
        },
        ...{ created: 1_760_000_000_500, updated: 1_760_000_009_000 },
      },
    })
  })
})
