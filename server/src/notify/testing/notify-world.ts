import type { WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import pino from 'pino'
import { vi } from 'vitest'
import { Dispatcher, type DispatcherDependencies } from '#notify/dispatcher.ts'
import { createWebhookSender } from '#notify/send-webhook.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { insertRun, saveRun } from '#services/flow-service/runs/run-store.ts'
import { DELIVERIES_TOPIC } from '#services/flow-service/subscriptions/subscription-store.ts'
import {
  type AnyBody,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  makeConnections,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { openDatabase, openPool, transact } from '#store/database.ts'
import { notifyTopic, WakeUps } from '#store/wake-ups.ts'

export const PATIENCE = { timeout: 20_000, interval: 10 }
/** Of an exchange, for receivers that hang. */
export const TIMEOUT_MS = 300

/** The Flow Service, with servers that send its notifications. The clock stands still until a test moves it. */
export class NotifyWorld implements AsyncDisposable {
  readonly service: FlowTestService
  nowMs = Date.now()
  readonly #connections: { source: string; target: string }
  #servers: { stop: () => Promise<void> }[] = []

  private constructor(service: FlowTestService, connections: { source: string; target: string }) {
    this.service = service
    this.#connections = connections
  }

  static async open(): Promise<NotifyWorld> {
    const service = await startFlowService()
    return new NotifyWorld(service, await makeConnections(service))
  }

  addFlow(name = 'flow'): Promise<string> {
    return created(this.service, '/flows', flowBody(this.#connections, { name }))
  }

  /** A subscription to that flow. */
  async subscribe(
    receiver: Pick<WebhookReceiver, 'url'>,
    flowId: string,
    changes: Record<string, unknown> = {},
  ): Promise<{ id: string; secret: string }> {
    const body = { name: 's', url: receiver.url, flowIds: [flowId], ...changes }
    const answer = await this.service.call('POST', '/subscriptions', { body })
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
    return answer.body
  }

  async startRun(flowId: string): Promise<Run> {
    const { db } = this.service
    const flow = await db.selectFrom('flow').selectAll().where('id', '=', flowId).executeTakeFirstOrThrow()
    const window = { startMs: null, endMs: null }
    const run = await transact(db, async (tx) => {
      const asked = { flow, origin: 'request', scheduledFor: this.nowMs, window, nowMs: this.nowMs } as const
      const inserted = await insertRun(tx, asked)
      if (inserted === undefined) throw new Error('no run')
      return saveRun(tx, inserted.id, { state: 'inProgress', startedAt: this.nowMs, nowMs: this.nowMs })
    })
    return run
  }

  endRun({ id }: Run, state: 'success' | 'failed' = 'success'): Promise<Run> {
    const ended = { state, completedAt: this.nowMs, nowMs: this.nowMs }
    return transact(this.service.db, (tx) => saveRun(tx, id, ended))
  }

  /** Runs that start and succeed, one after the other. */
  async run(flowId: string, count = 1): Promise<void> {
    for (let n = 0; n < count; n++) await this.endRun(await this.startRun(flowId))
  }

  /** One of several servers, with connections of its own. */
  startServer(changes: Partial<DispatcherDependencies> = {}): Dispatcher {
    const pool = openPool({ url: this.service.metadata.url }, { max: 8 })
    const db = openDatabase(pool)
    const log = pino({ level: 'silent' })
    const wakeUps = new WakeUps(pool, log)
    const dispatcher = new Dispatcher({
      db,
      keyring: this.service.keyring,
      wakeUps,
      sendWebhook: createWebhookSender({ userAgent: 'Headwater/test', timeoutMs: TIMEOUT_MS }),
      isOnlyWorker: false,
      log,
      now: () => this.nowMs,
      random: () => 0.5,
      ...changes,
    })
    dispatcher.start()
    this.#servers.push({
      async stop() {
        await dispatcher.stop()
        await wakeUps.close()
        await db.destroy()
      },
    })
    return dispatcher
  }

  async stopServers(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.stop()))
  }

  /** Lets time pass; whoever waits for it is woken, since no clock of this machine tells. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms
    await notifyTopic(this.service.db, DELIVERIES_TOPIC)
  }

  /** Deliveries of a subscription: those of older runs first, of a run the start first. */
  async deliveries(id: string): Promise<AnyBody[]> {
    const { body } = await this.service.call('GET', `/subscriptions/${id}/deliveries?limit=1000`)
    const order = ['start', 'success', 'failure']
    return body.items.sort(
      (a: AnyBody, b: AnyBody) =>
        a.createdAt - b.createdAt || order.indexOf(a.event) - order.indexOf(b.event),
    )
  }

  /** The deliveries when they are as the condition says. */
  async until(id: string, condition: (deliveries: AnyBody[]) => boolean): Promise<AnyBody[]> {
    let seen: AnyBody[] = []
    const isSo = async (): Promise<boolean> => {
      seen = await this.deliveries(id)
      return condition(seen)
    }
    await vi.waitUntil(isSo, PATIENCE).catch(() => {
      throw new Error(`the deliveries stay ${JSON.stringify(seen, undefined, 1).slice(0, 4_000)}`)
    })
    return seen
  }

  /** The deliveries when the first has failed so many times, and waits. */
  untilFailed(id: string, attempts: number): Promise<AnyBody[]> {
    return this.until(id, ([first]) => first?.attempts === attempts && first.nextAttemptAt > this.nowMs)
  }

  /** The deliveries when none of them is pending any more. */
  untilEnded(id: string): Promise<AnyBody[]> {
    return this.until(id, (all) => all.length > 0 && all.every(({ state }) => state !== 'pending'))
  }

  subscription(id: string): Promise<AnyBody> {
    return itemOf(this.service, `/subscriptions/${id}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopServers()
    await this.service[Symbol.asyncDispose]()
  }
}
