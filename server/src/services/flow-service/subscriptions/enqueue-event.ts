import type { SubscriptionEvent } from '@headwater/contract/flow-service/subscriptions.ts'
import { sql } from 'kysely'
import { newUuid } from '#kit/ids.ts'
import type { Run, RunState } from '#services/flow-service/runs/run.ts'
import type { Tx } from '#store/database.ts'
import { notifySoon } from '#store/wake-ups.ts'
import { formatRunEvent } from './event-body.ts'
import type { EventCodes } from './subscription-rules.ts'
import { DELIVERIES_TOPIC } from './subscription-store.ts'

/**
 * The event that a change of state is; most are none. A run that is planned anew has started already, and one that
 * ends while it waits goes with its flow, which somebody deleted: that is no failure to tell.
 */
export function eventOf(before: RunState, after: RunState): SubscriptionEvent | undefined {
  if (before === after || before === 'scheduled') return undefined
  if (after === 'inProgress') return 'start'
  if (after === 'success') return 'success'
  return after === 'failed' ? 'failure' : undefined
}

/**
 * Puts what has become of a run into the outbox of everybody who wants to hear of it, as part of the transaction
 * that changed the run: the event exists exactly if the change does.
 */
export async function enqueueEvent(
  tx: Tx,
  run: Run,
  { event, nowMs }: { readonly event: SubscriptionEvent; readonly nowMs: number },
): Promise<void> {
  const listeners = await findListeners(tx, run, event)
  if (listeners.length === 0) return
  const told = { id: newUuid(), event, run: run.document, flowName: await flowNameOf(tx, run) }
  await tx
    .insertInto('delivery')
    .values(
      listeners.map(({ id, codes }) => ({
        id: newUuid(),
        org_id: run.org_id,
        sandbox_id: run.sandbox_id,
        subscription_id: id,
        flow_id: run.flow_id,
        run_id: run.id,
        event_id: told.id,
        event,
        state: 'pending' as const,
        body: formatRunEvent(told, codes),
        next_attempt_at: nowMs,
        created_at: nowMs,
        updated_at: nowMs,
      })),
    )
    .onConflict((conflict) => conflict.columns(['subscription_id', 'run_id', 'event']).doNothing())
    .execute()
  notifySoon(tx, DELIVERIES_TOPIC)
}

interface Listener {
  readonly id: string
  readonly codes: EventCodes
}

/** Locked against being deleted meanwhile, which must not fail the run; other changes are free to go on. */
async function findListeners(tx: Tx, run: Run, event: SubscriptionEvent): Promise<readonly Listener[]> {
  const { rows } = await sql<Listener>`
    select id, document ->> 'eventCodes' as codes from subscription
    where org_id = ${run.org_id} and sandbox_id = ${run.sandbox_id} and state = 'enabled'
      and document -> 'events' ? ${event}
      and (document -> 'flowIds' = '[]' or document -> 'flowIds' ? ${run.flow_id})
    order by id
    for key share
  `.execute(tx)
  return rows
}

/** As the flow is called now, or was called when it was still there. */
async function flowNameOf(tx: Tx, run: Run): Promise<string | undefined> {
  const flow = await tx.selectFrom('flow').select('name').where('id', '=', run.flow_id).executeTakeFirst()
  return flow?.name ?? run.flow_name ?? undefined
}
