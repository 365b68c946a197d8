import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answers, isSignedWith, WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { parseHostRules } from '#kit/host-rules.ts'
import { newSigningSecret } from '#services/flow-service/subscriptions/signing-secret.ts'
import type { Webhook as Message } from '#services/flow-service/subscriptions/webhook-port.ts'
import { makeIdentity } from '#source/postgres/testing/make-certificate.ts'
import { createWebhookSender, parseRetryAfter } from './send-webhook.ts'
import { signatureHeaders } from './sign-webhook.ts'

const SECRET = newSigningSecret()
const TIMEOUT_MS = 400
const send = createWebhookSender({ userAgent: 'Headwater/test', timeoutMs: TIMEOUT_MS })

let receiver: WebhookReceiver
afterEach(async () => receiver?.[Symbol.asyncDispose]())

function message(url: string, changes: Partial<Message> = {}): Message {
  return {
    url,
    id: 'aec55616-1715-487f-8044-ba648cc8ffee',
    body: '{"event":{"flowName":"Größe 🦆"}}',
    signingSecrets: [SECRET],
    headers: {},
    sentAtMs: Date.now(),
    ...changes,
  }
}

describe('a message', () => {
  test('carries the signature of the published example', () => {
    const headers = signatureHeaders(
      message('http://x', {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        sentAtMs: 1_614_265_330_999,
        body: '{"test": 2432232314}',
        signingSecrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      }),
    )
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  test('is taken by the reference library, with either secret while they change over', async () => {
    receiver = await WebhookReceiver.start()
    const former = newSigningSecret()
    const sent = message(receiver.url, { signingSecrets: [SECRET, former] })
    expect(await send(sent, {})).toMatchObject({ isDelivered: true, statusCode: 204 })
    const [received] = receiver.received
    if (received === undefined) throw new Error('nothing arrived')
    expect(received.raw).toBe(sent.body)
    for (const secret of [SECRET, former]) {
      expect(new Webhook(secret).verify(received.raw, { ...received.headers })).toEqual(received.body)
    }
    expect(isSignedWith(newSigningSecret(), received)).toBe(false)
    expect(received).toMatchObject({
      method: 'POST',
      path: '/hook',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Headwater/test',
        'content-length': String(Buffer.byteLength(sent.body)),
      },
    })
  })

  test('carries the headers of its subscription, which may say who sends it but not what it is', async () => {
    receiver = await WebhookReceiver.start()
    const headers = { Authorization: 'Bearer x', 'User-Agent': 'mine', 'x-latin': 'é' }
    await send(message(receiver.url, { headers }), {})
    expect(receiver.received[0]?.headers).toMatchObject({ authorization: 'Bearer x', 'user-agent': 'mine' })
    expect(receiver.received[0]?.headers['x-latin']).toBe('é')
  })
})

describe('a receiver', () => {
  test.each([
    [500, 'The receiver answered 500.'],
    [404, 'The receiver answered 404.'],
    [410, 'The receiver answered 410 (Gone), which disables the subscription.'],
  ])('that answers %i has not taken it', async (status, error) => {
    receiver = await WebhookReceiver.start(answers(status, {}, 'because'))
    expect(await send(message(receiver.url), {})).toMatchObject({
      isDelivered: false,
      statusCode: status,
      error,
      response: 'because',
    })
  })

  test('that redirects is not followed', async () => {
    receiver = await WebhookReceiver.start()
    receiver.behave(answers(307, { location: `${receiver.url}/other` }))
    expect(await send(message(receiver.url), {})).toMatchObject({
      isDelivered: false,
      statusCode: 307,
      error: expect.stringContaining('Redirects are not followed'),
    })
    expect(receiver.received).toHaveLength(1)
  })

  test('that says nothing has until the time is over', async () => {
    receiver = await WebhookReceiver.start(() => {})
    expect(await send(message(receiver.url), {})).toMatchObject({
      isDelivered: false,
      error: 'The receiver did not answer within 0.4 s.',
    })
  })

  test('that has said 2xx has taken it, however long its body goes on', async () => {
    receiver = await WebhookReceiver.start((reply) => void reply.writeHead(200).write('so far'))
    expect(await send(message(receiver.url), {})).toMatchObject({
      isDelivered: true,
      statusCode: 200,
      response: 'so far',
    })
  })

  test('that answers without end is cut off, and a character that was cut is left out', async () => {
    let written = 0
    receiver = await WebhookReceiver.start((reply) => {
      reply.writeHead(200)
      const more = (): void => {
        while (!reply.destroyed && reply.write('x'.repeat(63) + '🦆'.repeat(4_000))) written++
        if (!reply.destroyed) reply.once('drain', more)
      }
      more()
    })
    const { isDelivered, response = '' } = await send(message(receiver.url), {})
    expect(isDelivered).toBe(true)
    expect(response.length).toBeLessThanOrEqual(1_024)
    expect(response).toMatch(/^x{63}(?:🦆)+$/u)
    expect(written).toBeLessThan(1_000)
  })

  test('that says what it was sent is not quoted with the values of headers', async () => {
    const headers = { Authorization: 'Bearer 31415926', 'X-Long': 'L'.repeat(4_096), 'X-Short': 'lake' }
    receiver = await WebhookReceiver.start((reply, received) => {
      const { authorization, 'x-long': long } = received.headers
      reply.end(`${'-'.repeat(900)}${authorization} token=31415926 ${long}`)
    })
    const { response = '' } = await send(message(receiver.url, { headers }), {})
    expect(response).toBe(`${'-'.repeat(900)}******** token=******** ********`)
  })

  test('whose answer is no text, or holds what PostgreSQL can not keep, is quoted as far as that goes', async () => {
    receiver = await WebhookReceiver.start((reply) => {
      reply.writeHead(500).end(Buffer.from([0x61, 0x00, 0xff, 0x62]))
    })
    expect((await send(message(receiver.url), {})).response).toBe('a\ufffdb')
  })

  test('that hangs up before it answers has not taken it; after the answer has begun, it has', async () => {
    receiver = await WebhookReceiver.start((reply) => void reply.socket?.destroy())
    expect(await send(message(receiver.url), {})).toMatchObject({
      isDelivered: false,
      error: 'socket hang up',
    })
    receiver.behave((reply) => {
      reply.writeHead(200, { 'content-length': '100' }).write('abc')
      setImmediate(() => reply.socket?.destroy())
    })
    expect(await send(message(receiver.url), {})).toMatchObject({ isDelivered: true, statusCode: 200 })
  })

  test('that is not there is told with its address', async () => {
    receiver = await WebhookReceiver.start()
    const { url, port } = receiver
    await receiver[Symbol.asyncDispose]()
    expect(await send(message(url), {})).toMatchObject({
      isDelivered: false,
      error: `connect ECONNREFUSED 127.0.0.1:${port}`,
    })
  })

  test('that nobody vouches for is not told anything', async () => {
    const { certificate, privateKey } = makeIdentity('localhost')
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
    let requests = 0
    const server = createTlsServer({ cert: certificate, key }, () => requests++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const answer = await send(message(`https://127.0.0.1:${port}/`), {})
      expect(answer).toMatchObject({ isDelivered: false, error: expect.stringMatching(/certificate/i) })
      expect(requests).toBe(0)
    } finally {
      server.close()
    }
  })

  test('that is being told when the server stops is let go', async () => {
    const stopping = new AbortController()
    receiver = await WebhookReceiver.start(() => stopping.abort(new Error('stop')))
    await expect(send(message(receiver.url), { signal: stopping.signal })).rejects.toThrow('stop')
  })
})

describe('with a list of hosts', () => {
  const allowing = (list: string) =>
    createWebhookSender({ userAgent: 'x', timeoutMs: TIMEOUT_MS, hosts: parseHostRules(list) })

  test.each(['127.0.0.0/8', 'LOCALHOST,10.0.0.0/8', '127.0.0.1,hooks.example'])(
    '%s a receiver on it is called',
    async (list) => {
      receiver = await WebhookReceiver.start()
      const host = list.startsWith('LOCALHOST') ? 'localhost' : '127.0.0.1'
      const answer = await allowing(list)(message(`http://${host}:${receiver.port}/hook`), {})
      expect(answer).toMatchObject({ isDelivered: true })
    },
  )

  // The last spells 127.0.0.1 as a number, as browsers and attackers do.
  test.each(['localhost', '127.0.0.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]'])(
    'that names the public internet alone, %s is not connected to',
    async (host) => {
      receiver = await WebhookReceiver.start()
      const answer = await allowing('public,hooks.example')(message(`http://${host}:${receiver.port}/`), {})
      expect(answer).toMatchObject({
        isDelivered: false,
        error: expect.stringContaining('not among the hosts of HEADWATER_WEBHOOK_HOSTS'),
      })
      expect(receiver.received).toEqual([])
    },
  )

  test('a name that leads elsewhere is refused by where it leads, whatever it is called', async () => {
    receiver = await WebhookReceiver.start()
    const answer = await allowing('10.0.0.0/8')(message(`http://localhost:${receiver.port}/`), {})
    expect(answer.isDelivered).toBe(false)
    expect(receiver.received).toEqual([])
  })
})

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 59_000],
  ['Wed, 31 Dec 1969 00:00:00 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
  [undefined, undefined],
])('Retry-After: %s', (text, expected) => {
  expect(parseRetryAfter(text, 1_000)).toBe(expected)
})
