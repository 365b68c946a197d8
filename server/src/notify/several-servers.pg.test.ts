import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers, WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openKeyring } from '#secrets/keyring.ts'
import type { SendWebhook } from '#services/flow-service/subscriptions/webhook-port.ts'
import { RETENTION_MS } from './dispatcher.ts'
import { createWebhookSender } from './send-webhook.ts'
import { NotifyWorld, PATIENCE } from './testing/notify-world.ts'

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

const send = createWebhookSender({ userAgent: 'Headwater/test', timeoutMs: 5_000 })

describe('several servers', () => {
  test('share 200 deliveries of which some fail: none is lost, none is at two of them at a time', async () => {
    const flows = await Promise.all(Array.from({ length: 5 }, () => world.addFlow()))
    const subscriptions = await Promise.all(flows.map((flow) => world.subscribe(receiver, flow)))
    await Promise.all(flows.map((flow) => world.run(flow, 20)))
    const atWork = new Set<string>()
    const attempts = new Map<string, number>()
    receiver.behave(async (reply, { headers }) => {
      const id = headers['webhook-id'] ?? ''
      if (atWork.has(id)) throw new Error(`${id} arrives twice at a time`)
      atWork.add(id)
      attempts.set(id, (attempts.get(id) ?? 0) + 1)
      await new Promise((resolve) => setImmediate(resolve))
      atWork.delete(id)
      const fails = attempts.size % 10 === 0 && attempts.get(id) === 1
      reply.writeHead(fails ? 500 : 204).end()
    })
    const counts = [0, 0]
    for (const server of counts.keys()) {
      const sendWebhook: SendWebhook = (webhook, options) => {
        counts[server] = (counts[server] ?? 0) + 1
        return send(webhook, options)
      }
      world.startServer({ sendWebhook, limits: { perSubscription: 3 } })
    }
    const passing = setInterval(() => void world.pass(5_000), 50)
    await Promise.all(subscriptions.map(({ id }) => world.untilEnded(id))).finally(() =>
      clearInterval(passing),
    )
    expect(attempts.size).toBe(200)
    expect(Math.max(...attempts.values())).toBe(2)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    expect(receiver.mostAtWork).toBeLessThanOrEqual(15)
  })

  test('take over what a frozen one was at, whose late word then counts no more', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['start'] })
    const thaw = Promise.withResolvers<void>()
    const frozen = world.startServer({
      limits: { slots: 1 },
      sendWebhook: async () => {
        await thaw.promise
        return { isDelivered: false, statusCode: 410, error: 'late', elapsedMs: 1 }
      },
    })
    try {
      await world.startRun(flowId)
      await world.until(id, ([only]) => only?.attempts === 1)
      world.startServer()
      await world.pass(0)
      expect(receiver.received).toEqual([])
      // The lease runs by the clock of the database, which no test can wait for.
      await world.service.metadata.query('update delivery set leased_until = 1')
      await world.pass(0)
      expect(await world.untilEnded(id)).toMatchObject([{ state: 'delivered', attempts: 2 }])
    } finally {
      thaw.resolve()
    }
    await frozen.stop()
    expect(await world.deliveries(id)).toMatchObject([{ state: 'delivered', attempts: 2, statusCode: 204 }])
    expect((await world.subscription(id)).state).toBe('enabled')
  })

  test('get at once what a server that stops was at', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['start'] })
    receiver.behave(() => {})
    const first = world.startServer({ sendWebhook: send })
    await world.startRun(flowId)
    await vi.waitUntil(() => receiver.received.length === 1, PATIENCE)
    await first.stop()
    expect(await world.deliveries(id)).toMatchObject([{ state: 'pending', attempts: 1 }])
    receiver.behave(answers(204))
    world.startServer()
    expect(await world.untilEnded(id)).toMatchObject([{ state: 'delivered', attempts: 2 }])
  })
})

describe('a server that starts', () => {
  test('goes on in the table of pauses where the one before it was', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['start'] })
    receiver.behave(answers(500))
    const first = world.startServer()
    await world.startRun(flowId)
    await world.untilFailed(id, 1)
    await world.pass(5_000)
    await world.untilFailed(id, 2)
    await first.stop()
    receiver.behave(answers(204))
    world.startServer()
    await world.pass(29_000)
    const probe = await world.subscribe(receiver, await world.addFlow())
    await world.run((await world.subscription(probe.id)).flowIds[0])
    await world.untilEnded(probe.id)
    expect(await world.deliveries(id)).toMatchObject([{ state: 'pending', attempts: 2 }])
    await world.pass(1_000)
    expect(await world.untilEnded(id)).toMatchObject([{ state: 'delivered', attempts: 3 }])
  })

  test('alone takes over at once what a killed one was at', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['start'] })
    await world.startRun(flowId)
    const inAMinute = '(extract(epoch from clock_timestamp()) * 1000)::bigint + 60000'
    await world.service.metadata.query(`update delivery set attempts = 1, leased_until = ${inAMinute}`)
    world.startServer({ isOnlyWorker: true })
    expect(await world.untilEnded(id)).toMatchObject([{ state: 'delivered', attempts: 2 }])
  })

  test('with another master key tells which is missing, and delivers when it is back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headwater-notify-'))
    try {
      const { id } = await world.subscribe(receiver, flowId, { events: ['start'] })
      await world.startRun(flowId)
      const strange = world.startServer({ keyring: openKeyring({ dataDir: folder }) })
      const [delivery] = await world.until(id, ([only]) => only?.error !== undefined)
      expect(delivery.error).toContain('sealed with master key')
      await strange.stop()
      world.startServer()
      await world.pass(5_000)
      await world.untilEnded(id)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('forgets what is old, whatever became of it', async () => {
    const { id } = await world.subscribe(receiver, flowId)
    await world.service.call('POST', `/subscriptions/${id}/action?op=disable`)
    const kept = await world.subscribe(receiver, flowId)
    await world.run(flowId)
    await world.service.metadata.query('update delivery set subscription_id = $1 where event = $2', [
      id,
      'start',
    ])
    world.nowMs += RETENTION_MS
    await world.run(flowId)
    world.startServer()
    await world.until(kept.id, (all) => all.length === 3 && all.every(({ state }) => state === 'delivered'))
    expect(await world.deliveries(id)).toHaveLength(1)
    await world.stopServers()
    world.nowMs += 1
    world.startServer()
    await world.until(id, (all) => all.length === 0)
    expect(await world.deliveries(kept.id)).toHaveLength(2)
  })
})

describe('a delivery', () => {
  const redeliver = (id: string, deliveryId: string) =>
    world.service.call('POST', `/subscriptions/${id}/deliveries/${deliveryId}/action?op=redeliver`)

  test('that has ended is sent again when somebody asks for it, under its id', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['success'] })
    world.startServer()
    await world.run(flowId)
    const [delivery] = await world.untilEnded(id)
    const answer = await redeliver(id, delivery.id)
    expect(answer).toMatchObject({ status: 200, body: { id: delivery.id, state: 'pending' } })
    await vi.waitUntil(() => receiver.received.length === 2, PATIENCE)
    const [again] = await world.until(id, ([only]) => only?.state === 'delivered' && only.attempts === 2)
    expect(again.eventId).toBe(delivery.eventId)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  test('that waits for its next attempt is tried at once, with all pauses ahead of it', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['success'] })
    receiver.behave(answers(500))
    world.startServer()
    await world.run(flowId)
    await world.untilFailed(id, 1)
    await world.pass(5_000)
    const [delivery] = await world.untilFailed(id, 2)
    expect(delivery.nextAttemptAt).toBe(world.nowMs + 30_000)
    await redeliver(id, delivery.id)
    const [again] = await world.untilFailed(id, 3)
    expect(again.nextAttemptAt).toBe(world.nowMs + 5_000)
  })

  test('is not sent again for a subscription that is disabled', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['success'] })
    await world.run(flowId)
    const [delivery] = await world.deliveries(id)
    await world.service.call('POST', `/subscriptions/${id}/action?op=disable`)
    const answer = await redeliver(id, delivery.id)
    expect([answer.status, answer.body.type]).toEqual([400, expect.stringContaining('FLOW-1422-400')])
    expect((await redeliver(id, 'x')).status).toBe(400)
    await world.service.call('POST', `/subscriptions/${id}/action?op=enable`)
    expect((await redeliver(id, 'x')).status).toBe(404)
  })

  test('under way is dropped with its subscription', async () => {
    const { id } = await world.subscribe(receiver, flowId, { events: ['start'] })
    receiver.behave(() => {})
    const server = world.startServer({ sendWebhook: send })
    await world.startRun(flowId)
    await vi.waitUntil(() => receiver.received.length === 1, PATIENCE)
    expect((await world.service.call('DELETE', `/subscriptions/${id}`)).status).toBe(204)
    await server.stop()
    const { rows } = await world.service.metadata.query('select from delivery')
    expect(rows).toEqual([])
  })
})
