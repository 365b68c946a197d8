import type { Answer } from '@headwater/testkit/api-client.ts'
import { FULL, LAKE_SPEC, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.7: source and target connections. */
let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

async function createSource(overrides: Answer = {}): Promise<FlowAnswer> {
  return world.client.post('/sourceConnections', await world.sourceBody(overrides))
}

async function createTarget(overrides: Answer = {}): Promise<FlowAnswer> {
  return world.client.post('/targetConnections', await world.targetBody(overrides))
}

async function shown(path: string): Promise<Answer> {
  return onlyItem(await world.client.get(path))
}

async function shownSource(overrides: Answer = {}): Promise<Answer> {
  return shown(`/sourceConnections/${(await world.makeSource(overrides)).id}`)
}

async function shownTarget(overrides: Answer = {}): Promise<Answer> {
  return shown(`/targetConnections/${(await world.makeTarget(overrides)).id}`)
}

function expectRefused({ status, text }: FlowAnswer, wanted: number, words: string): void {
  expect([status, text]).toEqual([wanted, expect.stringContaining(words)])
}

statement(
  187,
  'a source connection needs a name, a base connection, a format, a table and a spec',
  async () => {
    const { connectionId } = await world.ready()
    const { status, body, text } = await world.client.post('/sourceConnections', {
      name: world.newName('source'),
      baseConnectionId: connectionId,
      data: { format: 'tabular' },
      params: { tableName: 'public.orders' },
      connectionSpec: POSTGRES_SPEC,
    })
    expect(status, text).toBe(201)
    expect(await shown(`/sourceConnections/${body.id}`)).toMatchObject({
      state: 'enabled',
      baseConnectionId: connectionId,
      params: { tableName: 'public.orders' },
    })
  },
)

statement(188, 'a source connection without a name is refused', async () => {
  expectRefused(await createSource({ name: undefined }), 400, 'name')
})

statement(189, 'a source connection without columns means all of them', async () => {
  for (const columns of [undefined, []]) {
    const { status, text } = await createSource({ params: { tableName: 'public.orders', columns } })
    expect(status, text).toBe(201)
  }
})

/** As the tutorials send them, and as explore answers. */
const COLUMNS = [
  { name: 'id', type: 'integer', xdm: { type: 'integer', minimum: -2147483648, maximum: 2147483647 } },
  { name: 'note', type: 'string', xdm: { type: 'string' }, meta: { originalType: 'text' } },
  {
    name: 'updated_at',
    type: 'string',
    'meta:xdmType': 'date-time',
    xdm: { type: 'string', format: 'date-time' },
  },
]

statement(190, 'columns in the documented form are kept as they were sent', async () => {
  const { params } = await shownSource({ params: { tableName: 'public.orders', columns: COLUMNS } })
  expect(params).toEqual({ tableName: 'public.orders', columns: COLUMNS })
})

statement(191, 'a source connection on an unknown base connection is refused', async () => {
  const baseConnectionId = '00000000-1111-4222-8333-444444444444'
  const answer = await createSource({ baseConnectionId })
  expect([400, 404]).toContain(answer.status)
  expect(answer.text).toContain(baseConnectionId)
})

statement(192, 'a source connection has the spec of its base connection', async () => {
  expectRefused(await createSource({ connectionSpec: LAKE_SPEC }), 400, 'connectionSpec.id')
})

statement(193, 'a source connection shows its base connection and the spec of that', async () => {
  const { connectionId } = await world.ready()
  const { inheritedAttributes } = await shownSource()
  expect(inheritedAttributes.baseConnection).toEqual({ id: connectionId, connectionSpec: POSTGRES_SPEC })
})

statement(194, 'the data of a source connection is an object with a format', async () => {
  expect((await shownSource()).data).toMatchObject({ format: 'tabular' })
  expect((await shownSource({ data: undefined })).data).toMatchObject({ format: 'tabular' })
})

statement(195, 'a target connection names a schema and a dataset', async () => {
  const { schemaId, datasetId } = await world.ready()
  const data = { schema: { id: schemaId, version: FULL } }
  expect(await shownTarget({ data, params: { dataSetId: datasetId } })).toMatchObject({
    state: 'enabled',
    data,
    params: { dataSetId: datasetId },
    connectionSpec: LAKE_SPEC,
  })
})

statement(196, 'a target connection may name a format and no schema', async () => {
  expect((await shownTarget({ data: { format: 'parquet_xdm' } })).data).toEqual({ format: 'parquet_xdm' })
})

statement(197, 'a target connection to an unknown dataset is refused', async () => {
  const dataSetId = '5f5f5f5f5f5f5f5f5f5f5f5f'
  expectRefused(await createTarget({ params: { dataSetId } }), 400, dataSetId)
})

statement(198, 'the version of a schema may be written as 1 or 1.0', async () => {
  const { schemaId: id } = await world.ready()
  for (const version of ['1', '1.0']) {
    const schema = { id, version: `application/vnd.adobe.xed-full+json;version=${version}` }
    expect((await shownTarget({ data: { schema } })).data.schema).toEqual(schema)
  }
})

statement(199, 'data and params of a connection are objects, whatever was sent', async () => {
  const { datasetId } = await world.ready()
  const shownConnections = [
    await shownSource({ data: null }),
    await shownTarget({ data: null, params: { dataSetId: datasetId } }),
    await shownTarget({ data: undefined }),
  ]
  for (const { data, params } of shownConnections) {
    for (const value of [data, params]) expect(value).toEqual(expect.any(Object))
  }
})

statement(200, 'lists of source and target connections have links on their first page', async () => {
  await Promise.all([world.makeSource(), world.makeTarget()])
  for (const path of ['/sourceConnections', '/targetConnections']) {
    const { body } = await world.client.get(path)
    expect(body.items.length).toBeGreaterThan(0)
    expect(body._links).toEqual(expect.any(Object))
  }
})

statement(201, 'a source or target connection that a flow uses cannot be deleted, else it can', async () => {
  const [source, target] = [await world.makeSource(), await world.makeTarget()]
  const flow = await world.makeFlow({ sourceConnectionIds: [source.id], targetConnectionIds: [target.id] })
  const paths = [`/sourceConnections/${source.id}`, `/targetConnections/${target.id}`]
  for (const path of paths) expect(codeOf(await world.client.delete(path))).toBe('1447-400')
  expect((await world.client.delete(`/flows/${flow.id}`)).status).toBe(204)
  for (const path of paths) {
    expect((await world.client.delete(path)).status).toBe(204)
    expect((await world.client.get(path)).status).toBe(404)
  }
})

statement(202, 'a row filter can be added to a source connection by a single operation', async () => {
  const path = `/sourceConnections/${(await world.makeSource()).id}`
  const params = [
    { nodeType: 'fieldLookup', fieldName: 'note' },
    { nodeType: 'literal', value: 'f%' },
  ]
  const value = {
    type: 'PQL',
    format: 'pql/json',
    value: { nodeType: 'fnApply', fnName: 'like', params },
  }
  const operation = { op: 'add', path: '/params/filters', value }
  const { status, text } = await world.client.patch(path, operation, (await shown(path)).etag)
  expect(status, text).toBe(200)
  expect((await shown(path)).params).toEqual({ tableName: 'public.orders', filters: value })
})

statement(203, 'a source connection cannot be published before its base connection', async () => {
  const base = await world.make('/connections?mode=draft', world.connectionBody())
  const body = await world.sourceBody({ baseConnectionId: base.id })
  const source = await world.make('/sourceConnections?mode=draft', body)
  const publish = (path: string) => world.client.post(`${path}/action?op=publish`)
  const path = `/sourceConnections/${source.id}`
  expectRefused(await publish(path), 400, base.id)
  expect((await shown(path)).state).toBe('draft')
  expect((await publish(`/connections/${base.id}`)).status).toBe(200)
  expect((await publish(path)).status).toBe(200)
  expect((await shown(path)).state).toBe('enabled')
})
