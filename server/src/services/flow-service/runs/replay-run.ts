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
 * Brings in the rows that a run has set aside, by mapping and schema as they are now, as a new run that names the old
 * one as its predecessor. A row comes in once: what fails again is set aside by the new run, and is replayed from
 * there.
 *
 * @throws {FlowProblem} 1422 unless the run has landed and set rows aside that are still kept and that no other run
 *   has brought since or is about to
 */
export async function replayRun(
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
    if (flow.state !== 'enabled') throw actionNotApplicable('replay', flow.state, ENABLE_FIRST)
    assertHasRows(run)
    await assertFirst(tx, run)
    if (!(await deps.areRowsHeld(run)))
      throw notReplayable(run, 'its rows are gone, as they are kept for 30 days (HW-QUARANTINE-GONE)')
    return await insertReplay(tx, deps, scope, { run, flow })
  })
}

async function insertReplay(
  tx: Tx,
  deps: FlowServiceDependencies,
  scope: Scope,
  { run, flow }: { readonly run: Run; readonly flow: FlowRow },
): Promise<Run> {
  const nowMs = deps.now()
  const replay = await insertRun(tx, {
    flow,
    origin: 'replay',
    replays: run.id,
    scheduledFor: nowMs,
    window: { startMs: null, endMs: null },
    predecessors: [{ flowId: flow.id, flowRunId: run.id, flowSpec: run.document['flowSpec'] }],
    actor: scope,
    nowMs,
  })
  if (replay === undefined) throw notFound(RUNS.name, run.id)
  if (replay.state === 'queued') await deps.submitRun(tx, replay)
  return replay
}

function assertHasRows(run: Run): void {
  if (run.state === 'failed' || run.state === 'cancelled')
    throw notReplayable(
      run,
      'nothing of it was ingested. Mend the mapping and use re-trigger, which brings all',
    )
  if (run.state !== 'success') throw notReplayable(run, `it is ${run.state}. Wait for its end`)
  if (failedCount(run.document) === 0) throw notReplayable(run, 'it has set no row aside')
  if (!holdsRows(run))
    throw notReplayable(
      run,
      'its rows were counted and not kept. Turn errorDiagnosticsEnabled on for the next run',
    )
}

function failedCount({ metrics }: JsonObject): number {
  const records: unknown = isObject(metrics) ? metrics['recordSummary'] : undefined
  return isObject(records) ? Number(records['failedRecordCount'] ?? 0) : 0
}

/** Rows of runs of before replays have no exact values. */
function holdsRows({ plan }: Run): boolean {
  return plan !== null && plan['hasDiagnostics'] === true && ('origin' in plan || 'replay' in plan)
}

/** @throws {FlowProblem} 1422 when the rows came in since, or are about to */
async function assertFirst(tx: Database, run: Run): Promise<void> {
  const replay = await findReplay(tx, run.id)
  if (replay !== undefined) {
    const what = replay.state === 'success' ? 'has replayed' : 'is about to replay'
    const then = replay.state === 'success' ? ', which has what failed again' : ''
    throw notReplayable(run, `the run ${replay.id} ${what} its rows${then}`)
  }
  const { rows } = await sql<{ id: string }>`
    select id from flow_run
    where flow_id = ${run.flow_id} and origin = 'retry' and state not in ('failed', 'cancelled')
      and document #>> '{predecessors,0,flowRunId}' = ${run.id}
  `.execute(tx)
  const [retry] = rows
  if (retry !== undefined) throw notReplayable(run, `the run ${retry.id} has repeated it`)
}

function notReplayable({ id }: Run, reason: string): FlowProblem {
  return new FlowProblem('1422-400', `The action replay does not apply to ${id}: ${reason}.`, { id })
}
