import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, onlyItem } from './flow-client.ts'
import { CHANGEABLE, COLLECTIONS, NOBODY } from './kinds.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** What strict servers refuse and others forgive. */
let world: World
let strict: World

beforeAll(async () => {
  world = await openWorld()
  strict = await openWorld({ env: { HEADWATER_STRICT: 'true' } })
})
afterAll(async () => {
  await strict?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

statement(12, 'a strict server refuses a request without x-sandbox-name with 2105-400', async () => {
  const { id } = await strict.makeConnection()
  const bare = strict.client.with({ 'x-sandbox-name': undefined })
  const requests = [
    ...COLLECTIONS.map((collection) => ['GET', `/${collection}`] as const),
    ['GET', `/connections/${id}`],
    ['GET', `/flows/${NOBODY}`],
    ['POST', '/connections'],
    ['DELETE', `/connections/${id}`],
  ] as const
  for (const [method, path] of requests) {
    const body = method === 'POST' ? strict.connectionBody() : undefined
    const answer = await bare.call(method, path, { body })
    expect([method, path, codeOf(answer)]).toEqual([method, path, '2105-400'])
    expect(answer.body.errorMessage).toContain('x-sandbox-name')
  }
  expect(onlyItem(await strict.client.get(`/connections/${id}`))).toMatchObject({ id })
})

statement(18, 'a strict server takes no body under a content type that is not JSON', async () => {
  const types = [
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    undefined,
  ]
  const { id, etag } = await strict.makeConnection()
  const path = `/connections/${id}`
  const requests = [
    { method: 'POST', path: '/connections', body: strict.connectionBody() },
    { method: 'PATCH', path, body: [{ op: 'replace', path: '/name', value: 'x' }] },
  ]
  for (const request of requests) {
    for (const type of types) {
      const headers = { 'content-type': type, 'if-match': etag }
      const answer = await strict.client.call(request.method, request.path, { body: request.body, headers })
      expect([request.method, type, answer.status, answer.body.title]).toEqual([
        request.method,
        type,
        400,
        'BadRequestError',
      ])
      expect(answer.body.detail).toContain('content-type')
    }
    const headers = { 'content-type': 'application/json; charset=utf-8', 'if-match': etag }
    const answer = await strict.client.call(request.method, request.path, { body: request.body, headers })
    expect(answer.status).toBeLessThan(300)
  }
})

statement(
  33,
  'a query parameter that means nothing is ignored, and a 1451-400 where the server is strict',
  async () => {
    const flow = await world.makeFlow()
    const strays = ['state=enabled', 'if-match=x', '_page=7', 'start=3', 'a=1&a=2', 'b', '=', '&&', '%20=%20']
    for (const stray of strays) {
      for (const path of [
        '/flows?limit=1000',
        `/flows/${flow.id}?x=1`,
        '/connectionSpecs?property=id,name',
      ]) {
        const plain = await world.client.get(path)
        expect(plain.status).toBe(200)
        expect(await world.client.get(`${path}&${stray}`)).toMatchObject({ status: 200, body: plain.body })
      }
    }
    const made = await world.client.post('/targetConnections?stray=1', await world.targetBody())
    expect(made.status).toBe(201)

    for (const { collection, make } of CHANGEABLE) {
      const { id } = await make(strict)
      for (const path of [`/${collection}?limit=1&nosuch=1`, `/${collection}/${id}?nosuch=1`]) {
        const answer = await strict.client.get(path)
        expect([path, codeOf(answer)]).toEqual([path, '1451-400'])
        expect(answer.body.errorMessage).toContain('nosuch')
      }
    }
    const known = 'property=name==x&limit=5&orderby=name&count=false'
    expect((await strict.client.get(`/flows?${known}`)).status).toBe(200)
  },
)
