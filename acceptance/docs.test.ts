import type { Answer } from '@headwater/testkit/api-client.ts'
import { wrongExamples } from '@headwater/testkit/openapi/check-examples.ts'
import { RULES } from '@headwater/testkit/openapi/lint-rules.ts'
import { listOperations } from '@headwater/testkit/openapi/walk-document.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** What the server says of itself: the API docs, the first page, and its log. */
let server: TestServer
let document: Answer

beforeAll(async () => {
  server = await startTestServer()
  document = await (await fetch(`${server.url}/docs/json`)).json()
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

test('the API docs are a valid OpenAPI 3.1 document', async () => {
  expect(document.openapi).toBe('3.1.0')
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test.each(Object.entries(RULES))('%s', (_words, rule) => {
  expect(rule(document)).toEqual([])
})

test('every example is as its schema says', () => {
  expect(wrongExamples(document)).toEqual([])
})

test('every route is in the document: a path takes the methods that are described, and no other', async () => {
  const operations = listOperations(document)
  expect(operations.length).toBeGreaterThan(100)
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const concrete = path.replaceAll(/\{\w+\}/g, 'x')
    // No path knows this method, so that the answer names those that it knows.
    const answer = await fetch(`${server.url}${concrete}`, { method: 'OPTIONS' })
    const allowed = (answer.headers.get('allow') ?? '').split(', ').filter((name) => name !== 'HEAD')
    const described = operations
      .filter((operation) => matches(operation.path, concrete) && operation.method !== 'head')
      .map(({ method }) => method.toUpperCase())
    expect([path, ...new Set(allowed)].sort()).toEqual([path, ...new Set(described)].sort())
  }
})

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
}

test('the pages for people answer without a token', async () => {
  for (const path of ['/', '/docs']) {
    const response = await fetch(`${server.url}${path}`)
    expect(response.status, path).toBe(200)
    expect(response.headers.get('content-type'), path).toContain('text/html')
  }
})

test('an answer carries the request id, the client’s own when it sent one', async () => {
  const { client } = server
  const path = '/data/foundation/flowservice/flows/00000000-0000-4000-8000-000000000000'
  const given = await client.get(path, { headers: { 'x-request-id': 'mine-1' } })
  expect(given.headers.get('x-request-id')).toBe('mine-1')
  expect(given.body.report['request-id']).toBe('mine-1')
  const made = await client.get(path)
  expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(made.body.report['request-id']).toBe(made.headers.get('x-request-id'))
})

test('the log is JSON, and holds neither token nor secret', () => {
  expect(server.log.length).toBeGreaterThan(0)
  for (const line of server.log) expect(JSON.parse(line)).toHaveProperty('msg')
  const text = server.log.join('')
  expect(text).not.toContain(server.client.token)
  expect(text).not.toContain(server.client.credentials.client_secret)
})
