import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { detachSources, lockSources } from '#services/flow-service/connections/connection-store.ts'
import {
  created,
  DATASET,
  type FlowTestService,
  flowBody,
  itemOf,
  LAKE,
  makeConnections,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
let ids: { base: string; source: string; target: string }

beforeAll(async () => {
  service = await startFlowService()
  ids = await makeConnections(service)
})

afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

/** A body that each kind takes, complete or as a draft. */
const BODIES = {
  connections: () => ({ name: 'a connection', connectionSpec: POSTGRES }),
  sourceConnections: () => ({
    name: 'a source',
    connectionSpec: POSTGRES,
    baseConnectionId: ids.base,
    params: { tableName: 'public.orders' },
  }),
  targetConnections: () => ({ name: 'a target', connectionSpec: LAKE, params: { dataSetId: DATASET } }),
  flows: () => flowBody(ids),
} as const

const KINDS = Object.keys(BODIES) as (keyof typeof BODIES)[]

function create(kind: keyof typeof BODIES, more: object = {}) {
  return service.call('POST', `/${kind}?mode=draft`, { body: { ...BODIES[kind](), ...more } })
}

describe.each(KINDS)('%s', (kind) => {
  test('are deleted for the version that If-Match names, and for any without it', async () => {
    const { body: made } = await create(kind)
    const url = `/${kind}/${made.id}`
    const stale = await service.call('DELETE', url, { headers: { 'if-match': '"other"' } })
    expect([stale.status, stale.body.type]).toEqual([412, expect.stringContaining('FLOW-1404-412')])
    expect((await service.call('DELETE', `${url}?if-match=other`)).status).toBe(412)
    expect((await itemOf(service, url)).etag).toBe(made.etag)
    expect((await service.call('DELETE', url, { headers: { 'if-match': made.etag } })).status).toBe(204)
    const { body: other } = await create(kind)
    expect((await service.call('DELETE', `/${kind}/${other.id}`)).status).toBe(204)
    expect((await service.call('GET', `/${kind}/${other.id}`)).status).toBe(404)
  })

  test('keep attributes and labels from their creation on, and through a patch', async () => {
    const kept = { attributes: { team: 'data', nested: { deep: [1] } }, labels: ['core/C1'] }
    const id = (await create(kind, kept)).body.id
    expect(await itemOf(service, `/${kind}/${id}`)).toMatchObject(kept)
    const patch = await service.call('PATCH', `/${kind}/${id}`, {
      body: [{ op: 'add', path: '/attributes/nested/deep', value: 2 }],
      headers: { 'if-match': '*' },
    })
    expect(patch.status).toBe(200)
    const { attributes } = await itemOf(service, `/${kind}/${id}`)
    expect(attributes).toEqual({ team: 'data', nested: { deep: 2 } })
    const { body } = await service.call('GET', `/${kind}?property=attributes.team==data&property=id==${id}`)
    expect(body.items).toHaveLength(1)
  })

  test.each([
    ['attributes', 'a text'],
    ['attributes', []],
    ['labels', 'core/C1'],
    ['labels', [1]],
  ])('refuse %s that are %j, made or patched', async (name, value) => {
    const refused = await create(kind, { [name]: value })
    expect([refused.status, refused.body.report?.field]).toEqual([400, name])
    const { body: made } = await create(kind)
    const patch = await service.call('PATCH', `/${kind}/${made.id}`, {
      body: [{ op: 'add', path: `/${name}`, value }],
      headers: { 'if-match': '*' },
    })
    expect([patch.status, patch.body.report?.field]).toEqual([400, name])
    expect((await itemOf(service, `/${kind}/${made.id}`)).etag).toBe(made.etag)
  })
})

test('the name of a draft that is set to null is left out', async () => {
  const { body: made } = await create('connections')
  const headers = { 'if-match': made.etag }
  const body = [{ op: 'replace', path: '/name', value: null }]
  expect(await service.call('PATCH', `/connections/${made.id}`, { body, headers })).toMatchObject({
    status: 200,
  })
  expect(await itemOf(service, `/connections/${made.id}`)).not.toHaveProperty('name')
})

test.each([
  ['sourceConnections', { baseConnectionId: '/connections/123' }],
  ['targetConnections', { baseConnectionId: 'baseConnections/123' }],
  ['flows', { sourceConnectionIds: ['sourceConnections/123'] }],
  ['runs', { flowId: '/flows/123' }],
] as const)('%s that refer by a path are told to send the id', async (kind, reference) => {
  const body = { ...(kind === 'runs' ? {} : BODIES[kind]()), ...reference }
  const answer = await service.call('POST', `/${kind}`, { body })
  expect(answer).toMatchObject({ status: 400, body: { report: { path: expect.stringContaining('/123') } } })
  expect(answer.body.type).toContain('FLOW-1411-400')
})

test('a reference that is deleted while a resource waits for it is the client’s to mend', async () => {
  const source = await created(service, '/sourceConnections', BODIES.sourceConnections())
  const body = { ...flowBody({ ...ids, source }), name: 'late' }
  const deleting = await service.db.startTransaction().execute()
  await deleting.deleteFrom('source_connection').where('id', '=', source).execute()
  const pending = service.call('POST', '/flows', { body })
  await vi.waitFor(async () => {
    const waiting = await service.metadata.query('select from pg_locks where not granted')
    expect(waiting.rows).toHaveLength(1)
  })
  await deleting.commit().execute()
  const answer = await pending
  expect([answer.status, answer.body.errorMessage]).toEqual([
    400,
    expect.stringContaining('deleted meanwhile'),
  ])
})

test('a base connection that is deleted while a flow is made over it leaves no flow without one', async () => {
  const made = await makeConnections(service)
  const deleting = await service.db.startTransaction().execute()
  await lockSources(deleting, made.base)
  await detachSources(deleting, made.base)
  const pending = service.call('POST', '/flows', { body: flowBody(made) })
  await vi.waitFor(async () => {
    const waiting = await service.metadata.query('select from pg_locks where not granted')
    expect(waiting.rows).toHaveLength(1)
  })
  await deleting.commit().execute()
  const { status, body } = await pending
  expect([status, body.errorMessage]).toEqual([400, expect.stringContaining(made.base)])
})

test('capture of changes is stored without effect, or refused in strict mode', async () => {
  const params = { tableName: 'public.orders', cdcEnabled: true }
  const body = { ...BODIES.sourceConnections(), params }
  const id = await created(service, '/sourceConnections', body)
  expect((await itemOf(service, `/sourceConnections/${id}`)).params).toEqual(params)
  service.world.strict = true
  try {
    const refused = await service.call('POST', '/sourceConnections', { body })
    expect([refused.status, refused.body.report.field]).toEqual([400, 'params.cdcEnabled'])
    const off = { ...body, params: { ...params, cdcEnabled: false } }
    expect((await service.call('POST', '/sourceConnections', { body: off })).status).toBe(201)
  } finally {
    service.world.strict = false
  }
})
