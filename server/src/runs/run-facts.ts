import type { Run } from '#services/flow-service/runs/run.ts'
import type { Database } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import type { RunFacts } from './run-document.ts'
import { findCopiedAt } from './slice-ledger.ts'
import { fromStored } from './stored-plan.ts'

/** What the documents of a run repeat of its flow. The flow may be gone by now. */
export async function factsOf(
  db: Database,
  deps: Pick<RunDependencies, 'now' | 'publicUrl'>,
  run: Run,
): Promise<RunFacts> {
  const flow = await db
    .selectFrom('flow')
    .select(['source_connection_id', 'target_connection_id', 'document'])
    .where('id', '=', run.flow_id)
    .executeTakeFirst()
  const schedule = flow?.document['scheduleParams'] as { readonly frequency?: string } | undefined
  const startedAtMs = run.started_at ?? deps.now()
  const plan = run.plan === null ? undefined : fromStored(run.plan)
  const copiedAtMs = await findCopiedAt(db, run)
  return {
    runId: run.id,
    sourceConnectionId: flow?.source_connection_id ?? '',
    targetConnectionId: flow?.target_connection_id ?? '',
    batchId: run.batch_id ?? undefined,
    startedAtMs,
    // Slices are done by whichever server, and clocks differ.
    copiedAtMs: copiedAtMs && Math.max(startedAtMs, copiedAtMs),
    windowStartMs: run.window_start ?? undefined,
    windowEndMs: run.window_end ?? undefined,
    isRecurring: schedule?.frequency !== undefined && schedule.frequency !== 'once',
    hasDiagnostics: plan?.hasDiagnostics === true,
    drift: plan?.drift,
    replayOf: plan?.replay?.of,
    publicUrl: deps.publicUrl(),
  }
}
