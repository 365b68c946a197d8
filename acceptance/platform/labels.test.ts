import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, FULL } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type CatalogWorld, openCatalogWorld } from './catalog-world.ts'

let world: CatalogWorld

beforeAll(async () => {
  world = await openCatalogWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

const pathOf = (datasetId: string) => `/data/foundation/dataset/datasets/${datasetId}/labels`

function labelsError(status: string, code: string, path: unknown = expect.any(String)): Answer {
  return {
    timestamp: expect.stringMatching(/Z$/),
    status,
    code,
    message: expect.stringMatching(/\w+ \w+/),
    path,
  }
}

async function fieldLabels(schemaPath: string, ...labels: string[]): Promise<Answer> {
  const { schemaId } = await world.world.ready()
  return { option: { id: schemaId, contentType: FULL, schemaPath }, labels }
}

const ID_FIELD = '/properties/_headwater/properties/id'

statement(143, 'Labels of a new dataset are 404 `PES-404`; PUT without `If-Match` is refused', async () => {
  const id = await world.makeDataset()
  const path = pathOf(id)
  const none = await world.client.get(path)
  const entity = `/entities/AEP:dataset:${id}`
  expect([none.status, none.body]).toEqual([404, labelsError('NOT_FOUND', 'PES-404', entity)])
  expect((await world.client.call('HEAD', path)).status).toBe(404)

  const wanted = { labels: ['C1', 'C2'], optionalLabels: [await fieldLabels(ID_FIELD, 'I1')] }
  const made = await world.client.post(path, wanted)
  expect([made.status, made.body]).toEqual([201, wanted])
  const again = await world.client.post(path, wanted)
  expect([again.status, again.body]).toEqual([403, labelsError('FORBIDDEN', 'PES-403', entity)])
  const read = await world.client.get(path)
  const etag = String(read.headers['etag'])
  expect([read.status, read.body, etag]).toEqual([200, wanted, made.headers['etag']])
  expect((await world.client.call('HEAD', path)).headers['etag']).toBe(etag)

  const other = { labels: ['C3'], optionalLabels: [] }
  const refused = await world.client.put(path, other)
  expect([refused.status, refused.body]).toEqual([400, labelsError('BAD_REQUEST', 'PES-400', entity)])
  expect((await world.client.delete(path)).status).toBe(400)
  const replaced = await world.client.put(path, other, etag)
  expect([replaced.status, replaced.body]).toEqual([200, other])
  expect(replaced.headers['etag']).not.toBe(etag)
  const stale = await world.client.put(path, wanted, etag)
  expect([stale.status, stale.body]).toEqual([412, labelsError('PRECONDITION_FAILED', 'PES-412', entity)])
  expect((await world.client.delete(path, { headers: { 'if-match': etag } })).status).toBe(412)
  const current = String(replaced.headers['etag'])
  const deleted = await world.client.delete(path, { headers: { 'if-match': current } })
  expect([deleted.status, deleted.text]).toEqual([204, ''])
  expect((await world.client.get(path)).status).toBe(404)
  expect((await world.client.put(path, other, '*')).status).toBe(404)
})

test('labels are names, and fields are those of the schema of the dataset', async () => {
  const path = pathOf(await world.makeDataset())
  const { schemaId } = await world.world.ready()
  const bodies: readonly Answer[] = [
    { labels: 'C1' },
    { labels: [''] },
    { labels: [7] },
    { labels: ['x'.repeat(201)] },
    { optionalLabels: {} },
    { optionalLabels: [{ labels: ['C1'] }] },
    { optionalLabels: [{ option: { id: 'another', schemaPath: ID_FIELD }, labels: [] }] },
    { optionalLabels: [{ option: { id: schemaId }, labels: [] }] },
    { optionalLabels: [await fieldLabels('/properties/_headwater/properties/nothing')] },
    { optionalLabels: [await fieldLabels('/properties/_headwater/properties')] },
    { optionalLabels: [await fieldLabels('/properties/constructor')] },
    { optionalLabels: [await fieldLabels('_headwater.id')] },
    { optionalLabels: [{ ...(await fieldLabels(ID_FIELD)), labels: 'C1' }] },
    [],
  ]
  for (const body of bodies) {
    const { status, body: problem } = await world.client.post(path, body)
    expect([body, status, problem]).toEqual([body, 400, labelsError('BAD_REQUEST', 'PES-400')])
  }
  const twice = await world.client.post(path, { labels: ['C1', ' C1 '] })
  expect([twice.status, twice.body]).toEqual([201, { labels: ['C1'], optionalLabels: [] }])
})

test('labels belong to a dataset of the sandbox, and go with it', async () => {
  const id = await world.makeDataset()
  await world.client.post(pathOf(id), { labels: ['C1'] })
  const name = (await world.world.openSandbox()).headers['x-sandbox-name']
  const other = world.client.with({ 'x-sandbox-name': name })
  for (const answer of [
    await other.get(pathOf(id)),
    await other.post(pathOf(id), { labels: ['C2'] }),
    await other.put(pathOf(id), { labels: ['C2'] }, '*'),
    await other.delete(pathOf(id), { headers: { 'if-match': '*' } }),
    await world.client.get(pathOf('5c8c3c555033b814b69f947f')),
  ]) {
    expect([answer.status, answer.body]).toEqual([404, labelsError('NOT_FOUND', 'PES-404')])
  }
  expect((await world.client.get(pathOf(id))).body.labels).toEqual(['C1'])
  expect((await world.client.delete(`${CATALOG}/dataSets/${id}`)).status).toBe(200)
  expect((await world.client.get(pathOf(id))).status).toBe(404)
  const nowhere = await world.client.with({ 'x-sandbox-name': 'nowhere' }).get(pathOf(id))
  expect([nowhere.status, nowhere.body]).toEqual([403, labelsError('FORBIDDEN', 'PES-403')])
})

test('of changes at once one is made, and the others are told', async () => {
  const path = pathOf(await world.makeDataset())
  const creates = await Promise.all(
    ['C1', 'C2', 'C3', 'C4'].map((label) => world.client.post(path, { labels: [label] })),
  )
  expect(creates.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403])
  const etag = String((await world.client.get(path)).headers['etag'])
  const puts = await Promise.all(
    ['C1', 'C2', 'C3', 'C4'].map((label) => world.client.put(path, { labels: [label] }, etag)),
  )
  expect(puts.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
})
