import pino from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { type App, createApp } from './app.ts'

let app: App

beforeAll(async () => {
  app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  app.post('/echo', { schema: { hide: true } }, async ({ body }) => ({ body }))
  await app.ready()
})

async function send(payload: Buffer, contentType: string) {
  const headers = { 'content-type': contentType }
  return await app.inject({ method: 'POST', url: '/echo', headers, payload })
}

test.each(['application/json', 'application/json; charset=latin1', 'text/plain'])(
  'bytes that are not UTF-8 are refused under %s: they would be kept as another text',
  async (contentType) => {
    const answer = await send(Buffer.from('{"password": "caf\xe9"}', 'latin1'), contentType)
    expect([answer.statusCode, answer.json().detail]).toEqual([400, expect.stringContaining('not UTF-8')])
    expect(answer.body).not.toContain('caf')
  },
)

test('UTF-8 arrives as it is, a byte order mark before it left out', async () => {
  const answer = await send(Buffer.from('\uFEFF{"name": "café 🐘 \uFFFD"}'), 'application/json')
  expect(answer.json().body).toEqual({ name: 'café 🐘 \uFFFD' })
})

test.each(['name=x&limit=5', 'a', '%7B%7D'])('%s, sent as a form, is told to be one', async (payload) => {
  const answer = await send(Buffer.from(payload), 'application/x-www-form-urlencoded')
  expect([answer.statusCode, answer.json().detail]).toEqual([
    400,
    'The request body is not valid JSON (it was sent as a form). Send one JSON document.',
  ])
})

test('JSON is read under the type that curl gives it', async () => {
  const answer = await send(Buffer.from(' {"a": 1}'), 'application/x-www-form-urlencoded')
  expect(answer.json().body).toEqual({ a: 1 })
})
