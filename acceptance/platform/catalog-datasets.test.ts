import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, FULL } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type CatalogWorld, idsOf, JSON_PATCH, openCatalogWorld, plainError } from './catalog-world.ts'

const DATASETS = `${CATALOG}/dataSets`
const PROFILE = 'https://ns.adobe.com/xdm/context/profile'
const EVENT = 'https://ns.adobe.com/xdm/context/experienceevent'
const ID = /^[0-9a-f]{24}$/

let world: CatalogWorld

beforeAll(async () => {
  world = await openCatalogWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** Datasets that only one test lists: they share a description. */
async function makeShelf(...datasets: readonly Answer[]): Promise<{ shelf: string; ids: string[] }> {
  const shelf = world.world.newName('shelf')
  const ids: string[] = []
  for (const dataset of datasets) ids.push(await world.makeDataset({ description: shelf, ...dataset }))
  return { shelf, ids }
}

/** Names of the datasets of a shelf that a query finds, in the order of the answer. */
async function namesOn(shelf: string, query: string): Promise<string[]> {
  const { status, body, text } = await world.client.get(
    `${DATASETS}?description=${encodeURIComponent(shelf)}&${query}`,
  )
  if (status !== 200) throw new Error(text)
  return Object.values<Answer>(body).map(({ name }) => name)
}

statement(65, '`POST /dataSets` returns 201 with a one-element array `@/dataSets/{24 hex}`', async () => {
  const body = {
    ...(await world.datasetBody()),
    fileDescription: { persisted: true, containerFormat: 'parquet', format: 'parquet' },
  }
  for (const query of ['', '?requestDataSource=true', '?requestDataSource=False', '/']) {
    const { status, body: made, headers } = await world.client.post(`${DATASETS}${query}`, body)
    expect([status, made]).toEqual([201, [expect.stringMatching(/^@\/dataSets\/[0-9a-f]{24}$/)]])
    expect(headers['location']).toBe(`${CATALOG}/dataSets/${made[0].slice('@/dataSets/'.length)}`)
  }
})

statement(66, '`GET /dataSets/{id}` returns an object with exactly that id as key', async () => {
  const id = await world.makeDataset({ description: 'what it is for' })
  const { status, body, headers } = await world.client.get(`${DATASETS}/${id}`)
  expect([status, Object.keys(body)]).toEqual([200, [id]])
  const { client } = world.world.server
  expect(body[id]).toMatchObject({
    description: 'what it is for',
    imsOrg: client.credentials.ims_org,
    sandboxId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    created: expect.any(Number),
    updated: body[id].created,
    createdClient: client.credentials.client_id,
    createdUser: expect.stringMatching(/@techacct\.adobe\.com$/),
    updatedUser: body[id].createdUser,
    version: '1.0.0',
    viewId: expect.stringMatching(ID),
    files: `@/dataSetFiles?dataSetId=${id}`,
    basePath: expect.stringContaining(id),
    fileDescription: { persisted: true, containerFormat: 'parquet', format: 'parquet' },
    enableErrorDiagnostics: false,
    observableSchema: {},
    dule: {},
    statsCache: { rowCount: 0, storageSize: 0, fileCount: 0 },
    state: 'ACTIVE',
    persistence: { adls: { location: expect.stringContaining(id) } },
    extensions: {
      adobe_lakeHouse: {
        metrics: { rowCount: 0, storageSize: 0 },
        tableHealthMetrics: { noOfFilesTotal: 0, noOfPartitionsTotal: 0 },
      },
    },
  })
  expect([headers['etag'], headers['e-tag']]).toEqual(['"1.0.0"', '1.0.0'])
  const unknown = await world.client.get(`${DATASETS}/5c8c3c555033b814b69f947f`)
  expect([unknown.status, unknown.body]).toEqual([404, plainError(404)])
})

statement(
  67,
  'The dataset has `classification.dataBehavior` `record` for profile and `time-series` for ExperienceEvent schemas',
  async () => {
    for (const [classId, dataBehavior] of [
      [PROFILE, 'record'],
      [EVENT, 'time-series'],
    ] as const) {
      const schemaRef = { id: await world.makeClassSchema(classId), contentType: FULL }
      const { classification } = await world.dataset(await world.makeDataset({ schemaRef }))
      expect(classification).toEqual({ dataBehavior, managedBy: 'CUSTOMER' })
    }
  },
)

statement(68, '`tags["adobe/pqs/table"]` is a unique lower-snake-case name', async () => {
  const named = async (name: string, tags?: Answer): Promise<string> =>
    (await world.dataset(await world.makeDataset({ name, ...(tags === undefined ? {} : { tags }) }))).tags[
      'adobe/pqs/table'
    ]
  expect(await named('Loyalty Members (EU)')).toEqual(['loyalty_members_eu'])
  expect(await named('loyalty members EU')).toEqual(['loyalty_members_eu_2'])
  expect(await named('2024 figures')).toEqual(['t_2024_figures'])
  expect(await named('by its tag', { 'adobe/pqs/table': ['chosen_name'] })).toEqual(['chosen_name'])
  for (const name of ['chosen_name', 'Not Snake', 'a'.repeat(64)]) {
    const tags = { 'adobe/pqs/table': [name] }
    const { status, body } = await world.client.post(DATASETS, await world.datasetBody({ tags }))
    expect([status, body]).toEqual([400, plainError(400)])
  }
})

statement(69, 'Unknown `schemaRef.id` is 400', async () => {
  const ids = ['https://ns.adobe.com/headwater/schemas/0000', '', 7]
  const refs = [...ids.map((id) => ({ id, contentType: FULL })), {}, undefined]
  for (const schemaRef of refs) {
    const { status, body } = await world.client.post(DATASETS, await world.datasetBody({ schemaRef }))
    expect([status, body]).toEqual([400, plainError(400, expect.stringContaining('schema'))])
  }
})

statement(70, '`GET /dataSets?limit=0` and `limit=101` are 400', async () => {
  for (const limit of ['0', '101', '-1', '1.5', 'many']) {
    const { status, body } = await world.client.get(`${DATASETS}?limit=${limit}`)
    expect([status, body]).toEqual([400, plainError(400, expect.stringContaining('from 1 to 100'))])
  }
  expect((await world.client.get(`${DATASETS}?limit=100`)).status).toBe(200)
})

statement(71, 'Default page size is 20; `start` is a zero-based offset', async () => {
  const names = Array.from({ length: 23 }, (_, index) => `page ${String(index).padStart(2, '0')}`)
  const { shelf } = await makeShelf(...names.map((name) => ({ name })))
  expect(await namesOn(shelf, 'orderBy=name')).toEqual(names.slice(0, 20))
  expect(await namesOn(shelf, 'orderBy=name&start=0&limit=2')).toEqual(names.slice(0, 2))
  expect(await namesOn(shelf, 'orderBy=name&start=20')).toEqual(names.slice(20))
  expect(await namesOn(shelf, 'sort=name&offset=21')).toEqual(names.slice(21))
  expect(await namesOn(shelf, 'start=23')).toEqual([])
  expect((await world.client.get(`${DATASETS}?start=-1`)).status).toBe(400)
})

statement(
  72,
  '`?properties=name,schemaRef` returns only those keys; an item without them is `{}`',
  async () => {
    const { shelf, ids } = await makeShelf({ name: 'with properties' })
    const path = `${DATASETS}?description=${encodeURIComponent(shelf)}`
    const listed = await world.client.get(`${path}&properties=name,schemaRef`)
    expect(listed.body).toEqual({
      [ids[0] ?? '']: { name: 'with properties', schemaRef: expect.any(Object) },
    })
    const without = await world.client.get(`${path}&properties=lastFailedBatch,nothing`)
    expect(without.body).toEqual({ [ids[0] ?? '']: {} })
    const one = await world.client.get(`${DATASETS}/${ids[0]}?properties=observableSchema`)
    expect(one.body).toEqual({ [ids[0] ?? '']: { observableSchema: {} } })
  },
)

statement(73, '`?name=a,b` matches either; `?name=!a` excludes', async () => {
  const { shelf } = await makeShelf({ name: 'a' }, { name: 'b' }, { name: 'c' })
  expect(await namesOn(shelf, 'name=a,b&orderBy=name')).toEqual(['a', 'b'])
  expect(await namesOn(shelf, 'name=!a&orderBy=name')).toEqual(['b', 'c'])
  expect(await namesOn(shelf, 'name=!a,b')).toEqual(['c'])
  expect(await namesOn(shelf, 'name=b')).toEqual(['b'])
  expect(await namesOn(shelf, 'name=d')).toEqual([])
})

statement(74, '`?property=name~^ex` and `?property=!description` work', async () => {
  const { shelf } = await makeShelf({ name: 'example' }, { name: 'an example' }, { name: 'other' })
  const property = (...texts: string[]) =>
    `orderBy=name&${texts.map((text) => `property=${encodeURIComponent(text)}`).join('&')}`
  expect(await namesOn(shelf, property('name~^ex'))).toEqual(['example'])
  expect(await namesOn(shelf, property('name~ex'))).toEqual(['an example', 'example'])
  expect(await namesOn(shelf, property('name~ex', 'name!=example'))).toEqual(['an example'])
  expect(await namesOn(shelf, property('description'))).toHaveLength(3)
  expect(await namesOn(shelf, property('desc*'))).toHaveLength(3)
  expect(await namesOn(shelf, property('!description'))).toEqual([])
  expect(await namesOn(shelf, property('created>0', 'name<b', 'name>=an example'))).toEqual(['an example'])
  const name = world.world.newName('plain')
  await world.makeDataset({ name })
  const query = `name=${encodeURIComponent(name)}&property=${encodeURIComponent('!description')}`
  expect(idsOf(await world.client.get(`${DATASETS}?${query}`))).toHaveLength(1)
  const bad = await world.client.get(`${DATASETS}?property=${encodeURIComponent('name~(')}`)
  expect([bad.status, bad.body]).toEqual([400, plainError(400)])
})

statement(75, '`?tags=sampleTag:*` matches by presence', async () => {
  const { shelf } = await makeShelf(
    { name: 'one', tags: { sampleTag: ['red', 'green'], other: ['1'] } },
    { name: 'two', tags: { sampleTag: ['green'] } },
    { name: 'three' },
  )
  expect(await namesOn(shelf, 'tags=sampleTag:*&orderBy=name')).toEqual(['one', 'two'])
  expect(await namesOn(shelf, 'tags=sampleTag:red')).toEqual(['one'])
  expect(await namesOn(shelf, 'tags=sampleTag:g*&orderBy=name')).toEqual(['one', 'two'])
  expect(await namesOn(shelf, 'tags=sampleTag:green,other:*')).toEqual(['one'])
  expect((await world.client.get(`${DATASETS}?tags=sampleTag`)).status).toBe(400)
})

statement(76, '`?orderBy=name,desc:created` sorts by both', async () => {
  const { shelf, ids } = await makeShelf({ name: 'b' }, { name: 'a' }, { name: 'a' }, { name: 'c' })
  const [b, older, newer, c] = ids
  const listed = async (orderBy: string) =>
    idsOf(await world.client.get(`${DATASETS}?description=${encodeURIComponent(shelf)}&orderBy=${orderBy}`))
  expect(await listed('name,desc:created')).toEqual([newer, older, b, c])
  expect(await listed('asc:name,asc:created')).toEqual([older, newer, b, c])
  expect(await listed('desc:name,created')).toEqual([c, b, older, newer])
})

statement(
  77,
  'PATCH with `application/json-patch+json` on `/tags/unifiedProfile` works; with `application/json` merges',
  async () => {
    const id = await world.makeDataset({ tags: { kept: ['1'], gone: ['2'] } })
    const patches = ['application/json-patch+json', 'application/json+patch', 'application/json']
    for (const type of patches) {
      const operations = [{ op: 'add', path: '/tags/unifiedProfile', value: ['enabled:false'] }]
      const { status, body } = await world.client.call('PATCH', `${DATASETS}/${id}`, {
        body: operations,
        headers: { 'content-type': type },
      })
      expect([status, body]).toEqual([200, [`@/dataSets/${id}`]])
    }
    const merged = await world.client.patch(`${DATASETS}/${id}`, {
      description: 'merged',
      tags: { gone: null, more: ['3'] },
    })
    expect([merged.status, merged.body]).toEqual([200, [`@/dataSets/${id}`]])
    const { description, tags } = await world.dataset(id)
    expect(description).toBe('merged')
    expect(tags).toMatchObject({ kept: ['1'], more: ['3'], unifiedProfile: ['enabled:false'] })
    expect(tags).not.toHaveProperty('gone')
    const wrong = await world.client.call('PATCH', `${DATASETS}/${id}`, {
      body: [{ op: 'remove', path: '/tags/nothing' }],
      headers: JSON_PATCH,
    })
    expect([wrong.status, wrong.body]).toEqual([400, plainError(400)])
  },
)

statement(78, 'Enabling profile on a non-union schema is 400 with the documented sentence', async () => {
  const id = await world.makeDataset()
  const sentence = 'To enable profile datasets the schema should be valid'
  for (const value of ['enabled:true', 'enabled: true']) {
    const patched = await world.client.call('PATCH', `${DATASETS}/${id}`, {
      body: [{ op: 'add', path: '/tags/unifiedProfile', value: [value, 'isUpsert:true'] }],
      headers: JSON_PATCH,
    })
    expect([patched.status, patched.body]).toEqual([400, plainError(400, sentence)])
    const body = await world.datasetBody({ tags: { unifiedProfile: [value] } })
    const created = await world.client.post(DATASETS, body)
    expect([created.status, created.body]).toEqual([400, plainError(400, sentence)])
  }
  expect((await world.dataset(id)).tags).not.toHaveProperty('unifiedProfile')
})

statement(79, '`If-Match` with an old version is 412', async () => {
  const id = await world.makeDataset()
  const path = `${DATASETS}/${id}`
  expect((await world.client.patch(path, { description: 'second' }, '"1.0.0"')).status).toBe(200)
  const body = await world.datasetBody()
  const attempts = [
    world.client.patch(path, { description: 'third' }, '"1.0.0"'),
    world.client.put(path, body, '1.0.0'),
    world.client.call('POST', path, { body: { description: 'third' }, headers: { 'if-match': '1.0.0' } }),
    world.client.call('PATCH', `${CATALOG}/v2/dataSets/${id}`, {
      body: { description: 'third' },
      headers: { 'if-match': '1.0.0' },
    }),
    world.client.delete(path, { headers: { 'if-match': '1.0.0' } }),
  ]
  for (const { status, body: problem } of await Promise.all(attempts)) {
    expect([status, problem]).toEqual([412, plainError(412, expect.stringContaining('1.0.1'))])
  }
  expect(await world.dataset(id)).toMatchObject({ description: 'second', version: '1.0.1' })
  expect((await world.client.put(path, body, '1.0.1')).status).toBe(200)
})

statement(80, '`version` grows by one patch digit per write', async () => {
  const id = await world.makeDataset()
  const path = `${DATASETS}/${id}`
  const writes = [
    () => world.client.patch(path, { description: 'patched' }),
    () => world.client.post(path, { description: 'posted' }),
    async () => world.client.put(path, await world.datasetBody({ description: 'put' })),
    () => world.client.patch(`${CATALOG}/v2/dataSets/${id}`, { description: 'second version' }),
  ]
  for (const [index, write] of writes.entries()) {
    const { status, body } = await write()
    expect([status, body]).toEqual([200, [`@/dataSets/${id}`]])
    expect((await world.dataset(id)).version).toBe(`1.0.${index + 1}`)
  }
  const refused = await world.client.patch(path, { name: '' })
  expect([refused.status, (await world.dataset(id)).version]).toEqual([400, '1.0.4'])
})

statement(83, 'Empty filter values (`?name=&description=`) are ignored', async () => {
  const { shelf } = await makeShelf({ name: 'x' }, { name: 'y' })
  expect(await namesOn(shelf, 'name=&tags=&property=&orderBy=&limit=&start=&properties=')).toHaveLength(2)
})

test('what only the server writes keeps its value', async () => {
  const id = await world.makeDataset()
  const before = await world.dataset(id)
  const owned = {
    imsOrg: 'x',
    created: 1,
    viewId: 'x',
    version: '9',
    state: 'x',
    statsCache: { rowCount: 9 },
  }
  await world.client.patch(`${DATASETS}/${id}`, {
    ...owned,
    classification: { managedBy: 'SYSTEM' },
    extensions: { adobe_lakeHouse: { metrics: { rowCount: 9 }, rowExpiration: { ttlValue: 'P3M' } } },
  })
  const { imsOrg, created, viewId, state, statsCache, classification } = before
  expect(await world.dataset(id)).toMatchObject({
    ...{ imsOrg, created, viewId, state, statsCache, classification },
    extensions: { adobe_lakeHouse: { metrics: { rowCount: 0 }, rowExpiration: { ttlValue: 'P3M' } } },
  })
})

test('a write that is only checked changes nothing', async () => {
  const headers = { pragma: 'validate-only' }
  const name = world.world.newName('checked')
  const body = await world.datasetBody({ name })
  const checked = await world.client.call('POST', DATASETS, { body, headers })
  expect([checked.status, checked.body]).toEqual([200, []])
  expect(idsOf(await world.client.get(`${DATASETS}?name=${encodeURIComponent(name)}`))).toEqual([])
  const wrong = { ...body, schemaRef: { id: 'nowhere' } }
  expect((await world.client.call('POST', DATASETS, { body: wrong, headers })).status).toBe(400)
  const id = await world.makeDataset({ name })
  const put = { body: { ...body, description: 'not kept' }, headers }
  expect((await world.client.call('PUT', `${DATASETS}/${id}`, put)).status).toBe(200)
  expect(await world.dataset(id)).not.toHaveProperty('description')
})

test('a dataset has one view, with its files', async () => {
  const { datasetId, batchId } = await world.land({ tableName: 'public.orders' })
  const { viewId, schemaRef } = await world.dataset(datasetId)
  const views = await world.client.get(`${DATASETS}/${datasetId}/views`)
  expect(views.body).toEqual({
    [viewId]: expect.objectContaining({ dataSetId: datasetId, schemaRef, isDefault: true }),
  })
  const view = await world.client.get(`${DATASETS}/${datasetId}/views/${viewId}`)
  expect(view.body).toEqual(views.body)
  const files = await world.client.get(`${DATASETS}/${datasetId}/views/${viewId}/files`)
  expect(idsOf(files)).toEqual([`${batchId}-1`])
  for (const path of [`${datasetId}/views/${datasetId}`, `${viewId}/views`, `${datasetId}/views/x/files`]) {
    expect((await world.client.get(`${DATASETS}/${path}`)).status).toBe(404)
  }
})

test('a dataset that a flow writes into is deleted when that is forced only, and takes its files along', async () => {
  const { datasetId, flowId, batchId } = await world.land({ tableName: 'public.orders' })
  const path = `${DATASETS}/${datasetId}`
  const files = async () => await world.fetch(`/data/foundation/export/batches/${batchId}/files`)
  const [{ _links: link }] = ((await (await files()).json()) as Answer).data
  expect((await world.fetch(link.self.href)).status).toBe(200)
  const refused = await world.client.delete(path)
  expect([refused.status, refused.body]).toEqual([400, plainError(400, expect.stringContaining(flowId))])
  expect(refused.body.detail).toContain('force=true')
  const deleted = await world.client.delete(`${path}?force=true`)
  expect([deleted.status, deleted.body]).toEqual([200, [`@/dataSets/${datasetId}`]])
  expect((await world.client.get(path)).status).toBe(404)
  expect((await world.client.get(`${CATALOG}/batches/${batchId}`)).status).toBe(404)
  expect((await world.fetch(link.self.href)).status).toBe(404)
  expect(await world.lakeFiles(datasetId)).toEqual([])
})
