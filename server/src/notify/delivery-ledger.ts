import { sql } from 'kysely'
import type { JsonObject } from '#kit/json.ts'
import { disableGone } from '#services/flow-service/subscriptions/disable-gone.ts'
import { type Database, type Tx, transact } from '#store/database.ts'

/*
 * A delivery:
 *
 *   pending --(due, claimed: leased, attempts + 1)--> pending --(2xx)--> delivered
 *                                                        |--(any other, pauses left)--> pending, due later
 *                                                        |--(410, or no pause left)---> failed
 *                                                        '--(lease over: its server is gone)--> claimed again
 *
 * The lease is by the clock of the database, since servers have clocks of their own. The count of attempts fences:
 * what a server says of an attempt that is not the newest any more is dropped.
 */

/** An attempt that this server is to make. */
export interface ClaimedDelivery {
  readonly id: string
  readonly subscription_id: string
  readonly event_id: string
  readonly body: string
  readonly attempts: number
  readonly failures: number
  /** The subscription as the API shows it, and what it keeps sealed. */
  readonly document: JsonObject
  readonly secrets: string
}

export interface ClaimLimits {
  readonly nowMs: number
  /** Attempts that this server can begin now. */
  readonly slots: number
  /** Attempts of one subscription that all servers together make at a time. Exact. */
  readonly perSubscription: number
  readonly leaseMs: number
}

const DATABASE_NOW_MS = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/**
 * Takes deliveries that are due, longest first. The end of a run waits for its start; a receiver that owes us an
 * answer gets one attempt at a time; one that asked to be left alone is.
 */
export async function claimDue(db: Database, limits: ClaimLimits): Promise<readonly ClaimedDelivery[]> {
  const { nowMs, slots, perSubscription, leaseMs } = limits
  return transact(db, async (tx) => {
    // One claim at a time over all servers makes the limit exact.
    await sql`select pg_advisory_xact_lock(hashtext('claim:deliveries'))`.execute(tx)
    const { rows } = await sql<ClaimedDelivery>`
      with due as (
        select mine.id from subscription
        cross join lateral (
          select id, next_attempt_at from delivery
          where delivery.subscription_id = subscription.id and state = 'pending' and next_attempt_at <= ${nowMs}
            and (leased_until is null or leased_until <= ${DATABASE_NOW_MS})
            and (event = 'start' or coalesce((
              select start.state <> 'pending' from delivery as start
              where start.subscription_id = delivery.subscription_id and start.run_id = delivery.run_id
                and start.event = 'start'
            ), true))
          order by next_attempt_at, created_at
          limit greatest(0, ${roomOf(perSubscription)})
          for update skip locked
        ) as mine
        where subscription.state = 'enabled' and coalesce(subscription.resume_at, 0) <= ${nowMs}
        order by mine.next_attempt_at
        limit ${slots}
      )
      update delivery
      set attempts = attempts + 1, attempted_at = ${nowMs}, updated_at = ${nowMs},
        leased_until = ${DATABASE_NOW_MS} + ${leaseMs}::bigint
      from due, subscription
      where delivery.id = due.id and subscription.id = delivery.subscription_id
      returning delivery.id, subscription_id, event_id, body, attempts, failures,
        subscription.document, subscription.secrets
    `.execute(tx)
    return rows
  })
}

/** Attempts that a subscription (of the query around) may get now. */
function roomOf(perSubscription: number) {
  return sql<number>`case when exists (
      select from delivery as failing
      where failing.subscription_id = subscription.id and failing.state = 'pending' and failing.failures > 0
    ) then 1 else ${perSubscription}::int end
    - (
      select count(*) from delivery as busy
      where busy.subscription_id = subscription.id and busy.leased_until > ${DATABASE_NOW_MS}
    )`
}

/** What came of an attempt. */
export interface AttemptResult {
  readonly state: 'pending' | 'delivered' | 'failed'
  readonly failures: number
  /** Null when there is none. */
  readonly nextAttemptAt: number | null
  readonly statusCode: number | undefined
  readonly error: string | undefined
  readonly response: string | undefined
  /** The receiver wants to be left alone until then, all deliveries of the subscription included. */
  readonly resumeAt: number | undefined
  /** The receiver is gone for good. */
  readonly isGone: boolean
}

/** Writes what came of an attempt. False, and nothing is written, when it is not the newest any more. */
export async function recordAttempt(
  db: Database,
  delivery: Pick<ClaimedDelivery, 'id' | 'subscription_id' | 'attempts'>,
  result: AttemptResult,
  nowMs: number,
): Promise<boolean> {
  try {
    await transact(db, async (tx) => {
      // In the order in which a deletion goes: the subscription, then its deliveries.
      await tellSubscription(tx, delivery.subscription_id, result, nowMs)
      const { numUpdatedRows } = await tx
        .updateTable('delivery')
        .set({
          state: result.state,
          failures: result.failures,
          next_attempt_at: result.nextAttemptAt,
          leased_until: null,
          status_code: result.statusCode ?? null,
          error: result.error ?? null,
          response: result.response ?? null,
          updated_at: nowMs,
        })
        .where('id', '=', delivery.id)
        .where('attempts', '=', delivery.attempts)
        .where('leased_until', 'is not', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw new AttemptFencedError()
    })
    return true
  } catch (error) {
    if (error instanceof AttemptFencedError) return false
    throw error
  }
}

/** Another server has taken the delivery over, or it was deleted. */
class AttemptFencedError extends Error {
  override readonly name = 'AttemptFencedError'
}

async function tellSubscription(tx: Tx, id: string, result: AttemptResult, nowMs: number): Promise<void> {
  if (result.isGone) return disableGone(tx, id, nowMs)
  if (result.resumeAt === undefined) return
  await tx
    .updateTable('subscription')
    .set({ resume_at: sql`greatest(resume_at, ${result.resumeAt})` })
    .where('id', '=', id)
    .execute()
}

/** Ends an attempt that was broken off, so that another server can make the next at once. */
export async function giveBack(
  db: Database,
  { id, attempts }: Pick<ClaimedDelivery, 'id' | 'attempts'>,
): Promise<void> {
  await db
    .updateTable('delivery')
    .set({ leased_until: null })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .execute()
}

/** Ends all attempts that are under way: whoever began them is gone. */
export async function freeAll(db: Database): Promise<void> {
  await db.updateTable('delivery').set({ leased_until: null }).where('leased_until', 'is not', null).execute()
}

/** Milliseconds until something becomes due that is not yet; `undefined` when there is nothing. */
export async function dueIn(db: Database, nowMs: number): Promise<number | undefined> {
  const { rows } = await sql<{ wait: number | null }>`
    select least(
      (select min(next_attempt_at) from delivery where state = 'pending' and next_attempt_at > ${nowMs}) - ${nowMs},
      (select min(leased_until) - ${DATABASE_NOW_MS} from delivery where leased_until > ${DATABASE_NOW_MS}),
      (select min(resume_at) from subscription where resume_at > ${nowMs}) - ${nowMs}
    ) as wait
  `.execute(db)
  return rows[0]?.wait ?? undefined
}

const PRUNED_AT_A_TIME = 1_000

/** Forgets deliveries of events before that time, whatever became of them. */
export async function pruneDeliveries(db: Database, beforeMs: number): Promise<void> {
  let wasMore = true
  while (wasMore) {
    const { numAffectedRows } = await sql`
      delete from delivery where id in (
        select id from delivery where created_at < ${beforeMs} limit ${PRUNED_AT_A_TIME} for update skip locked
      )
    `.execute(db)
    wasMore = numAffectedRows === BigInt(PRUNED_AT_A_TIME)
  }
}
