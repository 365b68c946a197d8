import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { EntityKind } from '#services/flow-service/entities/entity-kinds.ts'
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
 *   scheduled -> queued -> inProgress -> success | failed
 *
 * `cancelled` is how waiting runs of a deleted flow ended in earlier versions.
 * A flow has one queued or running run at a time. A run that is asked for meanwhile, or for later, is
 * `scheduled`: see waiting-runs.ts.
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
  /** The run whose rows it brings in. */
  readonly replays?: string | undefined
  /** Who asked for it; the scheduler when absent. */
  readonly actor?: Actor | undefined
  readonly nowMs: number
}

/** The flow as it is now, and nobody else changes it or adds a run to it until the transaction ends. */
export async function lockFlow(tx: Tx, id: string): Promise<FlowRow | undefined> {
  return await tx.selectFrom('flow').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/**
 * Adds a run: `queued` when its time has come and the flow has no active one, else `scheduled`. `undefined` when
 * the schedule has a run for this tick already, or when the flow is gone. The caller queues the first step of a
 * `queued` run.
 */
export async function insertRun(tx: Tx, given: NewRun): Promise<Run | undefined> {
  const { flow, origin, scheduledFor, window, nowMs } = given
  // Two requests at a time must not both find the flow idle.
  if ((await lockFlow(tx, flow.id)) === undefined) return undefined
  const mustWait = scheduledFor > nowMs || (await hasActiveRun(tx, flow.id))
  const state = mustWait ? 'scheduled' : 'queued'
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
      replays: given.replays ?? null,
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

/** True while a run of the flow is queued or under way. */
export async function hasActiveRun(tx: Tx, flowId: string): Promise<boolean> {
  return (await findActiveRun(tx, flowId)) !== undefined
}

/** The run of the flow that is queued or under way. */
export async function findActiveRun(tx: Tx, flowId: string): Promise<Pick<Run, 'id'> | undefined> {
  return await tx
    .selectFrom('flow_run')
    .select('id')
    .where('flow_id', '=', flowId)
    .where('state', 'in', ACTIVE_STATES)
    .executeTakeFirst()
}

/** The run with this id, in whatever sandbox it is. */
export async function findRun(db: Database, id: string): Promise<Run | undefined> {
  return await db.selectFrom('flow_run').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The run that brings in what another one has set aside: that has done so, or is still to do so. */
export async function findReplay(db: Database, replayedId: string): Promise<Run | undefined> {
  return await db
    .selectFrom('flow_run')
    .selectAll()
    .where('replays', '=', replayedId)
    .where('state', 'not in', ['failed', 'cancelled'])
    .executeTakeFirst()
}

/** The run that the scope can see. */
export async function findScopedRun(
  db: Database,
  { orgId, sandbox }: Scope,
  id: string,
): Promise<Run | undefined> {
  if (!isUuid(id)) return undefined
  return await db
    .selectFrom('flow_run')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('sandbox_id', '=', sandbox.id)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The run that the scope can see; nobody else changes it until the transaction ends. */
export async function lockScopedRun(tx: Tx, { orgId, sandbox }: Scope, id: string): Promise<Run | undefined> {
  if (!isUuid(id)) return undefined
  return await tx
    .selectFrom('flow_run')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('sandbox_id', '=', sandbox.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** Those of the ids that runs or flows have which the scope can see. */
export async function knownIds(
  db: Database,
  { orgId, sandbox }: Scope,
  kind: EntityKind,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const wanted = ids.filter(isUuid)
  if (wanted.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(kind.table)}
    where org_id = ${orgId} and sandbox_id = ${sandbox.id} and id = any(${wanted})
  `.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** Puts another document, with its etag and time of change, in the place of that of a run that is locked. */
export async function replaceRunDocument(tx: Tx, document: JsonObject): Promise<void> {
  await tx
    .updateTable('flow_run')
    .set({
      document: JSON.stringify(document),
      etag: String(document['etag']),
      updated_at: Number(document['updatedAt']),
    })
    .where('id', '=', String(document['id']))
    .execute()
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
  return saveLockedRun(tx, run, change)
}

/** The same for whoever holds the row: `run` is what it was when it was locked in this transaction. */
export async function saveLockedRun(tx: Tx, run: Run, change: SavedRun): Promise<Run> {
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
    .where('id', '=', run.id)
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
