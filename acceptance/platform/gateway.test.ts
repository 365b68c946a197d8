import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, CONVERSION, REGISTRY } from '@headwater/testkit/journey.ts'
import { listOperations } from '@headwater/testkit/openapi/walk-document.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { type FlowAnswer, FlowClient } from '../conformance/flow-client.ts'
import { statement } from '../conformance/statement.ts'
import { witnessPlatform } from './references.ts'

let server: TestServer
let client: FlowClient
/** A read and a write of every service behind the gateway. */
let requests: readonly { readonly method: string; readonly path: string; readonly hasBody: boolean }[]

beforeAll(async () => {
  server = await startTestServer()
  client = new FlowClient(server.client, witnessPlatform)
  const document = await (await fetch(`${server.url}/docs/json`)).json()
  const guarded = listOperations(document).filter(({ operation }) => operation.security === undefined)
  requests = guarded
    .filter(({ path, method }) => path.startsWith('/data/') && method !== 'head')
    .map(({ method, path, operation }) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'x'),
      hasBody: operation.requestBody !== undefined,
    }))
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

/** Sends every request of every service with these headers and expects the same refusal of each. */
async function expectRefusal(
  headers: Readonly<Record<string, string | undefined>>,
  status: number,
  body: Answer,
): Promise<void> {
  expect(requests.length).toBeGreaterThan(60)
  for (const { method, path, hasBody } of requests) {
    const asking = { headers, ...(hasBody ? { body: {} } : {}) }
    const answer = await client.call(method, path, asking)
    expect([method, path, answer.status, answer.body]).toEqual([method, path, status, body])
  }
}

statement(8, 'every service refuses a request without Authorization with 403010', async () => {
  const body = { error_code: '403010', message: 'Oauth token is missing.' }
  await expectRefusal({ authorization: undefined }, 403, body)
  await expectRefusal({ authorization: 'Basic abc' }, 403, body)
})

statement(
  9,
  'every service refuses a request without x-api-key with 403000, an unknown one with 403003',
  async () => {
    await expectRefusal({ 'x-api-key': undefined }, 403, {
      error_code: '403000',
      message: 'Api Key is required',
    })
    const unknown = '0123456789abcdef0123456789abcdef'
    await expectRefusal({ 'x-api-key': unknown }, 403, {
      error_code: '403003',
      message: 'Api Key is invalid',
    })
  },
)

statement(10, 'every service refuses a request without x-gw-ims-org-id with 400003', async () => {
  const body = { error_code: '400003', message: 'Missing header' }
  await expectRefusal({ 'x-gw-ims-org-id': undefined }, 400, body)
})

statement(11, 'every service refuses another organisation with 403025', async () => {
  const body = { error_code: '403025', message: 'Profile is not valid' }
  const other = await server.createOrganisation('acme')
  await expectRefusal({ 'x-gw-ims-org-id': other }, 403, body)
  const theirs = await server.createClient({ org: 'acme' })
  await expectRefusal({ authorization: `Bearer ${theirs.token}` }, 403, body)
  await expectRefusal({ 'x-api-key': theirs.credentials.client_id }, 403, body)
})

/** A request of each service that succeeds. */
const READS = [
  `${REGISTRY}/stats`,
  `${CATALOG}/dataSets`,
  `${CATALOG}/batches`,
  `${CONVERSION}/mappingSets`,
  '/data/foundation/sandbox-management/sandboxes',
  '/data/foundation/flowservice/flows',
]

statement(12, 'the scheme bearer is taken in any case', async () => {
  for (const scheme of ['bearer', 'BEARER', 'Bearer', 'bEaReR']) {
    const headers = { authorization: `${scheme} ${server.client.token}` }
    for (const path of READS)
      expect([scheme, (await client.get(path, { headers })).status]).toEqual([scheme, 200])
  }
})

statement(13, 'the global classes are listed without x-sandbox-name', async () => {
  const headers = { 'x-sandbox-name': undefined, accept: 'application/vnd.adobe.xed-id+json' }
  const answer = await client.get(`${REGISTRY}/global/classes`, { headers })
  expect(answer.status).toBe(200)
  expect(answer.body.results.length).toBeGreaterThan(1)
})

statement(14, 'a body that calls itself plain text is refused', async () => {
  const writes = [
    `${REGISTRY}/tenant/schemas`,
    `${CATALOG}/dataSets`,
    `${CONVERSION}/mappingSets`,
    '/data/foundation/sandbox-management/sandboxes',
  ]
  for (const path of writes) {
    for (const type of ['text/plain', 'text/plain;charset=UTF-8', 'application/xml', 'nonsense']) {
      const answer = await client.post(path, '{}', { headers: { 'content-type': type } })
      expect([path, type, answer.status, answer.body]).toEqual([
        path,
        type,
        400,
        {
          type: '/placeholder/type/uri',
          status: 400,
          title: 'BadRequestError',
          detail: 'A valid content-type must be specified',
        },
      ])
    }
  }
})

/** Requests with one thing wrong, of which no service can make anything. */
const FAULTS = [
  {},
  { body: 'no json' },
  { body: '[]' },
  { body: '\u0000' },
  { headers: { 'content-type': 'application/xml' }, body: '<a/>' },
  { headers: { accept: 'text/html' } },
  { headers: { 'x-sandbox-name': 'nowhere' } },
  { headers: { authorization: undefined } },
]

statement(15, 'every error of every service has a JSON body', async () => {
  let errorCount = 0
  for (const { method, path, hasBody } of requests) {
    for (const fault of FAULTS) {
      if (!hasBody && 'body' in fault) continue
      const answer = await client.call(method, path, fault)
      if (answer.status < 400) continue
      errorCount += 1
      expect(describeError(answer), `${method} ${path} ${JSON.stringify(fault)}`).toBe('a sentence in JSON')
    }
  }
  const nowhere: FlowAnswer[] = [
    await client.get('/data/foundation/nowhere'),
    await client.call('PATCH', '/data/x'),
  ]
  for (const answer of nowhere) expect(describeError(answer)).toBe('a sentence in JSON')
  expect(errorCount).toBeGreaterThan(requests.length * 4)
})

function describeError({ status, headers, body }: FlowAnswer): string {
  if (status >= 500) return `a ${status}`
  if (!/^application\/json/.test(String(headers['content-type']))) return String(headers['content-type'])
  const texts = Object.values<unknown>(body).filter((it) => typeof it === 'string' && /\w+ \w+/.test(it))
  return texts.length > 0 ? 'a sentence in JSON' : JSON.stringify(body)
}

statement(16, 'a slash at the end makes no difference, and leads nowhere else', async () => {
  for (const path of READS) {
    const [bare, slashed] = [await client.get(path), await client.get(`${path}/`)]
    expect([path, slashed.status]).toEqual([path, 200])
    expect(withoutLinks(slashed.body)).toEqual(withoutLinks(bare.body))
  }
})

/** Links repeat the path that was asked for. */
function withoutLinks({ _links, ...body }: Answer): Answer {
  return body
}

statement(17, 'a GET may say that its body is JSON and have none', async () => {
  const headers = { 'content-type': 'application/json' }
  for (const path of READS) expect([path, (await client.get(path, { headers })).status]).toEqual([path, 200])
})
