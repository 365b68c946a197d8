import { type AeppStory, aeppTitle, hasAepp, ingestWithAepp } from '@headwater/testkit/aepp.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numbered, openUploadWorld, type UploadWorld } from './uploads.ts'

/** aepp uploads batches in one go (`acceptance/clients/aepp/ingestion.py`); the tests judge what its methods returned. */
let world: UploadWorld
let datasetId: string
let told: AeppStory

const of = (record: object) => ({ _headwater: record })

describe.skipIf(!hasAepp)(aeppTitle, () => {
  beforeAll(async () => {
    world = await openUploadWorld()
    datasetId = await world.makeDataset()
    told = await ingestWithAepp(world.server.client, {
      datasetId,
      records: [...numbered(3).map(of), 'no record'],
      replacement: of({ id: 7 }),
      wrong: [of({ id: 8, amount: 'much' }), 'no record'],
    })
  })

  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
  })

  test('creates a batch, uploads a list, looks at it, and hands it over', () => {
    expect(told['created']).toMatchObject({
      status: 'loading',
      tags: { acp_enableErrorDiagnostics: true, acp_partialIngestionPercent: 50 },
    })
    expect([told['uploaded'], told['finished']]).toEqual([{}, {}])
    expect(told['previewed'].preview.rows).toEqual([
      { '1': 1, '2': 'note 1' },
      { '1': 2, '2': 'note 2' },
    ])
    expect(told['ended']).toMatchObject({ status: 'success', recordCount: 3, failedRecordCount: 1 })
  })

  test('sends a large file in pieces', () => {
    const { began, pieces, completed, ended } = told['large']
    const file = { path: 'large/rows.json', state: 'open' }
    expect(began).toEqual({ ...file, sizeBytes: 0 })
    expect(pieces).toEqual([
      { ...file, sizeBytes: 20 },
      { ...file, sizeBytes: 53 },
    ])
    expect(completed).toEqual({ ...file, state: 'complete', sizeBytes: 53 })
    expect(ended).toMatchObject({ status: 'success', recordCount: 1 })
  })

  test('replays a batch, and takes another back', async () => {
    expect(told['replayed']).toMatchObject({ status: 'success', recordCount: 1 })
    expect(told['replaced']).toMatchObject({
      status: 'inactive',
      tags: { acp_successor: [told['replayed'].id] },
    })
    expect(told['deleted']).toEqual({})
    const [reverted] = Object.values<{ status: string }>(told['reverted'])
    expect(reverted?.status).toBe('inactive')
    expect(await world.rows(datasetId)).toEqual([{ id: 7 }])
  })

  test('finds the batches that failed, and what their mapping did wrong', async () => {
    const { id } = told['failed']
    expect(told['failedBatches']).toEqual([
      expect.objectContaining({ index: id, dataSetId: datasetId, invalidRecordCount: 2, flowId: null }),
    ])
    expect(told['mapperErrors']).toEqual([
      expect.objectContaining({
        batchId: id,
        errorCode: 'MAPPER-3700-400',
        sourceField: '_headwater.amount',
        destinationField: '_headwater.amount',
        expectedType: 'DOUBLE',
        actualType: 'STRING',
      }),
    ])
  })
})
