import { answers, isSignedWith, WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  makeConnections,
  ORG,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

const HOUR = 3_600_000
const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const SECRET = `whsec_${Buffer.alloc(24, 'a').toString('base64')}`
const OTHER_SECRET = `whsec_${Buffer.alloc(64, 'b').toString('base64')}`
const PATH = '/subscriptions'

let service: FlowTestService
let flowId: string

beforeAll(async () => {
  service = await startFlowService()
  flowId = await created(service, '/flows', flowBody(await makeConnections(service)))
})
afterAll(async () => service[Symbol.asyncDispose]())

function body(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: 'on call', url: 'https://hooks.example.com/flows?team=1', ...changes }
}

async function subscribe(changes: Record<string, unknown> = {}): Promise<AnyBody> {
  const answer = await service.call('POST', PATH, { body: body(changes) })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body
}

async function patch(id: string, operations: unknown, etag?: string): Promise<AnyBody> {
  const current = etag ?? (await itemOf(service, `${PATH}/${id}`)).etag
  return service.call('PATCH', `${PATH}/${id}`, { body: operations, headers: { 'if-match': current } })
}

function codeOf({ body: answer }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(answer?.type)?.[1] ?? JSON.stringify(answer)
}

/** Everything of a subscription that the database holds, as text. */
async function storedText(id: string): Promise<string> {
  const { rows } = await service.metadata.query('select * from subscription where id = $1', [id])
  return JSON.stringify(rows)
}

describe('a subscription', () => {
  test('is created enabled, to all events of all flows, with a secret that is shown once', async () => {
    const answer = await service.call('POST', `${PATH}/`, { body: body({ description: 'd' }) })
    expect(answer.status).toBe(201)
    const { id, etag, secret } = answer.body
    expect(answer.headers).toMatchObject({ location: `/data/foundation/flowservice${PATH}/${id}`, etag })
    expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32)
    const item = await itemOf(service, `${PATH}/${id}`)
    expect(item).toMatchObject({
      ...{ id, etag, version: etag, imsOrgId: ORG, sandboxName: 'prod', name: 'on call', description: 'd' },
      ...{ state: 'enabled', flowIds: [], events: ['start', 'success', 'failure'], eventCodes: 'newer' },
      url: 'https://hooks.example.com/flows?team=1',
      secret: '********',
      headers: {},
      lastOperation: { operation: 'create' },
    })
    expect(item).not.toHaveProperty('previousSecretExpiresAt')
    expect(await storedText(id)).not.toContain(secret.slice(6, 30))
  })

  test('takes a secret and headers, and shows neither', async () => {
    const headers = { Authorization: 'Bearer 31415926', 'X-Team': 'lake' }
    const made = await subscribe({
      ...{ secret: SECRET, headers, flowIds: [flowId.toUpperCase(), flowId] },
      ...{ events: ['failure', 'START'], eventCodes: 'older' },
    })
    expect(made).toEqual({ id: made.id, etag: made.etag })
    const item = await itemOf(service, `${PATH}/${made.id}`)
    expect(item).toMatchObject({
      ...{ flowIds: [flowId], events: ['start', 'failure'], eventCodes: 'older', secret: '********' },
      headers: { Authorization: '********', 'X-Team': '********' },
    })
    const shown = `${JSON.stringify(item)}${await storedText(made.id)}`
    for (const text of ['31415926', 'lake', SECRET.slice(6)]) expect(shown).not.toContain(text)
  })

  test.each([
    [{ name: ' ' }, '1100-400', 'name must be a text'],
    [{ url: undefined }, '1100-400', 'url is missing'],
    [{ url: 'hooks.example.com' }, '1100-400', 'url is no URL'],
    [{ url: 'ftp://hooks.example.com' }, '1100-400', 'Use http or https'],
    [{ url: 'https://me:hush@hooks.example.com' }, '1100-400', 'Send them in headers'],
    [{ url: 'https://hooks.example.com/#x' }, '1100-400', 'fragment'],
    [{ url: `https://hooks.example.com/${'x'.repeat(2_048)}` }, '1100-400', '2048 at most'],
    [{ events: [] }, '1100-400', 'one or more of start, success, failure'],
    [{ events: 'start' }, '1100-400', 'one or more of start, success, failure'],
    [{ events: ['start', 'finish'] }, '1100-400', 'The event finish is not known'],
    [{ events: [7] }, '1100-400', 'The event 7 is not known'],
    [{ event: ['start'] }, '1100-400', 'no member event. Did you mean events?'],
    [{ eventCodes: 'old' }, '1100-400', 'newer (sources_flow_run_info'],
    [{ flowIds: 'x' }, '1100-400', 'array of ids of flows'],
    [{ flowIds: [7] }, '1100-400', 'array of ids of flows'],
    [{ flowIds: ['x'] }, '1430-400', 'The flow x is not found'],
    [{ flowIds: [UNKNOWN] }, '1430-400', UNKNOWN],
    [{ flowIds: Array(1_001).fill(UNKNOWN) }, '1100-400', '1000 at most'],
    [{ state: 'disabled' }, '1410-400', 'actions later'],
    [{ secret: 'hush' }, '1100-400', '24 to 64 random bytes'],
    [{ secret: SECRET.slice(0, -4) }, '1100-400', '24 to 64 random bytes'],
    [{ secret: '********' }, '1100-400', 'holds the mask'],
    [{ headers: ['x'] }, '1100-400', 'an object of names and texts'],
    [{ headers: { 'a b': 'hush' } }, '1100-400', '"a b" is no name of a header'],
    [{ headers: { 'X-A': 'hush\r\nx: y' } }, '1100-400', 'headers.X-A must be a text'],
    [{ headers: { 'X-A': 1 } }, '1100-400', 'headers.X-A must be a text'],
    [{ headers: { 'X-A': 'hush', 'x-a': 'hush' } }, '1100-400', 'is there twice'],
    [{ headers: { 'Webhook-Signature': 'hush' } }, '1100-400', 'is set by the server'],
    [{ headers: { Host: 'hush' } }, '1100-400', 'is set by the server'],
    [{ headers: { 'X-A': '********' } }, '1100-400', 'No value is stored for it'],
  ])('is refused with %j', async (changes, code, message) => {
    const answer = await service.call('POST', PATH, { body: body(changes) })
    expect([codeOf(answer), answer.body.errorMessage]).toEqual([code, expect.stringContaining(message)])
    expect(JSON.stringify(answer.body)).not.toContain('hush')
  })

  test('needs a body that is an object', async () => {
    expect(codeOf(await service.call('POST', PATH))).toBe('1405-400')
    expect(codeOf(await service.call('POST', PATH, { body: [body()] }))).toBe('1100-400')
  })

  test('is seen in its own sandbox and organisation only', async () => {
    const { id } = await subscribe()
    for (const headers of [
      { 'x-sandbox-name': 'dev' },
      {
        ...{ authorization: 'Bearer theirs', 'x-api-key': 'other' },
        'x-gw-ims-org-id': 'AAAAAAAAAAAAAAAAAAAAAAAA@AdobeOrg',
      },
    ]) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/deliveries'],
        ['POST', '/action?op=test'],
        ['POST', '/action?op=disable'],
      ] as const) {
        const answer = await service.call(method, `${PATH}/${id}${path}`, { headers })
        expect([method, path, codeOf(answer)]).toEqual([method, path, '1439-404'])
      }
      const list = await service.call('GET', PATH, { headers })
      expect(list.body.items).toEqual([])
    }
    expect(codeOf(await service.call('GET', `${PATH}/x`))).toBe('1439-404')
  })

  test('is listed by page, filter and order, and counted', async () => {
    for (const name of ['list b', 'list a', 'list c']) await subscribe({ name })
    const filter = 'property=name==list a,list b,list c'
    const first = await service.call('GET', `${PATH}?${filter}&orderby=name&limit=2`)
    expect(first.body.items.map(({ name }: AnyBody) => name)).toEqual(['list a', 'list b'])
    const rest = await service.call('GET', first.body._links.next.href)
    expect(rest.body).toMatchObject({ items: [{ name: 'list c' }], _links: {} })
    expect((await service.call('GET', `${PATH}?${filter}&count=true`)).body).toEqual({ count: 3 })
    expect((await service.call('GET', `${PATH}?property=events[]==start&property=id`)).status).toBe(200)
    expect(codeOf(await service.call('GET', `${PATH}?property=nosuch==1`))).toBe('1449-400')
  })
})

describe('a change', () => {
  test('needs the current version, and gives a new one', async () => {
    const { id, etag } = await subscribe()
    const rename = [{ op: 'replace', path: '/name', value: 'renamed' }]
    expect(codeOf(await service.call('PATCH', `${PATH}/${id}`, { body: rename }))).toBe('1403-400')
    expect(codeOf(await patch(id, rename, '"old"'))).toBe('1404-412')
    const done = await patch(id, rename, etag)
    expect(done).toMatchObject({ status: 200, body: { id } })
    expect(done.body).not.toHaveProperty('secret')
    expect(await itemOf(service, `${PATH}/${id}`)).toMatchObject({
      name: 'renamed',
      etag: done.body.etag,
      lastOperation: { operation: 'update', ops: rename },
    })
  })

  test.each([
    [[{ op: 'replace', path: '/state', value: 'disabled' }], '1455-400'],
    [[{ op: 'replace', path: '/id', value: UNKNOWN }], '1455-400'],
    [[{ op: 'remove', path: '/url' }], '1100-400'],
    [[{ op: 'add', path: '/events/-', value: 'finish' }], '1100-400'],
    [[{ op: 'add', path: '/flowIds/-', value: UNKNOWN }], '1430-400'],
    [[{ op: 'replace', path: '/secret', value: 'hush' }], '1100-400'],
    [[{ op: 'add', path: '/headers/Host', value: 'hush' }], '1100-400'],
    [[{ op: 'move', path: '/name', from: '/url' }], '1434-400'],
    [[], '1405-400'],
  ])('%j is refused', async (operations, code) => {
    const { id } = await subscribe()
    expect(codeOf(await patch(id, operations))).toBe(code)
  })

  test('of the secret keeps the former one signing for a day, and of the rest leaves it alone', async () => {
    await using receiver = await WebhookReceiver.start()
    const { id } = await subscribe({ url: receiver.url, secret: SECRET })
    const signers = async (): Promise<string[]> => {
      await service.call('POST', `${PATH}/${id}/action?op=test`)
      const last = receiver.received.at(-1)
      if (last === undefined) throw new Error('nothing arrived')
      return [SECRET, OTHER_SECRET].filter((secret) => isSignedWith(secret, last))
    }
    expect(await signers()).toEqual([SECRET])
    const done = await patch(id, [{ op: 'replace', path: '/secret', value: OTHER_SECRET }])
    expect(done.body).toEqual({ id, etag: done.body.etag })
    expect(await signers()).toEqual([SECRET, OTHER_SECRET])
    const item = await itemOf(service, `${PATH}/${id}`)
    expect(item.previousSecretExpiresAt - item.updatedAt).toBe(24 * HOUR)
    expect(item.lastOperation.ops).toEqual([{ op: 'replace', path: '/secret', value: '********' }])
    await patch(id, [{ op: 'replace', path: '/name', value: 'n' }])
    await patch(id, [{ op: 'replace', path: '/secret', value: '********' }])
    await patch(id, [{ op: 'replace', path: '/secret', value: OTHER_SECRET }])
    expect(await signers()).toEqual([SECRET, OTHER_SECRET])
    service.world.nowMs += 24 * HOUR
    expect(await signers()).toEqual([OTHER_SECRET])
  })

  test('that removes the secret has a new one made, which is shown once', async () => {
    const { id } = await subscribe({ secret: SECRET })
    const { body: answer } = await patch(id, [{ op: 'remove', path: '/secret' }])
    expect(answer.secret).toMatch(/^whsec_/)
    expect(answer.secret).not.toBe(SECRET)
    expect(await storedText(id)).not.toContain(answer.secret.slice(6, 30))
    expect((await itemOf(service, `${PATH}/${id}`)).secret).toBe('********')
  })

  test('of headers keeps what comes back masked, and shows no value in the operation', async () => {
    await using receiver = await WebhookReceiver.start()
    const { id } = await subscribe({ url: receiver.url, headers: { 'X-A': 'one', 'X-B': 'two' } })
    const value = { 'X-A': '********', 'X-C': 'three' }
    expect(await patch(id, [{ op: 'replace', path: '/headers', value }])).toMatchObject({ status: 200 })
    await patch(id, { op: 'add', path: '/headers/X-D', value: 'four' })
    const item = await itemOf(service, `${PATH}/${id}`)
    expect(item.headers).toEqual({ 'X-A': '********', 'X-C': '********', 'X-D': '********' })
    expect(item.lastOperation.ops).toEqual([{ op: 'add', path: '/headers/X-D', value: '********' }])
    expect(await storedText(id)).not.toMatch(/three|four/)
    await service.call('POST', `${PATH}/${id}/action?op=test`)
    expect(receiver.received[0]?.headers).toMatchObject({ 'x-a': 'one', 'x-c': 'three', 'x-d': 'four' })
    expect(receiver.received[0]?.headers).not.toHaveProperty('x-b')
    expect(codeOf(await patch(id, [{ op: 'add', path: '/headers/X-E', value: '********' }]))).toBe('1100-400')
  })

  test('to another receiver takes no stored header along', async () => {
    const { id } = await subscribe({ headers: { Authorization: 'one' } })
    const url = { op: 'replace', path: '/url', value: 'https://elsewhere.example.com/' }
    const refused = await patch(id, [url])
    expect([codeOf(refused), refused.body.errorMessage]).toEqual([
      '1100-400',
      expect.stringContaining('headers.Authorization'),
    ])
    const sentAgain = { op: 'replace', path: '/headers/Authorization', value: 'two' }
    expect((await patch(id, [url, sentAgain])).status).toBe(200)
    const samePlace = { ...url, value: 'https://elsewhere.example.com/other?path' }
    expect((await patch(id, [samePlace])).status).toBe(200)
    const gone = { op: 'remove', path: '/headers/Authorization' }
    expect((await patch(id, [{ ...url, value: 'https://third.example.com' }, gone])).status).toBe(200)
  })
})

describe('actions', () => {
  test('disable and enable, once each, with the version or without', async () => {
    const { id, etag } = await subscribe()
    const act = (op: string, headers = {}) =>
      service.call('POST', `${PATH}/${id}/action?op=${op}`, { headers })
    expect(codeOf(await act('disable', { 'if-match': '"old"' }))).toBe('1404-412')
    const disabled = await act('DISABLE', { 'if-match': etag })
    expect(disabled).toMatchObject({ status: 200, body: { id } })
    expect(disabled.body.etag).not.toBe(etag)
    expect((await act('disable')).body).toEqual(disabled.body)
    expect(await itemOf(service, `${PATH}/${id}`)).toMatchObject({ state: 'disabled' })
    await act('enable')
    expect(await itemOf(service, `${PATH}/${id}`)).toMatchObject({ state: 'enabled' })
    for (const op of ['publish', '']) expect(codeOf(await act(op))).toBe('1434-400')
  })

  test('test sends a signed ping and tells what the receiver said, enabled or not', async () => {
    await using receiver = await WebhookReceiver.start(answers(200, {}, 'thanks'))
    const { id, secret } = await subscribe({ url: receiver.url })
    const test = () => service.call('POST', `${PATH}/${id}/action?op=test`, { body: {} })
    const { status, body: answer } = await test()
    expect(status).toBe(200)
    expect(answer).toEqual({
      result: true,
      statusCode: 200,
      response: 'thanks',
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      elapsedMs: expect.any(Number),
    })
    const [received] = receiver.received
    if (received === undefined) throw new Error('nothing arrived')
    expect(isSignedWith(secret, received)).toBe(true)
    expect(received.headers['webhook-id']).toBe(answer.eventId)
    expect(received.body).toMatchObject({
      event_id: answer.eventId,
      event: {
        subscriptionId: id,
        name: 'on call',
        header: { _adobeio: { imsOrgId: ORG, eventCode: 'ping' } },
      },
    })
    await service.call('POST', `${PATH}/${id}/action?op=disable`)
    receiver.behave(answers(503, {}, 'not now'))
    expect((await test()).body).toMatchObject({
      ...{ result: false, statusCode: 503, response: 'not now', error: 'The receiver answered 503.' },
    })
    expect((await service.call('GET', `${PATH}/${id}/deliveries?count=true`)).body).toEqual({ count: 0 })
  })

  test('delete removes it, of the given version if one is given', async () => {
    const { id } = await subscribe()
    const remove = (headers = {}) => service.call('DELETE', `${PATH}/${id}`, { headers })
    expect(codeOf(await remove({ 'if-match': '"old"' }))).toBe('1404-412')
    expect(await remove()).toMatchObject({ status: 204, body: undefined })
    expect(codeOf(await remove())).toBe('1439-404')
    expect(codeOf(await service.call('GET', `${PATH}/${id}`))).toBe('1439-404')
  })
})
