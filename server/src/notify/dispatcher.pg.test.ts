import { answers, isSignedWith, WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { RETRY_PAUSES_MS } from './retry-pauses.ts'
import { NotifyWorld, PATIENCE } from './testing/notify-world.ts'

const HOUR = 3_600_000

let world: NotifyWorld
let receiver: WebhookReceiver
let flowId: string

beforeAll(async () => {
  world = await NotifyWorld.open()
})
afterAll(async () => world[Symbol.asyncDispose]())

beforeEach(async () => {
  receiver = await WebhookReceiver.start()
  flowId = await world.addFlow()
})
afterEach(async () => {
  await world.stopServers()
  await receiver[Symbol.asyncDispose]()
  await world.service.metadata.query('truncate subscription cascade')
})

const eventsReceived = (): unknown[] =>
  receiver.received.map(({ body }) => body.event.metrics.statusSummary.status)

describe('what happens', () => {
  test('is told as soon as it is committed, signed, and the start before the end', async () => {
    const { id, secret } = await world.subscribe(receiver, flowId)
    world.startServer()
    const run = await world.startRun(flowId)
    await vi.waitUntil(() => receiver.received.length === 1, PATIENCE)
    await world.endRun(run, 'failed')
    const deliveries = await world.untilEnded(id)
    expect(deliveries).toMatchObject([
      { event: 'start', state: 'delivered', attempts: 1, statusCode: 204 },
      { event: 'failure', state: 'delivered', attempts: 1, statusCode: 204 },
    ])
    for (const delivery of deliveries) expect(delivery).not.toHaveProperty('nextAttemptAt')
    expect(eventsReceived()).toEqual(['inProgress', 'failed'])
    for (const [index, received] of receiver.received.entries()) {
      expect(isSignedWith(secret, received)).toBe(true)
      expect(received.headers['webhook-id']).toBe(deliveries[index]?.eventId)
      expect(received.headers['webhook-timestamp']).toBe(String(Math.floor(world.nowMs / 1_000)))
      expect(received.body).toMatchObject({ event_id: deliveries[index]?.eventId, event: { id: run.id } })
    }
  })

  test('while no server runs is told by the next', async () => {
    const { id } = await world.subscribe(receiver, flowId)
    await world.run(flowId, 2)
    world.startServer()
    await world.untilEnded(id)
    const byRun = Map.groupBy(receiver.received, ({ body }) => body.event.id)
    for (const messages of byRun.values()) {
      expect(messages.map(({ body }) => body.event.metrics.statusSummary.status)).toEqual([
        'inProgress',
        'success',
      ])
    }
    expect(byRun.size).toBe(2)
  })
})

describe('a receiver that fails', () => {
  test('is told again after each pause, under the same id, and hears of the end after the start', async () => {
    const { id, secret } = await world.subscribe(receiver, flowId)
    receiver.behave((reply, _received, count) => void reply.writeHead(count <= 3 ? 500 : 200).end('x'))
    world.startServer()
    await world.run(flowId)
    for (const [index, pause] of RETRY_PAUSES_MS.slice(0, 3).entries()) {
      const [start, end] = await world.untilFailed(id, index + 1)
      expect(start).toMatchObject({
        ...{ state: 'pending', error: 'The receiver answered 500.', response: 'x' },
        nextAttemptAt: world.nowMs + pause,
      })
      expect(end).toMatchObject({ state: 'pending', attempts: 0 })
      await world.pass(pause)
    }
    expect(await world.untilEnded(id)).toMatchObject([
      { state: 'delivered', attempts: 4, statusCode: 200 },
      { state: 'delivered', attempts: 1 },
    ])
    expect(eventsReceived()).toEqual([...Array(4).fill('inProgress'), 'success'])
    const starts = receiver.received.slice(0, 4)
    expect(new Set(starts.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(starts.map(({ raw }) => raw)).size).toBe(1)
    expect(new Set(starts.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4)
    expect(receiver.received.every((received) => isSignedWith(secret, received))).toBe(true)
  })

  test('for a day is given up, event by event', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['success'] })
    receiver.behave(answers(400))
    world.startServer()
    await world.run(flowId)
    const startedAt = world.nowMs
    for (const [index, pause] of RETRY_PAUSES_MS.entries()) {
      await world.untilFailed(id, index + 1)
      await world.pass(pause)
    }
    expect(await world.untilEnded(id)).toMatchObject([
      { state: 'failed', attempts: RETRY_PAUSES_MS.length + 1, statusCode: 400 },
    ])
    expect((world.nowMs - startedAt) / HOUR).toBeCloseTo(24, 0)
    receiver.behave(answers(200))
    await world.run(flowId)
    expect((await world.untilEnded(id)).map(({ state }) => state)).toEqual(['failed', 'delivered'])
  })

  test.each([
    ['hangs', () => {}, 'did not answer within'],
    ['redirects', answers(302, { location: '/other' }), 'Redirects are not followed'],
    ['hangs up', (reply) => void reply.socket?.destroy(), 'socket hang up'],
    ['answers without end', (reply) => void reply.writeHead(500).write('x'.repeat(99_999)), 'answered 500'],
  ] satisfies [string, Parameters<WebhookReceiver['behave']>[0], string][])(
    'because it %s is told again',
    async (_, behaviour, error) => {
      const { id } = await world.subscribe(receiver, flowId, { events: ['start'] })
      receiver.behave(behaviour)
      world.startServer()
      await world.startRun(flowId)
      const [delivery] = await world.until(id, ([only]) => only?.error !== undefined)
      expect(delivery).toMatchObject({ state: 'pending', error: expect.stringContaining(error), attempts: 1 })
      receiver.behave(answers(200))
      await world.pass(5_000)
      const [delivered] = await world.untilEnded(id)
      expect(delivered).toMatchObject({ state: 'delivered', attempts: 2 })
      expect(delivered).not.toHaveProperty('error')
    },
  )

  test('and says when it will be back is left alone until then, by everything that goes there', async () => {
    const { id } = await world.subscribe(receiver, flowId)
    receiver.behave(answers(503, { 'retry-after': '600' }))
    world.startServer()
    await world.startRun(flowId)
    const [first] = await world.until(id, ([only]) => only?.statusCode === 503)
    expect(first.nextAttemptAt).toBe(world.nowMs + 600_000)
    world.nowMs += 1
    const other = await world.startRun(await addedFlow(id))
    receiver.behave(answers(200))
    await world.pass(598_000)
    const probe = await world.subscribe(receiver, flowId, { flowIds: [other.flow_id] })
    await world.endRun(other)
    // The other subscription's delivery proves that there was a round meanwhile.
    await world.untilEnded(probe.id)
    expect((await world.deliveries(id)).map(({ attempts }) => attempts)).toEqual([1, 0, 0])
    await world.pass(2_000)
    await world.untilEnded(id)
  })

  /** A second flow that the subscription is to as well. */
  async function addedFlow(id: string): Promise<string> {
    const second = await world.addFlow('second')
    const { etag } = await world.subscription(id)
    const body = [{ op: 'add', path: '/flowIds/-', value: second }]
    await world.service.call('PATCH', `/subscriptions/${id}`, { body, headers: { 'if-match': etag } })
    return second
  }

  test('for good (410) is not told any more until somebody enables it', async () => {
    const { id } = await world.subscribe(receiver, flowId)
    receiver.behave(answers(410))
    world.startServer()
    await world.run(flowId)
    await vi.waitUntil(async () => (await world.subscription(id)).state === 'disabled', PATIENCE)
    const item = await world.subscription(id)
    expect(item.lastOperation).toMatchObject({
      operation: 'disable',
      status: { errors: [{ code: '410', message: expect.stringContaining('Gone') }] },
    })
    expect(item.version).toBe(item.etag)
    expect(await world.deliveries(id)).toMatchObject([
      { event: 'start', state: 'failed', statusCode: 410 },
      { event: 'success', state: 'pending', attempts: 0 },
    ])
    await world.run(flowId)
    expect(await world.deliveries(id)).toHaveLength(2)
    receiver.behave(answers(200))
    await world.service.call('POST', `/subscriptions/${id}/action?op=enable`)
    expect((await world.untilEnded(id)).map(({ state }) => state)).toEqual(['failed', 'delivered'])
    expect(receiver.received).toHaveLength(2)
  })

  test('holds up neither runs nor other receivers, and is called by one attempt at a time', async () => {
    await using healthy = await WebhookReceiver.start()
    receiver.behave(() => {})
    const hanging = await world.subscribe(receiver, flowId)
    const other = await world.subscribe(healthy, flowId)
    // With a slot for each there is none left for a third attempt at the one that hangs.
    world.startServer({ limits: { slots: 3, perSubscription: 2 } })
    await world.run(flowId, 6)
    const delivered = await world.untilEnded(other.id)
    expect(delivered.map(({ state }) => state)).toEqual(Array(12).fill('delivered'))
    await world.until(hanging.id, (all) => all.filter(({ error }) => error !== undefined).length >= 4)
    expect(receiver.mostAtWork).toBeLessThanOrEqual(2)
    await world.stopServers()
    receiver.mostAtWork = 0
    world.startServer({ limits: { slots: 50, perSubscription: 20 } })
    const before = receiver.received.length
    await world.pass(60_000)
    await vi.waitUntil(() => receiver.received.length >= before + 3, PATIENCE)
    expect(receiver.mostAtWork).toBe(1)
  })
})
