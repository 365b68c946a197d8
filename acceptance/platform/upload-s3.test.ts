import { openTestS3, S3_CREDENTIALS, s3Title, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { lines, numbered, openUploadWorld, type UploadWorld } from './uploads.ts'

/** Batches that are uploaded to a server whose lake is a bucket. */
let s3: TestS3
let world: UploadWorld

beforeAll(async () => {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  s3 = await openTestS3()
  world = await openUploadWorld({ env: { HEADWATER_LAKE: s3.url, HEADWATER_S3_ENDPOINT: s3.endpoint } })
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await s3?.[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

describe(s3Title, () => {
  test('a file, and one in pieces, become rows; a replay replaces them, and they can be taken back', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    await world.put(world.fileUrl(datasetId, id, 'a.json'), lines(...numbered(2)))
    const url = world.fileUrl(datasetId, id, 'b.json')
    const text = lines({ id: 3 }, { id: 4 })
    await world.client.post(`${url}?action=INITIALIZE`)
    for (const [first, end] of [
      [0, 10],
      [10, text.length],
    ] as const) {
      const headers = { 'content-range': `bytes ${first}-${end - 1}/*` }
      await world.send('PATCH', url, text.slice(first, end), headers)
    }
    await world.client.post(`${url}?action=COMPLETE`)
    await world.act(id, 'COMPLETE')
    expect(await world.ended(id)).toMatchObject({ status: 'success', recordCount: 4 })
    expect((await world.rows(datasetId)).map((row) => row['id'])).toEqual([1, 2, 3, 4])
    const replay = { predecessors: [id], reason: 'replace' }
    const again = await world.upload(datasetId, lines({ id: 5 }), { replay })
    expect(await world.rows(datasetId)).toEqual([{ id: 5 }])
    await world.act(again.id, 'REVERT')
    expect(await world.rows(datasetId)).toEqual([])
  })
})
