import pino from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { type App, createApp } from './app.ts'

let app: App

const HIDDEN = { schema: { hide: true } }

beforeAll(async () => {
  app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  await app.register(
    async (service) => {
      service.get('/things', HIDDEN, async () => [])
      service.post('/things', HIDDEN, async () => ({}))
      service.get('/things/:id', HIDDEN, async () => ({}))
      service.delete('/things/:id', HIDDEN, async () => ({}))
      service.post('/things/search', HIDDEN, async () => [])
    },
    { prefix: '/a.b' },
  )
  await app.ready()
})

test.each([
  ['PUT', '/a.b/things', 'GET, HEAD, POST'],
  ['PUT', '/a.b/things/', 'GET, HEAD, POST'],
  ['PATCH', '/a.b/things?x=1', 'GET, HEAD, POST'],
  ['PUT', '/a.b/things/7', 'DELETE, GET, HEAD'],
  ['OPTIONS', '/a.b/things/7/', 'DELETE, GET, HEAD'],
  ['PATCH', '/a.b/things/search', 'DELETE, GET, HEAD, POST'],
] as const)('%s %s is 405 and allows %s', async (method, url, allow) => {
  const answer = await app.inject({ method, url })
  expect([answer.statusCode, answer.headers['allow']]).toEqual([405, allow])
  expect(answer.json()).toMatchObject({ status: 405, title: 'MethodNotAllowedError' })
  expect(answer.json().detail).toContain(`and not ${method}`)
})

test.each(['/', '/a.b', '/aXb/things', '/a.b/things/7/8', '/a.b/thing', '/a.b/things/%2f%2f/x'])(
  'there is no %s',
  async (url) => {
    const answer = await app.inject({ url })
    expect([answer.statusCode, answer.headers['allow']]).toEqual([404, undefined])
    expect(answer.json()).toMatchObject({ status: 404, title: 'NotFoundError' })
  },
)

test.each([
  ['/nowhere', 404],
  ['/a.b/things/7', 405],
])('whatever is sent to %s, it is %d: nobody reads the body', async (url, status) => {
  for (const type of ['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data']) {
    const headers = { 'content-type': type }
    const answer = await app.inject({ method: 'POST', url, headers, payload: 'a=1' })
    expect([type, answer.statusCode]).toEqual([type, status])
  }
})
