import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { CHANGEABLE, COLLECTIONS, NOBODY } from './kinds.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

const renaming = (name: string) => [{ op: 'replace', path: '/name', value: name }]

statement(1, 'every resource is served below /data/foundation/flowservice', async () => {
  for (const collection of COLLECTIONS) {
    const { status, body } = await world.client.get(`/data/foundation/flowservice/${collection}`)
    expect([collection, status, Array.isArray(body.items)]).toEqual([collection, 200, true])
  }
})

statement(2, 'a slash at the end of a path changes nothing for GET, PATCH and DELETE', async () => {
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    const [bare, slashed] = await Promise.all([world.client.get(path), world.client.get(`${path}/`)])
    expect(slashed).toMatchObject({ status: 200, body: bare.body })
    const stale = await world.client.patch(`${path}/`, renaming('stale'), '"stale"')
    expect([path, codeOf(stale)]).toEqual([path, '1404-412'])
    const patched = await world.client.patch(`${path}/`, renaming('slashed'), etag)
    expect([path, patched.status]).toEqual([path, 200])
    expect(onlyItem(await world.client.get(path))).toMatchObject({ name: 'slashed', etag: patched.body.etag })
    expect(await world.client.delete(`${path}/`)).toMatchObject({ status: 204, text: '' })
    const gone = [await world.client.get(path), await world.client.get(`${path}/`)].map(codeOf)
    expect([path, ...gone]).toEqual([path, '1439-404', '1439-404'])
  }
})

statement(3, 'POST /runs/ is POST /runs', async () => {
  expect(codeOf(await world.client.post('/runs/', {}))).toBe(codeOf(await world.client.post('/runs', {})))
  const { id: flowId } = await world.makeFlow()
  const { status, body } = await world.client.post('/runs/', { flowId })
  expect(status).toBe(201)
  expect(onlyItem(await world.client.get(`/runs/${body.id}`))).toMatchObject({ id: body.id, flowId })
})

statement(16, 'a GET may carry a JSON content type', async () => {
  const { id } = await world.makeFlow()
  for (const path of [...COLLECTIONS.map((collection) => `/${collection}`), `/flows/${id}`]) {
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const answer = await world.client.get(path, { headers })
    expect(answer).toMatchObject({ status: 200, body: (await world.client.get(path)).body })
  }
})

statement(17, 'a PATCH of JSON is taken under the content type of a form, or under none', async () => {
  const types = [
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=UTF-8',
    undefined,
  ]
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    let current = etag
    for (const [index, type] of types.entries()) {
      const body = renaming(`renamed ${index}`)
      const headers = { 'content-type': type, 'if-match': current }
      const answer = await world.client.call('PATCH', path, { body, headers })
      expect([path, type, answer.status, answer.text]).toEqual([path, type, 200, expect.any(String)])
      current = answer.body.etag
      expect(onlyItem(await world.client.get(path)).name).toBe(`renamed ${index}`)
    }
  }
})

/** Texts that are no JSON document. */
const MALFORMED = [
  '{"name": ',
  '{"name": "x"',
  "{'name': 'x'}",
  '{name: 1}',
  '{"name": "x"}}',
  '{"name": "x",}',
  '[{"op": "replace"',
  'nonsense',
  'undefined',
  'NaN',
  '{"name": "line\nbreak"}',
  '\u0000',
  '<connection/>',
]

statement(19, 'a body that is no JSON is a coded 400, whatever it was sent to', async () => {
  const { id, etag } = await world.makeConnection()
  const targets = [
    ...['connections', 'sourceConnections', 'targetConnections', 'flows', 'runs'].map((collection) => ({
      method: 'POST',
      path: `/${collection}`,
    })),
    { method: 'PATCH', path: `/connections/${id}` },
  ]
  const before = onlyItem(await world.client.get(`/connections/${id}`))
  for (const { method, path } of targets) {
    for (const body of MALFORMED) {
      const headers = { 'if-match': etag }
      const answer = await world.client.call(method, path, { body, headers })
      expect([path, body, answer.status]).toEqual([path, body, 400])
      expect(codeOf(answer)).toMatch(/^\d{4}-400$/)
    }
  }
  expect(onlyItem(await world.client.get(`/connections/${id}`))).toEqual(before)
})

statement(20, 'a create without a body is a 1405-400', async () => {
  const typed = { 'content-type': 'application/json' }
  const empty = [{ headers: typed }, {}, { body: '', headers: typed }, { body: ' \n ' }, { body: 'null' }]
  for (const collection of ['connections', 'sourceConnections', 'targetConnections', 'flows', 'runs']) {
    for (const asking of empty) {
      const answer = await world.client.call('POST', `/${collection}`, asking)
      expect([collection, asking, codeOf(answer)]).toEqual([collection, asking, '1405-400'])
    }
  }
})

/** Does one action of every sort, each without a body, and checks that it was done. */
async function actWithoutBody(headers: Readonly<Record<string, string>>): Promise<void> {
  const act = (path: string): Promise<FlowAnswer> => world.client.call('POST', path, { headers })
  const flow = await world.makeFlow()
  const states = [
    ['disable', 'disabled'],
    ['enable', 'enabled'],
  ]
  for (const [op, state] of states) {
    const { status, body } = await act(`/flows/${flow.id}/action?op=${op}`)
    expect([op, status, body.id]).toEqual([op, 200, flow.id])
    expect(onlyItem(await world.client.get(`/flows/${flow.id}`)).state).toBe(state)
  }
  const drafts = {
    connections: world.connectionBody(),
    sourceConnections: await world.sourceBody(),
    targetConnections: await world.targetBody(),
    flows: await world.flowBody(),
  }
  for (const [collection, body] of Object.entries(drafts)) {
    const { id } = await world.make(`/${collection}?mode=draft`, body)
    expect(await act(`/${collection}/${id}/action?op=publish`)).toMatchObject({ status: 200, body: { id } })
    expect(onlyItem(await world.client.get(`/${collection}/${id}`)).state).toBe('enabled')
  }
}

statement(21, 'an action is done with a JSON content type and no body', async () => {
  await actWithoutBody({ 'content-type': 'application/json' })
})

statement(22, 'an action is done without a content type', async () => {
  await actWithoutBody({})
})

statement(35, 'a path that leads nowhere is a 404 in JSON', async () => {
  const { id } = await world.makeFlow()
  const paths = [
    '',
    '/',
    '/nothing',
    `/nothing/${NOBODY}`,
    `/flows/${id}/nothing`,
    `/flows/${id}/action/nothing`,
    '/Flows',
    '/connections/search/nothing',
    '/data/foundation/nothing',
    '/data/foundation/flowservices/flows',
  ]
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {}
      const answer = await world.client.call(method, path, { body })
      expect([method, path, answer.status]).toEqual([method, path, 404])
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      expect(answer.body).toMatchObject({ status: 404 })
    }
  }
})

statement(
  36,
  'a method that a path does not know is a 405 in JSON that names the ones it knows',
  async () => {
    const wrong = [
      ['PUT', '/connections', 'GET, POST'],
      ['DELETE', '/flows', 'GET, POST'],
      ['POST', `/flows/${NOBODY}`, 'DELETE, GET, PATCH'],
      ['PUT', `/sourceConnections/${NOBODY}`, 'DELETE, GET, PATCH'],
      ['DELETE', `/runs/${NOBODY}`, 'GET, PUT'],
      ['PATCH', `/runs/${NOBODY}`, 'GET, PUT'],
      ['PATCH', '/connectionSpecs', 'GET, POST'],
      ['DELETE', `/flowSpecs/${NOBODY}`, 'GET, PUT'],
      ['GET', `/flows/${NOBODY}/action`, 'POST'],
      ['POST', `/connections/${NOBODY}/test`, 'GET'],
    ] as const
    for (const [method, path, allowed] of wrong) {
      const answer = await world.client.call(method, path)
      expect([method, path, answer.status]).toEqual([method, path, 405])
      const named = String(answer.headers['allow'])
        .split(/\s*,\s*/)
        .filter((name) => name !== 'HEAD')
      expect([method, path, named.sort().join(', ')]).toEqual([method, path, allowed])
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      expect(answer.body).toMatchObject({ status: 405 })
    }
  },
)
