import { sql } from 'kysely'
import type { JsonObject } from '#kit/json.ts'
import { enqueueEvent, eventOf } from '#services/flow-service/subscriptions/enqueue-event.ts'
import type { Database, Tx } from '#store/database.ts'
import { ACTIVE_STATES, ENDED_STATES, type FlowRow, type Run, type RunOrigin, type RunWindow } from './run.ts'
import {
  type Actor,
  changedRunDocument,
  lastRunDetails,
  newRunDocument,
  type RunChange,
  SCHEDULER,
} from './run-document.ts'

/*
 * States of a run:
 *
 *   scheduled -> queued -> inProgress -> success | failed | cancelled
 *
 * A flow has one queued or running run at a time. A run that is asked for meanwhile is `scheduled`; when the
 * active one ends, queueNextRun moves the oldest waiting one on, in the transaction of that end.
 */

export interface NewRun {
  /** The row as it was read; it is locked here. */
  readonly flow: FlowRow
  readonly origin: RunOrigin
  /** Epoch milliseconds: the tick for runs of the schedule, the wanted start otherwise. */
  readonly scheduledFor: number
  readonly window: RunWindow
  readonly params?: JsonObject | undefined
  readonly predecessors?: readonly JsonObject[] | undefined
  /** Who asked for it; the scheduler when absent. */
  readonly actor?: Actor | undefined
  readonly nowMs: number
}

/**
 * Adds a run: `queued` when the flow has no active one, else `scheduled`. `undefined` when the schedule has a
 * run for this tick already, or when the flow is gone. The caller queues the first step of a `queued` run.
 */
export async function insertRun(tx: Tx, given: NewRun): Promise<Run | undefined> {
  const { flow, origin, scheduledFor, window, nowMs } = given
  // Two requests at a time must not both find the flow idle.
  const locked = await tx
    .selectFrom('flow')
    .select('id')
    .where('id', '=', flow.id)
    .forUpdate()
    .executeTakeFirst()
  if (locked === undefined) return undefined
  const state = (await hasActiveRun(tx, flow.id)) ? 'scheduled' : 'queued'
  const { actor = SCHEDULER, params = {}, predecessors = [] } = given
  const document = newRunDocument({ flow, state, actor, params, predecessors, nowMs })
  return await tx
    .insertInto('flow_run')
    .values({
      id: String(document['id']),
      org_id: flow.org_id,
      sandbox_id: flow.sandbox_id,
      flow_id: flow.id,
      flow_name: flow.name,
      state,
      origin,
      scheduled_for: scheduledFor,
      window_start: window.startMs,
      window_end: window.endMs,
      epoch: 0,
      etag: String(document['etag']),
      document: JSON.stringify(document),
      created_at: nowMs,
      updated_at: nowMs,
    })
    .onConflict((conflict) =>
      conflict.columns(['flow_id', 'scheduled_for']).where('origin', '=', 'schedule').doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
}

async function hasActiveRun(tx: Tx, flowId: string): Promise<boolean> {
  const active = await tx
    .selectFrom('flow_run')
    .select('id')
    .where('flow_id', '=', flowId)
    .where('state', 'in', ACTIVE_STATES)
    .executeTakeFirst()
  return active !== undefined
}

/** The run with this id, in whatever sandbox it is. */
export async function findRun(db: Database, id: string): Promise<Run | undefined> {
  return await db.selectFrom('flow_run').selectAll().where('id', '=', id).executeTakeFirst()
}

/** What a step writes when it is done. */
export interface SavedRun extends RunChange {
  readonly epoch?: number | undefined
  readonly plan?: JsonObject | undefined
  readonly batchId?: string | undefined
  readonly nowMs: number
}

/**
 * Changes a run and gives it a new etag; `metrics.statusSummary.status` follows the state. When the run ends,
 * its flow tells so in `lastRunDetails` (without a new etag: nobody changed the flow). Whoever wants to hear of it
 * finds it in the outbox.
 *
 * @throws when there is no such run
 */
export async function saveRun(tx: Tx, id: string, change: SavedRun): Promise<Run> {
  const run = await tx
    .selectFrom('flow_run')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const { state, startedAt, completedAt, epoch, plan, batchId, nowMs } = change
  const document = changedRunDocument(run, change, nowMs)
  const saved = await tx
    .updateTable('flow_run')
    .set({
      state,
      started_at: startedAt,
      completed_at: completedAt,
      epoch,
      batch_id: batchId,
      plan: plan === undefined ? undefined : JSON.stringify(plan),
      etag: String(document['etag']),
      updated_at: Number(document['updatedAt']),
      document: JSON.stringify(document),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (ENDED_STATES.has(saved.state) && !ENDED_STATES.has(run.state)) await tellFlow(tx, saved)
  const event = eventOf(run.state, saved.state)
  if (event !== undefined) await enqueueEvent(tx, saved, { event, nowMs })
  return saved
}

async function tellFlow(tx: Tx, run: Run): Promise<void> {
  await sql`
    update flow set document = document || jsonb_build_object('lastRunDetails', ${JSON.stringify(lastRunDetails(run))}::jsonb)
    where id = ${run.flow_id}
  `.execute(tx)
}

/** The run of the flow that has waited longest, or `undefined`. It is locked. */
export async function nextScheduledRun(tx: Tx, flowId: string): Promise<Run | undefined> {
  return await tx
    .selectFrom('flow_run')
    .selectAll()
    .where('flow_id', '=', flowId)
    .where('state', '=', 'scheduled')
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

/**
 * Moves the flow's oldest waiting run on to `queued`, when no other is active. The window of a run of the
 * schedule is moved to where the flow was delivered to by now. The caller queues the run's first step.
 */
export async function queueNextRun(tx: Tx, flowId: string, nowMs: number): Promise<Run | undefined> {
  const flow = await tx.selectFrom('flow').selectAll().where('id', '=', flowId).forUpdate().executeTakeFirst()
  if (flow === undefined || (await hasActiveRun(tx, flowId))) return undefined
  const run = await nextScheduledRun(tx, flowId)
  if (run === undefined) return undefined
  if (run.origin === 'schedule' && run.window_end !== null && flow.watermark_at !== null) {
    const start = Math.min(flow.watermark_at, run.window_end)
    await tx.updateTable('flow_run').set({ window_start: start }).where('id', '=', run.id).execute()
  }
  return await saveRun(tx, run.id, { state: 'queued', nowMs })
}

/** Ends the runs of a flow that nobody has begun: their flow is gone. */
export async function cancelWaitingRuns(tx: Tx, flowId: string, nowMs: number): Promise<void> {
  const waiting = await tx
    .selectFrom('flow_run')
    .select('id')
    .where('flow_id', '=', flowId)
    .where('state', '=', 'scheduled')
    .execute()
  for (const { id } of waiting) await saveRun(tx, id, { state: 'cancelled', completedAt: nowMs, nowMs })
}
