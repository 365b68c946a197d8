import { batchErrorsOf } from '#services/catalog/batch-document.ts'
import { completeBatch } from '#services/catalog/batch-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { saveRun } from '#services/flow-service/runs/run-store.ts'
import { queueNextRun } from '#services/flow-service/runs/waiting-runs.ts'
import type { Tx } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { failureDocument, failureMessages, type RunTotals } from './run-document.ts'
import { factsOf } from './run-facts.ts'
import type { RunFailedError } from './run-failed-error.ts'
import { totalsOf } from './run-totals.ts'
import { listSliceResults } from './slice-ledger.ts'
import { submitPlan } from './submit-step.ts'

/** Moves on to the flow's next run, if one waits. Called in the transaction that ends a run. */
export async function startNextRun(tx: Tx, deps: RunDependencies, flowId: string): Promise<void> {
  const next = await queueNextRun(tx, flowId, deps.now())
  if (next !== undefined) await submitPlan(tx, deps.queue, next)
}

/** Ends a locked run as failed, with its batch. Nothing of it becomes visible. */
export async function failRun(
  tx: Tx,
  deps: RunDependencies,
  run: Run,
  failure: RunFailedError,
): Promise<void> {
  const nowMs = deps.now()
  const totals = totalsOf(await listSliceResults(tx, run.id, run.epoch))
  const facts = await factsOf(tx, deps, run)
  await saveRun(tx, run.id, {
    state: 'failed',
    startedAt: facts.startedAtMs,
    completedAt: nowMs,
    documentPatch: failureDocument(facts, totals, failure, nowMs),
    nowMs,
  })
  await failBatch(tx, { run, totals, failure, nowMs })
  await startNextRun(tx, deps, run.flow_id)
  deps.log.warn(
    { runId: run.id, flowId: run.flow_id, code: failure.code, reason: failure.message },
    'run failed',
  )
}

async function failBatch(
  tx: Tx,
  { run, totals, failure, nowMs }: { run: Run; totals: RunTotals; failure: RunFailedError; nowMs: number },
): Promise<void> {
  const { batch_id: batchId } = run
  // A run that was not planned has no batch; a dataset that is deleted takes its batches along.
  if (batchId === null || !(await hasBatch(tx, batchId))) return
  const { outer, inner } = failureMessages(failure)
  await completeBatch(tx, batchId, {
    status: 'failed',
    metrics: { outputRecordCount: 0, failedRecordCount: totals.rowsRead, inputByteSize: totals.bytesRead },
    errors: batchErrorsOf([...outer, ...inner]),
    files: [],
    nowMs,
  })
}

async function hasBatch(tx: Tx, id: string): Promise<boolean> {
  const row = await tx.selectFrom('batch').select('id').where('id', '=', id).executeTakeFirst()
  return row !== undefined
}
