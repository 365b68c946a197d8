import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { RUNS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertCurrent } from '#services/flow-service/entities/if-match.ts'
import { findFlowRow } from '#services/flow-service/flows/flow-reader.ts'
import { actionNotApplicable, FlowProblem, notFound } from '#services/flow-service/problems.ts'
import { type Database, transact } from '#store/database.ts'
import type { Run } from './run.ts'
import { insertRun, lockScopedRun } from './run-store.ts'

/**
 * Repeats a run over its original window, as a new run that names the old one as its predecessor.
 *
 * @throws {FlowProblem} 1422 unless the run failed, or succeeded without any record, and nothing has delivered
 *   its window since
 */
export async function retriggerRun(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch }: ChangeRequest,
): Promise<Run> {
  return await transact(deps.db, async (tx) => {
    const run = await lockScopedRun(tx, scope, id)
    if (run === undefined) throw notFound(RUNS.name, id)
    assertCurrent(run.document, ifMatch)
    const flow = await findFlowRow(tx, scope, run.flow_id)
    if (flow === undefined)
      throw new FlowProblem('1430-400', `The flow ${run.flow_id} is not found.`, { id: run.flow_id })
    if (flow.state !== 'enabled') throw actionNotApplicable('re-trigger', flow.state)
    assertRepeatable(run, flow.watermark_at)
    await assertNewest(tx, run)
    const predecessor: JsonObject = { flowId: flow.id, flowRunId: run.id, flowSpec: run.document['flowSpec'] }
    const nowMs = deps.now()
    const retry = await insertRun(tx, {
      flow,
      origin: 'retry',
      scheduledFor: nowMs,
      window: { startMs: run.window_start, endMs: run.window_end },
      params: isObject(run.document['params']) ? (run.document['params'] as JsonObject) : {},
      predecessors: [predecessor],
      actor: scope,
      nowMs,
    })
    if (retry === undefined) throw notFound(RUNS.name, id)
    if (retry.state === 'queued') await deps.submitRun(tx, retry)
    return retry
  })
}

function assertRepeatable(run: Run, deliveredToMs: number | null): void {
  if (run.state === 'success' && ingestedCount(run.document) === 0) return
  if (run.state !== 'failed' && run.state !== 'cancelled') throw actionNotApplicable('re-trigger', run.state)
  // A later run took the failed window along with its own; its rows would arrive twice.
  if (deliveredToMs !== null && run.window_end !== null && deliveredToMs >= run.window_end) {
    throw new FlowProblem(
      '1422-400',
      `The action re-trigger does not apply: a later run has delivered the window of ${run.id}.`,
      { id: run.id },
    )
  }
}

function ingestedCount(document: JsonObject): number {
  const metrics: unknown = document['metrics']
  const records: unknown = isObject(metrics) ? metrics['recordSummary'] : undefined
  const { inputRecordCount = 0, outputRecordCount = 0 } = isObject(records) ? records : {}
  return Math.max(Number(inputRecordCount), Number(outputRecordCount))
}

/**
 * A run is repeated once; after that its newest attempt is what can be repeated. A repetition names it first among
 * its predecessors, whoever adds others.
 */
async function assertNewest(db: Database, run: Run): Promise<void> {
  const { rows } = await sql<{ id: string; state: Run['state'] }>`
    select id, state from flow_run
    where flow_id = ${run.flow_id} and origin = 'retry' and document #>> '{predecessors,0,flowRunId}' = ${run.id}
    order by created_at desc
    limit 1
  `.execute(db)
  const [newest] = rows
  if (newest === undefined || newest.state === 'failed' || newest.state === 'cancelled') return
  throw new FlowProblem(
    '1422-400',
    `The action re-trigger does not apply: ${newest.id} repeats ${run.id} already and is ${newest.state}.`,
    { id: run.id },
  )
}
