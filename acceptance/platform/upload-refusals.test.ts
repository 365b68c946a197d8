import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, createDataset, createSchema } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { IMPORT, lines, openUploadWorld, type UploadWorld } from './uploads.ts'

/** What batch ingestion does not take, and what it says then. */
let world: UploadWorld
let datasetId: string

const NO_BATCH = '01E8043CY305K2MTV5ANH9G1GC'

beforeAll(async () => {
  world = await openUploadWorld()
  datasetId = await world.makeDataset()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

function problem(status: number, words: string): Answer {
  const titles: Readonly<Record<number, string>> = {
    400: 'BadRequestError',
    404: 'NotFoundError',
    409: 'ConflictError',
    413: 'PayloadTooLargeError',
  }
  const title = titles[status]
  return { type: '/placeholder/type/uri', status, title, detail: expect.stringContaining(words) }
}

describe('a body', () => {
  const json = { format: 'json' }
  test.each([
    ['no dataset', { inputFormat: json }, 'datasetId'],
    ['no format', { datasetId: 'x' }, 'inputFormat'],
    [
      'another format',
      { datasetId: 'x', inputFormat: { format: 'avro' } },
      'one of json, csv, parquet, not "avro"',
    ],
    [
      'a delimiter of two',
      { datasetId: 'x', inputFormat: { format: 'csv', delimiter: '||' } },
      'one character',
    ],
    [
      'more than all',
      { datasetId: 'x', inputFormat: json, partialIngestionPercentage: 101 },
      '0 to 100, not 101',
    ],
    [
      'a flag that is none',
      { datasetId: 'x', inputFormat: json, enableErrorDiagnostics: 'yes' },
      'true or false',
    ],
    ['tags that are none', { datasetId: 'x', inputFormat: json, tags: { a: 'b' } }, 'arrays of texts'],
    [
      'another reason',
      { datasetId: 'x', inputFormat: json, replay: { reason: 'merge' } },
      '"replace", not "merge"',
    ],
    [
      'a batch to replace that is none',
      { datasetId: 'x', inputFormat: json, replay: { predecessors: ['$y'] } },
      "Batch 'y'",
    ],
  ])('with %s is refused', async (_what, body, words) => {
    const answer = await world.client.post(`${IMPORT}/batches`, body)
    expect([answer.status, answer.body]).toEqual([400, problem(400, words)])
  })

  test('with an unknown dataset is a 404', async () => {
    const body = { datasetId: '65f000000000000000000001', inputFormat: json }
    const answer = await world.client.post(`${IMPORT}/batches`, body)
    expect([answer.status, answer.body]).toEqual([404, problem(404, "There is no dataset '65f0")])
  })
})

describe('an action', () => {
  test('on neither batch nor dataset is a 404', async () => {
    const answers = [
      await world.act(NO_BATCH, 'COMPLETE'),
      await world.put(world.fileUrl(datasetId, NO_BATCH), ''),
      await world.put(world.fileUrl('65f000000000000000000001', await world.makeBatch(datasetId)), ''),
      await world.client.get(`${IMPORT}/batches/${NO_BATCH}/datasets/${datasetId}/preview`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  })

  test('that is none is refused, and so is none at all', async () => {
    const id = await world.makeBatch(datasetId)
    const answers = [
      await world.act(id, 'FINISH'),
      await world.client.post(`${IMPORT}/batches/${id}`),
      await world.client.post(`${world.fileUrl(datasetId, id)}?action=ABORT`),
    ]
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [400, problem(400, 'COMPLETE, ABORT, FAIL, REVERT; not "FINISH"')],
      [400, problem(400, 'it is missing')],
      [400, problem(400, 'INITIALIZE, COMPLETE; not "ABORT"')],
    ])
  })

  test('ends a batch once, and twice is no harm', async () => {
    for (const [action, state] of [
      ['ABORT', 'aborted'],
      ['FAIL', 'failed'],
    ] as const) {
      const id = await world.makeBatch(datasetId)
      await world.put(world.fileUrl(datasetId, id), lines({ id: 1 }))
      expect((await world.act(id, action)).status).toBe(200)
      expect((await world.act(id, action)).status).toBe(200)
      expect(await world.batch(id)).toMatchObject({ status: state })
      for (const other of ['COMPLETE', 'REVERT']) {
        const answer = await world.act(id, other)
        expect([answer.status, answer.body]).toEqual([409, problem(409, `is ${state} and can't become`)])
      }
      const late = await world.put(world.fileUrl(datasetId, id), '')
      expect([late.status, late.body]).toEqual([409, problem(409, 'takes no files any more')])
    }
  })

  test('on a batch that was written down in the catalogue is a 409', async () => {
    const relatedObjects = [{ type: 'dataSet', id: datasetId }]
    const { body } = await world.client.post(`${CATALOG}/batches`, { status: 'loading', relatedObjects })
    const id = String(body[0]).replace('@/batches/', '')
    for (const answer of [await world.act(id, 'COMPLETE'), await world.put(world.fileUrl(datasetId, id), '')])
      expect([answer.status, answer.body]).toEqual([409, problem(409, 'was written down in the catalogue')])
  })
})

test('the catalogue leaves the books of an upload to batch ingestion', async () => {
  const id = await world.makeBatch(datasetId)
  const patch = (change: Answer) => world.client.patch(`${CATALOG}/batches/${id}`, change)
  for (const change of [{ status: 'success' }, { recordCount: 7 }]) {
    const { status, body } = await patch(change)
    expect([status, body]).toEqual([400, problem(400, 'writ')])
  }
  expect((await patch({ tags: { reviewed: ['yes'] } })).status).toBe(200)
  expect(await world.batch(id)).toMatchObject({ status: 'loading', tags: { reviewed: ['yes'] } })
})

test('a sandbox takes its uploads along when it is deleted', async () => {
  const boxes = '/data/foundation/sandbox-management/sandboxes'
  const api = world.server.client.in('uploads')
  const stateIs = (state: string) => async () => (await api.get(`${boxes}/uploads`)).body.state === state
  await api.post(boxes, { name: 'uploads', title: 'Uploads', type: 'development' })
  await vi.waitUntil(stateIs('active'), { timeout: 10_000, interval: 30 })
  const dataset = await createDataset(api, await createSchema(api, { id: { type: 'integer' } }))
  const client = world.client.with({ 'x-sandbox-name': 'uploads' })
  const body = { datasetId: dataset, inputFormat: { format: 'json' } }
  const { id } = (await client.post(`${IMPORT}/batches`, body)).body
  const url = world.fileUrl(dataset, id)
  const sent = await client.call('PUT', url, { body: 'x', headers: { 'content-type': 'text/plain' } })
  expect(sent.status).toBe(200)
  expect((await world.act(id, 'COMPLETE')).status).toBe(404)
  expect((await api.call('DELETE', `${boxes}/uploads`)).status).toBe(202)
  await vi.waitUntil(stateIs('deleted'), { timeout: 20_000, interval: 30 })
  expect(await readdir(world.server.lakeDir)).not.toContain('uploads')
})

describe('a file', () => {
  test.each(['../x.json', 'a//b.json', './x', 'x%00', 'x'.repeat(1_001)])(
    'with the name %j is refused',
    async (name) => {
      const id = await world.makeBatch(datasetId)
      const path = name.replaceAll('.', '%2E')
      const { status } = await world.client.call('PUT', world.fileUrl(datasetId, id, path), {
        body: 'x',
        headers: { 'content-type': 'application/octet-stream' },
      })
      expect(status).toBe(400)
    },
  )

  test('of more than 512 MB is refused before a byte of it is read', async () => {
    const id = await world.makeBatch(datasetId)
    const kept = Object.entries(world.client.headers).filter(([, value]) => value !== undefined)
    const sent = request(world.server.url + world.fileUrl(datasetId, id), {
      method: 'PUT',
      headers: { ...Object.fromEntries(kept), 'content-length': String(512 * 1024 * 1024 + 1) },
    })
    sent.on('error', () => {})
    sent.flushHeaders()
    const [response] = await once(sent, 'response')
    expect(response.statusCode).toBe(413)
    expect(JSON.parse(await text(response))).toEqual(problem(413, "can't carry more than 512 MB"))
    sent.destroy()
  })

  test('whose client goes away in the middle is not there', async () => {
    const id = await world.makeBatch(datasetId)
    const kept = Object.entries(world.client.headers).filter(([, value]) => value !== undefined)
    const sent = request(world.server.url + world.fileUrl(datasetId, id), {
      method: 'PUT',
      headers: { ...Object.fromEntries(kept), 'content-length': '1000' },
    })
    sent.on('error', () => {})
    sent.write('x'.repeat(500))
    sent.destroy()
    expect((await world.client.call('HEAD', world.fileUrl(datasetId, id))).status).toBe(404)
    expect((await world.act(id, 'COMPLETE')).status).toBe(200)
    expect(await world.ended(id)).toMatchObject({ status: 'success', metrics: { inputFileCount: 0 } })
  })

  test('in pieces has to be begun, and each piece has to be what its range says', async () => {
    const id = await world.makeBatch(datasetId)
    const url = world.fileUrl(datasetId, id)
    const range = { 'content-range': 'bytes 0-9/*' }
    expect((await world.send('PATCH', url, 'x'.repeat(10), range)).status).toBe(404)
    await world.client.post(`${url}?action=INITIALIZE`)
    const answers = [
      await world.send('PATCH', url, 'x'.repeat(9), range),
      await world.send('PATCH', url, 'x'),
      await world.send('PATCH', url, 'x', { 'content-range': 'bytes 5-2/*' }),
      await world.client.post(`${url}?action=COMPLETE`),
    ]
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [400, problem(400, 'names 10 bytes, and 9 have come')],
      [400, problem(400, 'Content-Range must say')],
      [400, problem(400, 'not "bytes 5-2/*"')],
      [400, problem(400, 'No bytes of the file')],
    ])
    await world.send('PATCH', url, 'x'.repeat(10), range)
    await world.client.post(`${url}?action=COMPLETE`)
    const late = await world.send('PATCH', url, 'x'.repeat(10), range)
    expect([late.status, late.body]).toEqual([409, problem(409, 'is complete')])
  })

  test('leaves nothing in the lake when its batch has ended', async () => {
    const id = await world.makeBatch(datasetId)
    const url = world.fileUrl(datasetId, id)
    await world.put(url, lines({ id: 1 }))
    await world.put(url, lines({ id: 2 }))
    await world.act(id, 'COMPLETE')
    await world.ended(id)
    const uploadsLeft = async () => {
      const names = await readdir(join(world.server.lakeDir, 'prod', datasetId), { recursive: true })
      return names.filter((name) => name.includes(`uploads/${id}/`))
    }
    await vi.waitUntil(async () => (await uploadsLeft()).length === 0, { timeout: 5_000, interval: 20 })
    expect(await world.batch(id)).toMatchObject({ status: 'success', recordCount: 1 })
  })
})
