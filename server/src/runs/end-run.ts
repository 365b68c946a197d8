import { completeBatch } from '#services/catalog/batch-store.ts'
import type { Run } from '#services/flow-service/run.ts'
import { queueNextRun, saveRun } from '#services/flow-service/run-store.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { failureDocument, type RunFacts, type RunTotals } from './run-document.ts'
import { factsOf } from './run-facts.ts'
import { totalsOf } from './run-totals.ts'
import { listSliceResults } from './slice-ledger.ts'
import { messageOf, type RunFailedError } from './step-failure.ts'

/**
 * Takes a run for a change, if it is still under way (in the given epoch, when there is one): nobody else ends
 * it, or starts a new epoch of it, until the transaction ends.
 */
export async function lockActiveRun(tx: Tx, runId: string, epoch?: number): Promise<Run | undefined> {
  const run = await tx
    .selectFrom('flow_run')
    .selectAll()
    .where('id', '=', runId)
    .forUpdate()
    .executeTakeFirst()
  const isActive = run?.state === 'queued' || run?.state === 'inProgress'
  return isActive && (epoch === undefined || run.epoch === epoch) ? run : undefined
}

/** Moves on to the flow's next run, if one waits. Called in the transaction that ends a run. */
export async function startNextRun(tx: Tx, deps: RunDependencies, flowId: string): Promise<void> {
  const next = await queueNextRun(tx, flowId, deps.now())
  if (next !== undefined) await deps.queue.submit(tx, 'run.plan', { v: 1, runId: next.id })
}

/** Ends a run as failed, with its batch. Nothing of it becomes visible; does nothing if it has ended already. */
export async function failRun(
  tx: Tx,
  deps: RunDependencies,
  runId: string,
  failure: RunFailedError,
): Promise<void> {
  const run = await lockActiveRun(tx, runId)
  if (run === undefined) return
  const nowMs = deps.now()
  const totals = totalsOf(await listSliceResults(tx, runId, run.epoch))
  const facts = await factsOf(tx, deps, run)
  await saveRun(tx, runId, {
    state: 'failed',
    startedAt: facts.startedAtMs,
    completedAt: nowMs,
    documentPatch: failureDocument(
      facts,
      totals,
      { stage: failure.stage, messages: [messageOf(failure)] },
      nowMs,
    ),
    nowMs,
  })
  await failBatch(tx, { facts, totals, failure, nowMs })
  await startNextRun(tx, deps, run.flow_id)
  deps.log.warn({ runId, flowId: run.flow_id, code: failure.code, reason: failure.message }, 'run failed')
}

async function failBatch(
  tx: Tx,
  {
    facts,
    totals,
    failure,
    nowMs,
  }: { facts: RunFacts; totals: RunTotals; failure: RunFailedError; nowMs: number },
): Promise<void> {
  if (facts.batchId === undefined) return
  await completeBatch(tx, facts.batchId, {
    status: 'failed',
    metrics: { outputRecordCount: 0, failedRecordCount: totals.rowsRead, inputByteSize: totals.bytesRead },
    errors: [{ code: failure.code, description: failure.message }],
    files: [],
    nowMs,
  })
}
