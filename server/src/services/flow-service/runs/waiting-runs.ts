import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { isObject } from '#kit/json.ts'
import type { Tx } from '#store/database.ts'
import type { FlowRow, Run } from './run.ts'
import { hasActiveRun, lockFlow, saveRun } from './run-store.ts'

/*
 * Runs in the state `scheduled` wait: for the active run of their flow to end, for the time that they were asked
 * for, or for their flow to be enabled again. When nothing is in the way any more, the oldest is queued: in the
 * transaction that ends the active run, or by the scheduler.
 */

/**
 * Moves the flow's oldest waiting run whose time has come on to `queued`, unless another is active or the flow is
 * disabled. The caller queues the run's first step.
 */
export async function queueNextRun(tx: Tx, flowId: string, nowMs: number): Promise<Run | undefined> {
  const flow = await lockFlow(tx, flowId)
  if (flow?.state !== 'enabled') return undefined
  const run = await nextWaitingRun(tx, flowId, nowMs)
  if (run === undefined || (await hasActiveRun(tx, flowId))) return undefined
  await moveWindow(tx, flow, run)
  return await saveRun(tx, run.id, { state: 'queued', nowMs })
}

async function nextWaitingRun(tx: Tx, flowId: string, nowMs: number): Promise<Run | undefined> {
  return await tx
    .selectFrom('flow_run')
    .selectAll()
    .where('flow_id', '=', flowId)
    .where('state', '=', 'scheduled')
    .where('scheduled_for', '<=', nowMs)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

/** Runs that ended meanwhile may have delivered what a window was to begin with. */
async function moveWindow(tx: Tx, { watermark_at: deliveredToMs }: FlowRow, run: Run): Promise<void> {
  if (run.window_end === null || deliveredToMs === null || !goesOnFromTheLast(run)) return
  const start = Math.min(deliveredToMs, run.window_end)
  await tx.updateTable('flow_run').set({ window_start: start }).where('id', '=', run.id).execute()
}

/** True of a run whose window begins where the flow stands, and not where somebody said. */
function goesOnFromTheLast({ origin, document: { params } }: Run): boolean {
  if (origin === 'schedule') return true
  return origin === 'request' && (!isObject(params) || (params['windowStartTime'] ?? null) === null)
}

/** A flow with a waiting run that nothing is in the way of. Its row is locked; rows that others hold are left. */
export async function findWaitingFlow(tx: Tx, nowMs: number): Promise<string | undefined> {
  const row = await tx
    .selectFrom('flow')
    .select('flow.id')
    .where('flow.state', '=', 'enabled')
    .where('flow.id', 'in', (waiting) =>
      waiting
        .selectFrom('flow_run')
        .select('flow_run.flow_id')
        .where('flow_run.state', '=', 'scheduled')
        .where('flow_run.scheduled_for', '<=', nowMs),
    )
    .where(hasNoActiveRun())
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  return row?.id
}

function hasNoActiveRun(): RawBuilder<SqlBool> {
  return sql`not exists (
    select from flow_run where flow_run.flow_id = flow.id and flow_run.state in ('queued', 'inProgress')
  )`
}

/** Ends the runs of a flow that nobody has begun: their flow is gone. */
export async function cancelWaitingRuns(tx: Tx, flowId: string, nowMs: number): Promise<void> {
  const waiting = await tx
    .selectFrom('flow_run')
    .select('id')
    .where('flow_id', '=', flowId)
    .where('state', '=', 'scheduled')
    .execute()
  const errors = [{ code: 'CONNECTOR-1001-500', message: `The flow ${flowId} has been deleted.` }]
  for (const { id } of waiting) {
    const documentPatch = { metrics: { statusSummary: { errors } } }
    await saveRun(tx, id, { state: 'failed', completedAt: nowMs, documentPatch, nowMs })
  }
}
