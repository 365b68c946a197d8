import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN,
  type Answer,
  type CallOptions,
  type FlowTestService,
  SANDBOXES,
  startFlowService,
} from './testing/flow-test-service.ts'

let service: FlowTestService

beforeAll(async () => {
  service = await startFlowService()
})

afterEach(() => {
  service.world.strict = false
})

afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

type Headers = NonNullable<CallOptions['headers']>

async function refusal(headers: Headers, url = '/flows'): Promise<string> {
  return codeOf(await service.call('GET', url, { headers }))
}

/** `FLOW-2105-400`, or `200` when there is none. */
function codeOf({ status, body }: Answer): string {
  const code = /FLOW-\d{4}-\d{3}/.exec(body?.type ?? '')?.[0]
  if (code !== undefined) expect(Number(code.slice(-3))).toBe(status)
  return code ?? String(status)
}

describe('the headers of organisation and sandbox', () => {
  test('an empty organisation is another error than none', async () => {
    expect(await refusal({ 'x-gw-ims-org-id': ' ' })).toBe('FLOW-2001-401')
    const missing = await service.call('GET', '/flows', { headers: { 'x-gw-ims-org-id': undefined } })
    expect(missing).toMatchObject({ status: 400, body: { error_code: '400003' } })
  })

  test('the sandbox is found by name, by id, by both, or is the default one', async () => {
    const { id } = SANDBOXES.dev
    const created = await service.call('POST', '/connections?mode=draft', {
      headers: { 'x-sandbox-name': 'dev' },
      body: { name: 'in dev', connectionSpec: { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137' } },
    })
    const url = `/connections/${created.body.id}`
    for (const headers of [
      { 'x-sandbox-name': 'dev' },
      { 'x-sandbox-name': undefined, 'x-sandbox-id': id },
      { 'x-sandbox-name': 'dev', 'x-sandbox-id': id },
    ])
      expect(await refusal(headers, url), JSON.stringify(headers)).toBe('200')
    expect(await refusal({ 'x-sandbox-name': undefined }, url)).toBe('FLOW-1439-404')
  })

  test.each<[string, Headers, string]>([
    ['an unknown name', { 'x-sandbox-name': 'nowhere' }, 'FLOW-2100-404'],
    ['an unknown id', { 'x-sandbox-name': undefined, 'x-sandbox-id': 'nowhere' }, 'FLOW-2100-404'],
    ['name and id of two', { 'x-sandbox-id': SANDBOXES.dev.id }, 'FLOW-2103-404'],
    ['* of a client', { 'x-sandbox-name': '*' }, 'FLOW-2111-403'],
    ['* of a client, twice', { 'x-sandbox-name': '*', 'x-sandbox-id': '*' }, 'FLOW-2111-403'],
    ['* as the id alone', { 'x-sandbox-id': '*' }, 'FLOW-2112-400'],
    ['* of an administrator', { ...ADMIN, 'x-sandbox-name': '*' }, 'FLOW-2112-400'],
    ['* twice', { ...ADMIN, 'x-sandbox-name': '*', 'x-sandbox-id': '*' }, 'FLOW-2113-400'],
  ])('%s is refused', async (_what, headers, code) => {
    expect(await refusal(headers)).toBe(code)
  })

  test('an organisation whose default sandbox is gone says so', async () => {
    const setState = (state: 'active' | 'deleted') =>
      service.db.updateTable('sandbox').set({ state }).where('id', '=', SANDBOXES.prod.id).execute()
    await setState('deleted')
    try {
      expect(await refusal({ 'x-sandbox-name': undefined })).toBe('FLOW-2106-404')
    } finally {
      await setState('active')
    }
  })
})

describe('strict mode', () => {
  test.each<[string, Headers, string]>([
    ['no sandbox', { 'x-sandbox-name': undefined }, 'FLOW-2105-400'],
    ['the id of a sandbox', { 'x-sandbox-id': SANDBOXES.prod.id }, 'FLOW-2110-400'],
  ])('refuses %s', async (_what, headers, code) => {
    expect(await refusal(headers)).toBe('200')
    service.world.strict = true
    expect(await refusal(headers)).toBe(code)
  })

  test('refuses query parameters that an operation does not know, and no others', async () => {
    const known = '/flows?property=state==enabled&limit=3&orderby=name&count=false'
    expect(await refusal({}, '/flows?state=enabled')).toBe('200')
    service.world.strict = true
    expect(await refusal({}, known)).toBe('200')
    expect(await refusal({}, '/flows?state=enabled')).toBe('FLOW-1451-400')
    expect(await refusal({}, '/flows/0?limit=1')).toBe('FLOW-1451-400')
    const answer = await service.call('GET', '/flows?testParam=1')
    expect(answer.body.report).toMatchObject({ parameter: 'testParam' })
    expect(answer.body.errorMessage).toContain('property, limit, orderby')
  })

  test('takes bodies only under a type of JSON', async () => {
    const { body: draft } = await service.call('POST', '/connections?mode=draft', {
      body: { name: 'typed', connectionSpec: { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137' } },
    })
    const patch = JSON.stringify([{ op: 'add', path: '/description', value: 'x' }])
    const send = (type: string | undefined) =>
      service.call('PATCH', `/connections/${draft.id}`, {
        body: patch,
        headers: { 'content-type': type, 'if-match': '*' },
      })
    const lenient = ['application/x-www-form-urlencoded', 'text/plain;charset=UTF-8', undefined]
    for (const type of lenient) expect((await send(type)).status, type).toBe(200)
    expect(await send('text/xml')).toMatchObject({ status: 400, body: { title: 'BadRequestError' } })
    service.world.strict = true
    for (const type of [...lenient, 'text/xml']) {
      const answer = await send(type)
      expect(answer, type).toMatchObject({ status: 400, body: { title: 'BadRequestError', status: 400 } })
    }
    for (const type of ['application/json', 'application/json; charset=utf-8', 'application/json-patch+json'])
      expect((await send(type)).status, type).toBe(200)
  })

  test('asks no type of a request without a body', async () => {
    service.world.strict = true
    const headers = { 'content-type': 'text/xml' }
    expect((await service.call('GET', '/flows', { headers })).status).toBe(200)
    expect(codeOf(await service.call('POST', '/flows/0/action?op=enable', { headers }))).toBe('FLOW-1439-404')
  })
})

test('a body that is nested without end is refused as any other that cannot be read', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const body = `{"name": "deep", "connectionSpec": {"id": "74a1c565-4e59-48d7-9d67-7c03b8a13137"}, "attributes": {"deep": ${deep}}}`
  const answer = await service.call('POST', '/connections?mode=draft', { body })
  expect([codeOf(answer), answer.body.errorMessage]).toEqual([
    'FLOW-1100-400',
    expect.stringContaining('nested deeper than 256 levels'),
  ])
})
