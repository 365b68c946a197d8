import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HeadwaterClient } from './client.ts'
import type { HeadwaterError } from './error.ts'
import { type ScriptedServer, startScriptedServer } from './testing/scripted-server.ts'

let server: ScriptedServer
let nowMs: number

beforeEach(async () => {
  server = await startScriptedServer()
  nowMs = 1_760_000_000_000
})

afterEach(() => server[Symbol.asyncDispose]())

function client(options: Partial<ConstructorParameters<typeof HeadwaterClient>[0]> = {}): HeadwaterClient {
  return new HeadwaterClient({
    baseUrl: server.url,
    credentials: { clientId: 'me', clientSecret: 'secret', orgId: 'ORG@AdobeOrg' },
    now: () => nowMs,
    ...options,
  })
}

const refused = (promise: Promise<unknown>): Promise<HeadwaterError> =>
  promise.then(
    () => expect.fail('it worked'),
    (error: HeadwaterError) => error,
  )

const FLOW = 'https://ns.adobe.com/aep/errors/FLOW-1404-412'

describe('a request', () => {
  test('says who calls, in which sandbox, and what is wanted', async () => {
    server.answer({ body: { items: [], _links: {} } })
    await client({ sandbox: 'dev' }).flows.list({
      property: ['state==enabled', 'name=="A & B"'],
      select: ['name', 'state'],
      limit: 5,
    })
    const [{ method, url, headers } = {}] = server.received
    expect(method).toBe('GET')
    expect(new URL(url ?? '', server.url).searchParams.getAll('property')).toEqual([
      'state==enabled',
      'name=="A & B"',
      'id,name,state',
    ])
    expect(headers).toMatchObject({
      authorization: 'Bearer token-1',
      'x-api-key': 'me',
      'x-gw-ims-org-id': 'ORG@AdobeOrg',
      'x-sandbox-name': 'dev',
    })
    expect(headers).not.toHaveProperty('content-type')
  })

  test('goes to the sandbox of the call, else to that of the client, else names none', async () => {
    const plain = client()
    await plain.flows.get('1')
    await plain.inSandbox('dev').flows.get('1')
    await plain.inSandbox('dev').flows.get('1', { sandbox: 'prod' })
    expect(server.received.map(({ headers }) => headers['x-sandbox-name'])).toEqual([
      undefined,
      'dev',
      'prod',
    ])
    expect(server.tokens).toEqual(['token-1'])
  })

  test('carries the version with its double quotes, and ids as one part of the path', async () => {
    server.answer({ body: { id: '1', etag: '"b"' } })
    await client().flows.patch('a/b?c', '"a"', [{ op: 'replace', path: '/name', value: 'x' }])
    expect(server.received[0]).toMatchObject({
      method: 'PATCH',
      url: '/data/foundation/flowservice/flows/a%2Fb%3Fc',
      body: '[{"op":"replace","path":"/name","value":"x"}]',
    })
    expect(server.received[0]?.headers['if-match']).toBe('"a"')
  })

  test('without an answer in the body is nothing', async () => {
    server.answer({ status: 204 })
    expect(await client().flows.delete('1')).toBeUndefined()
  })
})

describe('tokens', () => {
  test('are fetched once for calls that are made at once, and kept until shortly before their end', async () => {
    const one = client()
    await Promise.all([one.flows.get('1'), one.runs.get('2'), one.flows.get('3')])
    nowMs += 3_500_000
    await one.flows.get('4')
    expect(server.tokens).toEqual(['token-1'])
    nowMs += 50_000
    await one.flows.get('5')
    expect(server.received.at(-1)?.headers.authorization).toBe('Bearer token-2')
  })

  test('that the server does not take any more are replaced, and the request is sent again', async () => {
    server.answer(
      { status: 401, body: { error_code: '401013', message: 'Oauth token is not valid' } },
      { body: {} },
    )
    await client().flows.create({} as never)
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
  })

  test('of the caller are used as they are', async () => {
    server.answer({ status: 401, body: { error_code: '401013', message: 'Oauth token is not valid' } })
    const credentials = { clientId: 'me', orgId: 'ORG', token: 'mine' }
    const error = await refused(client({ credentials }).flows.get('1'))
    expect([error.code, error.status]).toEqual(['401013', 401])
    expect(server.received).toHaveLength(1)
    expect(server.tokens).toEqual([])
  })
})

describe('an error', () => {
  test('of the Flow Service has its code, report and request id', async () => {
    const report = { version: '"a"', etag: '"b"', 'detailed-message': 'It was changed.', 'request-id': 'r-1' }
    const body = {
      type: FLOW,
      title: 'Version not matching',
      status: 412,
      report,
      errorMessage: 'It was changed.',
    }
    server.answer({ status: 412, body, headers: { 'x-request-id': 'r-1' } })
    const error = await refused(client().flows.patch('1', '"a"', []))
    expect(error).toMatchObject({
      name: 'HeadwaterError',
      code: 'FLOW-1404-412',
      status: 412,
      message: 'It was changed.',
      requestId: 'r-1',
      report,
      body,
    })
  })

  test.each([
    [{ error_code: '403003', message: 'Api Key is invalid' }, '403003', 'Api Key is invalid'],
    [
      { type: '/placeholder/type/uri', status: 404, title: 'NotFoundError', detail: 'There is no x.' },
      'NotFoundError',
      'There is no x.',
    ],
    [{ error: 'invalid_client', error_description: 'invalid secret' }, 'invalid_client', 'invalid secret'],
    ['<html>', 'HTTP-400', 'The server answered 400 Bad Request'],
  ])('of another family is told likewise: %j', async (body, code, message) => {
    server.answer({ status: 400, body })
    expect(await refused(client().flows.get('1'))).toMatchObject({ code, message, status: 400 })
  })

  test('is also that nobody answers', async () => {
    const { url } = server
    await server[Symbol.asyncDispose]()
    const error = await refused(client({ baseUrl: url, attempts: 1 }).flows.get('1'))
    expect(error).toMatchObject({ code: 'UNREACHABLE', status: 0 })
    expect(error.message).toContain(url)
    server = await startScriptedServer()
  })
})

describe('trying again', () => {
  const busy = { status: 503, headers: { 'retry-after': '0' }, body: { title: 'Busy' } }

  test('is for reads that met a server that is busy, stopping or away', async () => {
    server.answer(busy, { ...busy, status: 429 }, { body: { items: [{ id: '1' }] } })
    expect(await client().flows.get('1')).toEqual({ id: '1' })
    server.answer({ hangsUp: true }, { body: { items: [{ id: '2' }] } })
    expect(await client().flows.get('2')).toEqual({ id: '2' })
  })

  test('ends after the attempts that are allowed', async () => {
    server.answer(busy, busy, busy, busy)
    expect(await refused(client().flows.get('1'))).toMatchObject({ status: 503, retryAfterMs: 0 })
    expect(server.received).toHaveLength(3)
  })

  test('is not for what might have been done, nor for what is wrong', async () => {
    server.answer(busy)
    expect(await refused(client().flows.create({} as never))).toMatchObject({ status: 503 })
    server.answer({ status: 500, body: { title: 'x' } })
    expect(await refused(client().flows.get('1'))).toMatchObject({ status: 500 })
    server.answer({ ...busy, headers: { 'retry-after': '3600' } })
    expect(await refused(client().flows.get('1'))).toMatchObject({ retryAfterMs: 3_600_000 })
    expect(server.received).toHaveLength(3)
  })

  test('ends when the caller gives up, with his reason', async () => {
    const giveUp = new AbortController()
    server.answer({ ...busy, headers: { 'retry-after': '20' } })
    const call = client().flows.get('1', { signal: giveUp.signal })
    await expect.poll(() => server.received.length).toBe(1)
    giveUp.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

describe('lists', () => {
  const link = (token: string) => ({ next: { href: `/flows?continuationToken=${token}` } })

  test('are read to their end, page after page, as far as they are wanted', async () => {
    const pages = [
      { body: { items: [{ id: '1' }, { id: '2' }], _links: link('b') } },
      { body: { items: [{ id: '3' }], _links: {} } },
    ]
    server.answer(...pages)
    expect((await Array.fromAsync(client().flows.all({ limit: 2 }))).map(({ id }) => id)).toEqual([
      '1',
      '2',
      '3',
    ])
    expect(server.received[1]?.url).toContain('continuationToken=b')
    server.answer(...pages)
    for await (const { id } of client().flows.all()) if (id === '1') break
    expect(server.received).toHaveLength(3)
  })

  test('can be counted', async () => {
    server.answer({ body: { count: 42 } })
    expect(await client().runs.count({ property: 'flowId==1' })).toBe(42)
    expect(server.received[0]?.url).toContain('count=true')
  })
})
