import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isObject } from '#kit/json.ts'
import { newSigningSecret } from '#services/flow-service/subscriptions/signing-secret.ts'
import { EVENTS } from '#services/flow-service/subscriptions/subscription-rules.ts'
import type { AnyBody } from '#services/flow-service/testing/flow-test-service.ts'
import { RETENTION_MS } from './dispatcher.ts'
import { MAX_RETRY_AFTER_MS, RETRY_PAUSES_MS } from './retry-pauses.ts'
import { createWebhookSender, WEBHOOK_TIMEOUT_MS } from './send-webhook.ts'
import { NotifyWorld, PATIENCE } from './testing/notify-world.ts'

// What docs/notifications.md shows and claims is true.

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/notifications.md'), 'utf8')

function blocks(kind: string): string[] {
  return [...PAGE.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap(([, info, text]) =>
    info === kind ? [text ?? ''] : [],
  )
}

/** Rows of the table whose first column has this head, cell by cell. */
function rows(head: string): string[][] {
  const lines = PAGE.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  return lines.slice(start, start + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** Path, method and body of an example. */
function requestOf(example: string): { path: string; method: 'GET' | 'POST' | 'PATCH'; body: unknown } {
  const [, path = ''] = /^call "?\/data\/foundation\/flowservice(\S*?)"?(?:\s|$)/.exec(example) ?? []
  const [, text] = /-d '([\s\S]*)'/.exec(example) ?? []
  const [, method] = /-X (\w+)/.exec(example) ?? []
  const body: unknown = text === undefined ? undefined : JSON.parse(text)
  return { path, method: (method ?? (body === undefined ? 'GET' : 'POST')) as 'GET' | 'POST' | 'PATCH', body }
}

/** `1 h 42 min 35 s` in seconds. */
function seconds(text: string): number {
  const unit: Readonly<Record<string, number>> = { h: 3_600, min: 60, s: 1 }
  return [...text.matchAll(/(\d+) (h|min|s)\b/g)].reduce(
    (sum, [, count, name = '']) => sum + Number(count) * (unit[name] ?? Number.NaN),
    0,
  )
}

let world: NotifyWorld

beforeAll(async () => {
  world = await NotifyWorld.open()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

test('the examples do what the page says, one after the other', async () => {
  await using receiver = await WebhookReceiver.start()
  const requests = blocks('sh').map(requestOf)
  expect(requests).toHaveLength(5)
  const [create, ping, rotate, list, redeliver] = requests
  const created = await world.service.call('POST', create?.path ?? '', { body: create?.body })
  expect([created.status, Object.keys(created.body).sort()]).toEqual([201, ['etag', 'id', 'secret']])
  const { id, etag } = created.body
  const patched = await world.service.call('PATCH', `/subscriptions/${id}`, {
    body: [{ op: 'replace', path: '/url', value: receiver.url }],
    headers: { 'if-match': etag },
  })
  const at = (path = '', deliveryId = ''): string =>
    path.replace('$ID', id).replace('$DELIVERY_ID', deliveryId)
  const tested = await world.service.call('POST', at(ping?.path))
  expect(tested.body).toMatchObject({ result: true, statusCode: 204 })
  expect(receiver.received[0]?.body.event.header._adobeio.eventCode).toBe('ping')
  const rotated = await world.service.call('PATCH', at(rotate?.path), {
    body: rotate?.body,
    headers: { 'if-match': patched.body.etag },
  })
  expect(rotated.body.secret).toMatch(/^whsec_/)
  await world.run(await world.addFlow())
  world.startServer()
  const [delivery] = await world.untilEnded(id)
  await world.service.metadata.query(`update delivery set state = 'failed'`)
  const listed = await world.service.call('GET', at(list?.path))
  expect(listed.body.items.map((item: AnyBody) => item.id)).toEqual([delivery.id])
  expect((await world.service.call('POST', at(redeliver?.path, delivery.id))).status).toBe(200)
  await vi.waitUntil(() => receiver.received.length === 3, PATIENCE)
})

test('every member of the table can be sent, and is named so in answers', async () => {
  const flowId = await world.addFlow()
  const example = {
    ...{ name: 'n', url: 'https://hooks.example.com/flows', events: ['start'], flowIds: [flowId] },
    ...{ secret: newSigningSecret(), headers: { Authorization: 'x' }, eventCodes: 'older', description: 'd' },
  }
  const named = rows('member').map(([cell]) => cell?.replaceAll('`', ''))
  expect(named.sort()).toEqual(Object.keys(example).sort())
  const { status, body } = await world.service.call('POST', '/subscriptions', { body: example })
  expect(status).toBe(201)
  expect(Object.keys(await world.subscription(body.id))).toEqual(expect.arrayContaining(named))
})

test('events, codes and the body are what is sent', async () => {
  await using receiver = await WebhookReceiver.start()
  const flowId = await world.addFlow()
  for (const eventCodes of ['newer', 'older']) await world.subscribe(receiver, flowId, { eventCodes })
  await world.run(flowId)
  await world.endRun(await world.startRun(flowId), 'failed')
  world.startServer()
  await vi.waitUntil(() => receiver.received.length === 8, PATIENCE)
  const sent = new Set(
    receiver.received.map(({ body }) =>
      [body.event.metrics.statusSummary.status, body.event.header._adobeio.eventCode].join(' '),
    ),
  )
  const table = rows('event').map((row) => row.map((cell) => cell.replaceAll('`', '')))
  expect(table.map(([event]) => event)).toEqual([...EVENTS])
  expect(sent).toEqual(
    new Set(table.flatMap(([, , status, newer, older]) => [`${status} ${newer}`, `${status} ${older}`])),
  )
  const [example] = blocks('json').map((text) => JSON.parse(text) as AnyBody)
  const ended = receiver.received.find(({ body }) => body.event.metrics.statusSummary.status === 'success')
  expect(pathsOf(ended?.body)).toEqual(expect.arrayContaining(pathsOf(example)))
})

/** Every name in a document, with the names above it. */
function pathsOf(value: unknown, above = ''): string[] {
  if (!isObject(value)) return [above]
  return Object.entries(value).flatMap(([name, member]) => pathsOf(member, `${above}/${name}`))
}

test('the table of pauses is the one that is used', () => {
  const table = rows('attempt')
  expect(table.map(([attempt]) => Number(attempt))).toEqual(
    [...RETRY_PAUSES_MS.keys(), RETRY_PAUSES_MS.length].map((n) => n + 1),
  )
  expect(table.slice(1).map(([, after = '']) => seconds(after) * 1_000)).toEqual([...RETRY_PAUSES_MS])
  const totals = RETRY_PAUSES_MS.map((_, index) =>
    RETRY_PAUSES_MS.slice(0, index + 1).reduce((a, b) => a + b),
  )
  expect(table.slice(1).map(([, , since = '']) => seconds(since) * 1_000)).toEqual(totals)
  expect(PAGE).toContain(`within ${WEBHOOK_TIMEOUT_MS / 1_000} seconds`)
  expect(PAGE).toContain(`at most ${MAX_RETRY_AFTER_MS / 3_600_000} hours`)
  expect(PAGE).toContain(`kept for ${RETENTION_MS / 86_400_000} days`)
})

const PYTHON = process.env['HEADWATER_TEST_PYTHON'] ?? 'python3'
const hasPython = await promisify(execFile)(PYTHON, ['-c', 'import hmac'], { timeout: 60_000 }).then(
  () => true,
  () => false,
)
const python = hasPython ? 'Python' : `Python (SKIPPED: there is no '${PYTHON}'; set HEADWATER_TEST_PYTHON)`

describe('the receiver in', () => {
  const secret = newSigningSecret()

  test('Node.js takes what is genuine and nothing else', async () => {
    await judge(process.execPath, 'receiver.mjs', blocks('js')[0] ?? '')
  })

  test.skipIf(!hasPython)(`${python} takes what is genuine and nothing else`, async () => {
    await judge(PYTHON, 'receiver.py', blocks('python')[0] ?? '')
  })

  async function judge(program: string, file: string, code: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'headwater-receiver-'))
    const port = await freePort()
    const path = join(folder, file)
    await writeFile(path, code)
    const env = {
      PATH: process.env['PATH'],
      WEBHOOK_SECRET: secret,
      PORT: String(port),
      PYTHONUNBUFFERED: '1',
    }
    const child = spawn(program, [path], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    try {
      await assertJudges(child, `http://127.0.0.1:${port}/`)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    }
  }

  async function assertJudges(child: ChildProcess, url: string): Promise<void> {
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += String(text)))
    const send = createWebhookSender({ userAgent: 'Headwater/test' })
    const message = {
      ...{ url, id: 'aec55616-1715-487f-8044-ba648cc8ffee', headers: {}, signingSecrets: [secret] },
      body: '{"event_id":"aec55616","event":{"flowName":"Größe","metrics":{"statusSummary":{"status":"success"}}}}',
      sentAtMs: Date.now(),
    }
    await vi
      .waitUntil(async () => (await send(message, {})).isDelivered, PATIENCE)
      .catch(() => {
        throw new Error(`it does not answer: ${said}`)
      })
    const other = newSigningSecret()
    expect(await send({ ...message, signingSecrets: [other, secret] }, {})).toMatchObject({ statusCode: 204 })
    expect(await send({ ...message, signingSecrets: [other] }, {})).toMatchObject({ statusCode: 400 })
    const old = { ...message, sentAtMs: Date.now() - 600_000 }
    expect(await send(old, {})).toMatchObject({ statusCode: 400 })
    expect((await fetch(url, { method: 'POST', body: message.body })).status).toBe(400)
    expect(said).toContain('aec55616 Größe')
  }
})

async function freePort(): Promise<number> {
  await using receiver = await WebhookReceiver.start()
  return receiver.port
}
