import { Doorbell } from '#kit/doorbell.ts'
import type { Log } from '#log/log.ts'
import type { Keyring } from '#secrets/keyring.ts'
import { openSecrets, signingSecretsAt } from '#services/flow-service/subscriptions/subscription-secrets.ts'
import { DELIVERIES_TOPIC } from '#services/flow-service/subscriptions/subscription-store.ts'
import type { SendWebhook, WebhookAnswer } from '#services/flow-service/subscriptions/webhook-port.ts'
import type { Database } from '#store/database.ts'
import type { WakeUps } from '#store/wake-ups.ts'
import {
  type ClaimedDelivery,
  claimDue,
  dueIn,
  freeAll,
  giveBack,
  pruneDeliveries,
  recordAttempt,
} from './delivery-ledger.ts'
import { judgeAnswer } from './judge-answer.ts'

export interface DispatcherDependencies {
  readonly db: Database
  readonly keyring: Keyring
  readonly wakeUps: WakeUps
  readonly sendWebhook: SendWebhook
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /**
   * True when no other process works on this database: attempts that are under way at the start then belong to a
   * process that is dead, and come free at once instead of when their leases are over.
   */
  readonly isOnlyWorker: boolean
  /** From 0 to below 1; spreads the retries. */
  readonly random?: (() => number) | undefined
  readonly limits?: Partial<DispatcherLimits> | undefined
}

export interface DispatcherLimits {
  /** Attempts that this server makes at a time. */
  readonly slots: number
  /** Attempts that all servers together make at a time for one subscription. */
  readonly perSubscription: number
  /** How long an attempt may take until its server counts as gone: longer than any exchange. */
  readonly leaseMs: number
}

/** Slots are sockets that wait; even a crowd of receivers that hang leaves some for the others. */
const LIMITS: DispatcherLimits = Object.freeze({ slots: 64, perSubscription: 4, leaseMs: 20_000 })
/** How long an idle loop trusts that it was woken. */
const LOOK_MS = 30_000
/** After a round that failed, for instance because the database was away. */
const RECOVER_MS = 1_000
/** Deliveries are kept for that long, whatever became of them. */
export const RETENTION_MS = 30 * 24 * 3_600_000
const PRUNE_EVERY_MS = 3_600_000

/**
 * Sends what is in the outbox. Several servers may do so over one database: each claims what no other is at, and
 * what a dead server was at comes free when its lease is over. A receiver that hangs holds its own slots only.
 *
 *   waiting --(event committed, attempt ended, something falls due)--> a round: claim, send each --> waiting
 */
export class Dispatcher {
  readonly #deps: DispatcherDependencies
  readonly #limits: DispatcherLimits
  readonly #stopping = new AbortController()
  readonly #attempts = new Set<Promise<void>>()
  readonly #bell = new Doorbell()
  #prunedAt = Number.NEGATIVE_INFINITY
  #loop: Promise<void> | undefined

  constructor(deps: DispatcherDependencies) {
    this.#deps = deps
    this.#limits = { ...LIMITS, ...deps.limits }
  }

  start(): void {
    this.#deps.wakeUps.on(DELIVERIES_TOPIC, () => this.#bell.ring())
    this.#loop ??= this.#run()
  }

  /** Begins nothing more, breaks off what is under way, and leaves it to the next server. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#bell.ring()
    await this.#loop
    await Promise.all(this.#attempts)
  }

  async #run(): Promise<void> {
    if (this.#deps.isOnlyWorker) await this.#freeOrphans()
    while (!this.#stopping.signal.aborted) {
      this.#bell.reset()
      const waitMs = await this.#round()
      if (waitMs > 0 && !this.#stopping.signal.aborted) await this.#bell.wait(waitMs)
    }
  }

  async #freeOrphans(): Promise<void> {
    try {
      await freeAll(this.#deps.db)
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'could not take over the notifications of the process before')
    }
  }

  /** Begins what is due; returns how long there is nothing more to do. */
  async #round(): Promise<number> {
    const { db, now, log } = this.#deps
    try {
      const claimed = await this.#claim()
      for (const delivery of claimed) this.#track(this.#attempt(delivery))
      if (claimed.length > 0) return 0
      await this.#prune()
      return Math.min(LOOK_MS, (await dueIn(db, now())) ?? LOOK_MS)
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        log.warn({ err: error }, 'could not look for notifications to send, will try again')
      return RECOVER_MS
    }
  }

  async #claim(): Promise<readonly ClaimedDelivery[]> {
    const { perSubscription, leaseMs } = this.#limits
    const slots = this.#limits.slots - this.#attempts.size
    if (slots <= 0) return []
    return claimDue(this.#deps.db, { nowMs: this.#deps.now(), slots, perSubscription, leaseMs })
  }

  async #prune(): Promise<void> {
    const nowMs = this.#deps.now()
    if (nowMs - this.#prunedAt < PRUNE_EVERY_MS) return
    this.#prunedAt = nowMs
    await pruneDeliveries(this.#deps.db, nowMs - RETENTION_MS)
  }

  /** @NOTE `attempt` never rejects: #attempt ends in a catch that only logs. */
  #track(attempt: Promise<void>): void {
    this.#attempts.add(attempt)
    void attempt.then(() => {
      this.#attempts.delete(attempt)
      this.#bell.ring()
    })
  }

  async #attempt(delivery: ClaimedDelivery): Promise<void> {
    const { db, log } = this.#deps
    const facts = { deliveryId: delivery.id, subscriptionId: delivery.subscription_id }
    try {
      const answer = await this.#send(delivery)
      if (answer === undefined) await giveBack(db, delivery)
      else await this.#record(delivery, answer)
    } catch (error) {
      // The lease then runs out, and the receiver is told once more.
      log.warn({ err: error, ...facts }, 'could not write what came of a notification')
    }
  }

  /** `undefined` when it was broken off because the server stops. */
  async #send(delivery: ClaimedDelivery): Promise<WebhookAnswer | undefined> {
    const { sendWebhook, now } = this.#deps
    const { signal } = this.#stopping
    try {
      const secrets = openSecrets(this.#deps.keyring, delivery.subscription_id, delivery.secrets)
      const sentAtMs = now()
      const webhook = {
        url: String(delivery.document['url']),
        id: delivery.event_id,
        body: delivery.body,
        signingSecrets: signingSecretsAt(secrets, sentAtMs),
        headers: secrets.headers,
        sentAtMs,
      }
      return await sendWebhook(webhook, { signal })
    } catch (error) {
      if (signal.aborted) return undefined
      // A secret that can't be opened: the operator may bring the key back within a day.
      const message = error instanceof Error ? error.message : String(error)
      return { isDelivered: false, error: message, elapsedMs: 0 }
    }
  }

  async #record(delivery: ClaimedDelivery, answer: WebhookAnswer): Promise<void> {
    const { db, log, now, random = Math.random } = this.#deps
    const nowMs = now()
    const result = judgeAnswer(answer, { failures: delivery.failures, nowMs, random })
    const isRecorded = await recordAttempt(db, delivery, result, nowMs)
    const { state, statusCode, error } = result
    const facts = { deliveryId: delivery.id, subscriptionId: delivery.subscription_id, statusCode }
    if (!isRecorded) log.debug(facts, 'a notification was taken over by another server, or deleted')
    else if (state === 'delivered') log.debug(facts, 'notification delivered')
    else if (state === 'pending') log.info({ ...facts, reason: error }, 'notification will be sent again')
    else log.warn({ ...facts, reason: error }, 'notification given up')
  }
}
