import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { FlowRow, Run } from '#services/flow-service/runs/run.ts'
import type { Database, Tx } from '#store/database.ts'
import { nextRun, parseSchedule, type Tick } from './schedule-params.ts'

/**
 * Enabled flows whose next tick has come, longest overdue first. Their rows are locked, and rows that another
 * server has locked are left to it. A flow with a run that has not ended yet is not due: its tick waits, and
 * coalesces with later ones.
 */
export async function dueFlows(tx: Tx, nowMs: number, limit: number): Promise<readonly FlowRow[]> {
  return await tx
    .selectFrom('flow')
    .selectAll()
    .where('state', '=', 'enabled')
    .where('next_run_at', '<=', nowMs)
    .where(isIdle(nowMs))
    .orderBy('next_run_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
}

/** True of a flow without a run that is under way or could be. Two conditions, since each has an index of its own. */
function isIdle(nowMs: number): RawBuilder<SqlBool> {
  return sql`not exists (
    select from flow_run where flow_run.flow_id = flow.id and flow_run.state in ('queued', 'inProgress')
  ) and not exists (
    select from flow_run
    where flow_run.flow_id = flow.id and flow_run.state = 'scheduled' and flow_run.scheduled_for <= ${nowMs}
  )`
}

/** Says when the schedule wants the next run; null for never. */
export async function setNextRun(tx: Tx, flowId: string, atMs: number | null): Promise<void> {
  await tx.updateTable('flow').set({ next_run_at: atMs }).where('id', '=', flowId).execute()
}

/** Says up to where the flow has delivered. Part of the transaction that commits the run. */
export async function setWatermark(tx: Tx, flowId: string, deliveredToMs: number): Promise<void> {
  await tx.updateTable('flow').set({ watermark_at: deliveredToMs }).where('id', '=', flowId).execute()
}

/** The latest tick that has a run, whatever became of it; null when the schedule made none yet. */
export async function lastTickOf(db: Database, flowId: string): Promise<number | null> {
  const row = await db
    .selectFrom('flow_run')
    .select(({ fn }) => fn.max('scheduled_for').as('at'))
    .where('flow_id', '=', flowId)
    .where('origin', '=', 'schedule')
    .executeTakeFirst()
  return row?.at ?? null
}

/**
 * The tick of an enabled flow that needs a run next: overdue ones as one, else the first to come; `undefined`
 * when there is none any more. `lastTickMs` may say what the caller knows better than the table.
 */
export async function nextTickOf(
  db: Database,
  flow: Pick<FlowRow, 'id' | 'document' | 'watermark_at'>,
  nowMs: number,
  lastTickMs?: number | undefined,
): Promise<Tick | undefined> {
  // The rule of the shortest interval was kept when the schedule was stored; the server may be stricter now.
  const schedule = parseSchedule(flow.document['scheduleParams'], { minIntervalMinutes: 1 })
  const last = lastTickMs ?? (await lastTickOf(db, flow.id))
  return nextRun(schedule, { nowMs, lastTickMs: last, deliveredToMs: flow.watermark_at })
}

/**
 * Where the watermark goes with a run; `undefined` when it stays. A run that left something out between where the flow
 * stood and its own window (a request for some past week) moves nothing, and no run moves it beyond now, whatever end
 * it was asked for.
 */
export function watermarkAfter(
  flow: Pick<FlowRow, 'watermark_at' | 'document'>,
  window: { readonly startMs: number | null; readonly endMs: number },
  nowMs: number,
): number | undefined {
  const stoodAt = flow.watermark_at ?? windowStartOf(flow)
  const leavesGap = window.startMs !== null && (stoodAt === null || window.startMs > stoodAt)
  const end = Math.min(window.endMs, nowMs)
  if (leavesGap || (flow.watermark_at !== null && flow.watermark_at >= end)) return undefined
  return end
}

/**
 * Moves the watermark on to the end of a run's window; part of the transaction that commits the run. A run over
 * everything ends at the instant of its snapshot.
 */
export async function advanceWatermark(tx: Tx, run: Run, nowMs: number): Promise<void> {
  const flow = await tx
    .selectFrom('flow')
    .selectAll()
    .where('id', '=', run.flow_id)
    .forUpdate()
    .executeTakeFirst()
  const endMs = run.window_end ?? snapshotTimeOf(run)
  if (flow === undefined || endMs === undefined) return
  const end = watermarkAfter(flow, { startMs: run.window_start, endMs }, nowMs)
  if (end !== undefined) await setWatermark(tx, flow.id, end)
}

/** By the clock of the source; `undefined` before the run is planned. */
function snapshotTimeOf({ plan }: Run): number | undefined {
  const takenAtMs = plan?.['nowMs']
  return typeof takenAtMs === 'number' ? takenAtMs : undefined
}

/** Where the first window of a flow begins; null for the beginning of time. */
export function windowStartOf(flow: Pick<FlowRow, 'document'>): number | null {
  const schedule = parseSchedule(flow.document['scheduleParams'], { minIntervalMinutes: 1 })
  return schedule.backfill ? null : schedule.startAtMs
}
