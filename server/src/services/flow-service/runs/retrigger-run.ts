import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { RUNS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertCurrent } from '#services/flow-service/entities/if-match.ts'
import { actionNotApplicable, ENABLE_FIRST, FlowProblem, notFound } from '#services/flow-service/problems.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import type { FlowRow, Run } from './run.ts'
import { findReplay, findScopedRun, insertRun, lockFlow } from './run-store.ts'

/**
 * Repeats a run over its original window, as a new run that names the old one as its predecessor.
 *
 * @throws {FlowProblem} 1422 unless the run failed, or succeeded without any record, and no other run has brought
 *   its window since or is about to
 */
export async function retriggerRun(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch }: ChangeRequest,
): Promise<Run> {
  return await transact(deps.db, async (tx) => {
    const run = await findScopedRun(tx, scope, id)
    if (run === undefined) throw notFound(RUNS.name, id)
    assertCurrent(run.document, ifMatch)
    // Of two requests at a time the second must see the run of the first.
    const flow = await lockFlow(tx, run.flow_id)
    if (flow === undefined)
      throw new FlowProblem('1430-400', `The flow ${run.flow_id} is not found.`, { id: run.flow_id })
    if (flow.state !== 'enabled') throw actionNotApplicable('re-trigger', flow.state, ENABLE_FIRST)
    assertRepeatable(run)
    await assertNotReplayed(tx, run)
    await assertUnrivalled(tx, run, flow.watermark_at)
    return await repeat(tx, deps, scope, { run, flow })
  })
}

async function repeat(
  tx: Tx,
  deps: FlowServiceDependencies,
  scope: Scope,
  { run, flow }: { readonly run: Run; readonly flow: FlowRow },
): Promise<Run> {
  const { params, flowSpec } = run.document
  const nowMs = deps.now()
  const retry = await insertRun(tx, {
    flow,
    origin: 'retry',
    scheduledFor: nowMs,
    window: { startMs: run.window_start, endMs: run.window_end },
    params: isObject(params) ? (params as JsonObject) : {},
    predecessors: [{ flowId: flow.id, flowRunId: run.id, flowSpec }],
    actor: scope,
    nowMs,
  })
  if (retry === undefined) throw notFound(RUNS.name, run.id)
  if (retry.state === 'queued') await deps.submitRun(tx, retry)
  return retry
}

function assertRepeatable(run: Run): void {
  if (run.replays !== null)
    throw notRepeatable(
      run,
      `it replays rows of the run ${run.replays}. Use replay on that one, or on this one for what failed again`,
    )
  if (run.state === 'success' && ingestedCount(run.document) === 0) return
  if (run.state === 'failed' || run.state === 'cancelled') return
  throw notRepeatable(
    run,
    run.state === 'success'
      ? 'it has brought rows, which would arrive twice. To bring a window again, ask for it with POST /runs'
      : `it is ${run.state}. Only a run that has failed, or has brought no row, can be repeated`,
  )
}

/** Of a run whose rows were all set aside, a replay brings them. */
async function assertNotReplayed(tx: Tx, run: Run): Promise<void> {
  const replay = await findReplay(tx, run.id)
  if (replay !== undefined)
    throw notRepeatable(run, `the run ${replay.id}, which is ${replay.state}, replays what it has set aside`)
}

function ingestedCount(document: JsonObject): number {
  const metrics: unknown = document['metrics']
  const records: unknown = isObject(metrics) ? metrics['recordSummary'] : undefined
  return isObject(records) ? Number(records['outputRecordCount'] ?? 0) : 0
}

/**
 * Rows would arrive twice beside a later run (a repetition, or one that was asked for) that has brought the whole
 * window, alone or up to where the flow stands now, or that may bring a part of it. What the flow brought before
 * the run is no rival: whoever asked for the window wanted it again.
 */
async function assertUnrivalled(db: Database, run: Run, deliveredToMs: number | null): Promise<void> {
  const [from, to] = [sql`coalesce(window_start, 0)`, sql`coalesce(window_end, ${END_OF_TIME}::bigint)`]
  const [start, end] = [run.window_start ?? 0, run.window_end ?? END_OF_TIME]
  const isDelivered = deliveredToMs !== null && deliveredToMs >= end
  const { rows } = await sql<{ id: string; state: Run['state'] }>`
    select id, state from flow_run
    where flow_id = ${run.flow_id} and id <> ${run.id} and created_at >= ${run.created_at} and origin <> 'replay'
      and (
        state in ('scheduled', 'queued', 'inProgress') and ${from} < ${end} and ${to} > ${start}
        or state = 'success' and (document #>> '{metrics,recordSummary,outputRecordCount}')::bigint > 0
          and (${from} <= ${start} and ${to} >= ${end} or ${isDelivered} and ${from} < ${end} and ${to} > ${start})
      )
    order by created_at desc
    limit 1
  `.execute(db)
  const [rival] = rows
  if (rival === undefined) return
  const what = rival.state === 'success' ? 'has brought' : 'is about to bring'
  throw notRepeatable(run, `the run ${rival.id}, which is ${rival.state}, ${what} its window`)
}

/** Later than any time that a window can have. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER

function notRepeatable({ id }: Run, reason: string): FlowProblem {
  return new FlowProblem('1422-400', `The action re-trigger does not apply to ${id}: ${reason}.`, { id })
}
