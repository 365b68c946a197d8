import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type pg from 'pg'
import type { Log } from '#log/log.ts'
import { afterCommit, type Database } from './database.ts'

const CHANNEL = 'headwater_wake_ups'
const RECONNECT_MS = 1_000

/** Wakes the loops of all processes that wait for the topic. Part of the caller's transaction, if there is one. */
export async function notifyTopic(db: Database, topic: string): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${topic})`.execute(db)
}

/** Between two notifications of one process: whatever comes meanwhile goes with the next. */
const QUIET_MS = 100

/**
 * For what comes often: wakes the loops of all processes that wait for the topic, once the caller's transaction, if there is one, has
 * committed. It is not part of the transaction: PostgreSQL lets only one transaction commit at a time that notifies,
 * its write to disk included, which bounds all processes together to a few hundred commits a second.
 */
export function notifySoon(db: Database, topic: string): void {
  afterCommit(db, (root) => {
    let notifier = notifiers.get(root)
    if (notifier === undefined) {
      notifier = new Notifier(root)
      notifiers.set(root, notifier)
    }
    notifier.send(topic)
  })
}

const notifiers = new WeakMap<Database, Notifier>()

/** Sends topics at once, unless it has just sent some: then what comes is sent together when a while has passed. */
class Notifier {
  readonly #db: Database
  readonly #topics = new Set<string>()
  #isSending = false

  constructor(db: Database) {
    this.#db = db
  }

  send(topic: string): void {
    this.#topics.add(topic)
    if (this.#isSending) return
    this.#isSending = true
    void this.#sendAll()
  }

  /** @NOTE never rejects: a notification that is lost costs others seconds and no work. */
  async #sendAll(): Promise<void> {
    while (this.#topics.size > 0) {
      const topics = [...this.#topics]
      this.#topics.clear()
      await sql`select pg_notify(${CHANNEL}, topic) from unnest(${topics}::text[]) as topic`
        .execute(this.#db)
        .catch(() => {})
      await sleep(QUIET_MS, undefined, { ref: false })
    }
    this.#isSending = false
  }
}

/**
 * Tells the loops of this process that there is work of their topic, whichever process brought it, through LISTEN
 * and NOTIFY on one connection. It only saves waiting: loops look by themselves as well, so a lost notification
 * costs seconds, never work.
 *
 *   connecting --> listening --(connection lost)--> waiting 1 s --> connecting ...   until closed
 */
export class WakeUps {
  readonly #pool: pg.Pool
  readonly #log: Log
  readonly #listeners = new Map<string, () => void>()
  readonly #closing = new AbortController()
  readonly #done: Promise<void>

  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool
    this.#log = log
    this.#done = this.#keepListening()
  }

  on(topic: string, listener: () => void): void {
    this.#listeners.set(topic, listener)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#done
  }

  async #keepListening(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await this.#listenOnce(signal)
      } catch (error) {
        if (signal.aborted) return
        this.#log.debug({ err: error }, 'listening for work was interrupted')
        await sleep(RECONNECT_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  /** Listens until the connection breaks (throws) or we close (returns). */
  async #listenOnce(signal: AbortSignal): Promise<void> {
    const client = await this.#pool.connect()
    const { promise: over, resolve, reject } = Promise.withResolvers<void>()
    // A connection can break at any moment from here on; awaited or not, that must not be unhandled.
    over.catch(() => {})
    client.on('error', reject)
    client.once('end', () => reject(new Error('the connection ended')))
    const onAbort = (): void => resolve()
    signal.addEventListener('abort', onAbort)
    try {
      client.on('notification', (message) => this.#listeners.get(message.payload ?? '')?.())
      await client.query(`listen ${CHANNEL}`)
      // What was brought while nobody listened.
      for (const listener of this.#listeners.values()) listener()
      if (signal.aborted) resolve()
      await over
    } finally {
      signal.removeEventListener('abort', onAbort)
      // The connection carries a subscription, so it must not go back to the pool.
      client.release(true)
    }
  }
}
