import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, REGISTRY } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { IMPORT, lines, numbered, openUploadWorld, type UploadWorld } from './uploads.ts'

let world: UploadWorld

beforeAll(async () => {
  world = await openUploadWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

describe('a batch', () => {
  statement(
    85,
    '`POST /import/batches` returns 201 with the batch object, `status:"loading"`, `relatedObjects[0]` the dataset',
    async () => {
      const datasetId = await world.makeDataset()
      const answer = await world.client.post(`${IMPORT}/batches`, {
        datasetId,
        inputFormat: { format: 'JSON' },
        tags: { source: ['warehouse'] },
      })
      expect(answer.status).toBe(201)
      expect(answer.body).toMatchObject({
        status: 'loading',
        relatedObjects: [{ type: 'dataSet', id: datasetId }],
        inputFormat: { format: 'json' },
        tags: { source: ['warehouse'] },
        externalId: answer.body.id,
      })
      const { body } = await world.client.get(`${CATALOG}/batches/${answer.body.id}`)
      expect(body[answer.body.id]).toEqual(answer.body)
    },
  )

  statement(86, 'Batch ids match `^[0-9A-HJKMNP-TV-Z]{26}$`', async () => {
    const id = await world.makeBatch(await world.makeDataset())
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  })

  statement(87, 'Uploaded JSON lines become visible only after COMPLETE and status success', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    const put = await world.put(world.fileUrl(datasetId, id, 'some/folder/rows.json'), lines(...numbered(3)))
    expect([put.status, put.text]).toEqual([200, ''])
    expect(await world.rows(datasetId)).toEqual([])
    expect((await world.batch(id)).status).toBe('loading')
    expect((await world.act(id, 'COMPLETE')).status).toBe(200)
    expect(await world.ended(id)).toMatchObject({ status: 'success', errors: [] })
    expect(await world.rows(datasetId)).toEqual(numbered(3))
  })

  statement(88, 'COMPLETE twice returns 200 twice', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    await world.put(world.fileUrl(datasetId, id), lines({ id: 1 }))
    const asked = { headers: { 'content-type': 'application/json' } }
    const twice = ['COMPLETE', 'complete'].map((action) =>
      world.client.post(`${IMPORT}/batches/${id}?action=${action}`, undefined, asked),
    )
    expect((await Promise.all(twice)).map(({ status }) => status)).toEqual([200, 200])
    expect((await world.ended(id)).status).toBe('success')
    expect((await world.act(id, 'Complete')).status).toBe(200)
    expect(await world.rows(datasetId)).toEqual([{ id: 1 }])
  })

  statement(89, 'ABORT after COMPLETE is refused', async () => {
    const datasetId = await world.makeDataset()
    const { id } = await world.upload(datasetId, lines({ id: 1 }))
    const answer = await world.act(id, 'ABORT')
    expect(answer.status).toBe(409)
    expect(answer.body.detail).toContain("can't become aborted")
    expect(await world.rows(datasetId)).toEqual([{ id: 1 }])
  })

  statement(90, 'REVERT makes the batch `inactive` and its rows disappear from preview', async () => {
    const datasetId = await world.makeDataset()
    await world.upload(datasetId, lines({ id: 1 }))
    const { id } = await world.upload(datasetId, lines({ id: 2 }))
    expect(await world.rows(datasetId)).toEqual([{ id: 1 }, { id: 2 }])
    expect((await world.act(id, 'revert')).status).toBe(200)
    expect((await world.batch(id)).status).toBe('inactive')
    expect(await world.rows(datasetId)).toEqual([{ id: 1 }])
    expect((await world.act(id, 'REVERT')).status).toBe(200)
  })

  statement(92, 'Replay hides the predecessor and shows the new rows', async () => {
    const datasetId = await world.makeDataset()
    const old = await world.upload(datasetId, lines({ id: 1 }, { id: 2 }))
    await world.upload(datasetId, lines({ id: 9 }))
    const replay = { predecessors: [`$${old.id}`], reason: 'replace' }
    const { body } = await world.client.patch(`${IMPORT}/batches`, {
      datasetId,
      inputFormat: { format: 'json' },
      replay,
    })
    expect(body.replay).toEqual({ predecessors: [old.id], reason: 'replace' })
    await world.put(world.fileUrl(datasetId, body.id), lines({ id: 3 }))
    await world.act(body.id, 'COMPLETE')
    expect((await world.ended(body.id)).status).toBe('success')
    expect(await world.rows(datasetId)).toEqual([{ id: 3 }, { id: 9 }])
    expect(await world.batch(old.id)).toMatchObject({
      status: 'inactive',
      tags: { acp_successor: [body.id] },
    })
  })

  test('counts every record that came in as one that came out or has failed', async () => {
    const datasetId = await world.makeDataset()
    const bad = '{"_headwater": {"id": 3\n'
    const tolerant = { partialIngestionPercentage: 50 }
    const batches = [
      await world.upload(datasetId, lines({ id: 1 }, { id: 2 })),
      await world.upload(datasetId, lines({ id: 1 }, { id: 2 }) + bad, tolerant),
      await world.upload(datasetId, lines({ id: 1 }) + bad),
      await world.upload(datasetId, ''),
    ]
    const counts = batches.map(({ status, metrics }) => [
      status,
      metrics.inputRecordCount,
      metrics.outputRecordCount,
      metrics.failedRecordCount,
    ])
    expect(counts).toEqual([
      ['success', 2, 2, 0],
      ['success', 3, 2, 1],
      ['failed', 2, 0, 2],
      ['success', 0, 0, 0],
    ])
  })
})

describe('a record', () => {
  const OWNER = {
    owner: {
      type: 'object',
      properties: { id: { type: 'integer' }, note: { type: 'string' } },
      required: ['id'],
    },
  }

  test.each<[string, Answer, readonly string[]]>([
    ['an empty object', { owner: {} }, ['INGEST-1555-400']],
    ['null', { owner: { id: null } }, ['INGEST-1555-400']],
    ['a value of another type', { owner: { id: '5x' } }, ['MAPPER-3700-400', 'INGEST-1555-400']],
    [
      'a value of another type beside others',
      { owner: { id: '5x', note: 'a' } },
      ['MAPPER-3700-400', 'INGEST-1555-400'],
    ],
  ])('that has an object without what it requires fails: %s', async (_what, record, codes) => {
    const datasetId = await world.makeDataset(OWNER)
    const { status, errors } = await world.upload(datasetId, lines(record))
    expect([status, errors.map(({ code }: Answer) => code)]).toEqual([
      'failed',
      expect.arrayContaining([...codes]),
    ])
    const tolerant = { partialIngestionPercentage: 100, errorDiagnosticsEnabled: true }
    const { id } = await world.upload(datasetId, lines(record, {}), tolerant)
    expect(await world.batch(id)).toMatchObject({ metrics: { outputRecordCount: 1, failedRecordCount: 1 } })
  })

  test('without the object needs nothing in it', async () => {
    const datasetId = await world.makeDataset({ ...OWNER, id: { type: 'integer' } })
    const { status, metrics } = await world.upload(datasetId, lines({ id: 1 }, {}))
    expect([status, metrics.outputRecordCount]).toEqual(['success', 2])
  })
})

test('a file of which nothing is known to the schema fails, and says what it has', async () => {
  const datasetId = await world.makeDataset()
  const csv = { inputFormat: { format: 'csv' } }
  const { status, errors } = await world.upload(datasetId, '_headwater.id;_headwater.note\n1;a\n2;b\n', csv)
  expect([status, JSON.stringify(errors)]).toEqual(['failed', expect.stringContaining('delimiter')])
  const other = await world.upload(datasetId, '{"zzz": 1}\n')
  expect([other.status, JSON.stringify(other.errors)]).toEqual([
    'failed',
    expect.stringContaining('HW-RECORDS-UNKNOWN'),
  ])
})

describe('a dataset', () => {
  test('whose schema has grown since takes the new fields from the next upload on', async () => {
    const datasetId = await world.makeDataset({ id: { type: 'integer' } })
    await world.upload(datasetId, lines({ id: 1, extra: 'lost' }))
    await growSchema(datasetId, 'extra', { type: 'string' })
    const batches = await Promise.all(
      [2, 3, 4].map((id) => world.upload(datasetId, lines({ id, extra: `x${id}` }))),
    )
    expect(batches.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
    expect(await world.rows(datasetId)).toEqual([
      { id: 1 },
      { id: 2, extra: 'x2' },
      { id: 3, extra: 'x3' },
      { id: 4, extra: 'x4' },
    ])
  })

  async function growSchema(datasetId: string, name: string, field: object): Promise<void> {
    const client = world.server.client
    const dataset = (await client.get(`${CATALOG}/dataSets/${datasetId}`)).body[datasetId]
    const accept = { accept: 'application/vnd.adobe.xed+json;version=1' }
    const schemaId = encodeURIComponent(dataset.schemaRef.id)
    const schema = await client.call('GET', `${REGISTRY}/tenant/schemas/${schemaId}`, { headers: accept })
    const groupId = encodeURIComponent(schema.body.allOf.at(-1).$ref)
    const path = `/definitions/customFields/properties/_headwater/properties/${name}`
    const patched = await client.call('PATCH', `${REGISTRY}/tenant/fieldgroups/${groupId}`, {
      body: [{ op: 'add', path, value: field }],
    })
    expect(patched.status).toBe(200)
  }
})

describe('a large file', () => {
  /** Sends the pieces of a text, each at its place. */
  async function sendPieces(url: string, text: string, pieces: readonly (readonly [number, number])[]) {
    expect((await world.client.post(`${url}?action=INITIALIZE`)).status).toBe(201)
    for (const [first, last] of pieces) {
      const headers = { 'content-range': `bytes ${first}-${last}/*` }
      const sent = await world.send('PATCH', url, text.slice(first, last + 1), headers)
      expect(sent.status).toBe(200)
    }
    return world.client.post(`${url}?action=COMPLETE`)
  }

  statement(91, 'Overlapping large-file chunks give 400 at COMPLETE', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    const url = world.fileUrl(datasetId, id)
    const text = lines(...numbered(4))
    const overlap = await sendPieces(url, text, [
      [0, 20],
      [20, text.length - 1],
    ])
    expect(overlap.status).toBe(400)
    expect(overlap.body.detail).toContain('have come more than once')
    const gap = await sendPieces(url, text, [
      [0, 20],
      [22, text.length - 1],
    ])
    expect(gap.status).toBe(400)
    expect(gap.body.detail).toContain('The bytes 21 to 21 of the file')
  })

  test('comes in pieces in any order, and one of them twice', async () => {
    const datasetId = await world.makeDataset()
    const id = await world.makeBatch(datasetId)
    const url = world.fileUrl(datasetId, id, 'large/rows.json')
    const text = lines(...numbered(4))
    const { length } = text
    await world.client.post(`${url}?action=initialize`)
    const early = await world.act(id, 'COMPLETE')
    expect([early.status, early.body.detail]).toEqual([409, expect.stringContaining('is not complete')])
    const done = await sendPieces(url, text, [
      [31, length - 1],
      [0, 30],
      [0, 30],
    ])
    expect(done.body).toEqual({ path: 'large/rows.json', state: 'complete', sizeBytes: length })
    const head = await world.client.call('HEAD', url)
    expect([head.status, head.headers['range']]).toEqual([200, `bytes=0-${length - 1}`])
    await world.act(id, 'COMPLETE')
    expect((await world.ended(id)).metrics).toMatchObject({ inputFileCount: 1, inputByteSize: length })
    expect(await world.rows(datasetId)).toEqual(numbered(4))
  })
})
