import type { DataFile } from '#lake/iceberg/data-file.ts'
import { stageAppend } from '#lake/iceberg/stage-append.ts'
import { stageRemoval } from '#lake/iceberg/stage-removal.ts'
import { readTable } from '#lake/iceberg/table.ts'
import {
  type ImportPayload,
  NOTHING_TO_WRITE,
  type StepHandler,
  type StepOutcome,
} from '#queue/step-queue.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { PointerMovedError, type StagedCommit } from '#runs/move-pointer.ts'
import type { RunMessage, RunTotals } from '#runs/run-document.ts'
import { RunFailedError } from '#runs/run-failed-error.ts'
import { messagesOf, totalsOf } from '#runs/run-totals.ts'
import { fromStoredSummary, type SliceResult } from '#runs/slice-ledger.ts'
import { evolutionToCommit, TableEvolvedError } from '#runs/table-evolution.ts'
import { exceedsThreshold } from '#runs/threshold.ts'
import { findCompactions } from '#services/catalog/compactions.ts'
import { type LakeTablePointer, lakeTableOf } from '#services/catalog/dataset-store.ts'
import { type Database, transact } from '#store/database.ts'
import {
  advance,
  findActiveImport,
  type Import,
  listImportResults,
  lockActiveImport,
  planOf,
} from './import-ledger.ts'
import type { ImportPlan } from './import-plan.ts'
import { announceImport, type ImportLanding, landImport } from './land-import.ts'
import { recoverImport } from './recover-import.ts'
import { submitImport } from './submit-import.ts'

/**
 * `import.commit`: checks the error threshold, writes the table's new metadata files, without the files of batches
 * that are replaced, and then, in one SQL transaction, moves the pointer and ends the batch.
 */
export function commitImportStep(deps: RunDependencies): StepHandler<ImportPayload> {
  const recover = recoverImport(deps, 'import.commit')
  return {
    run: async ({ payload: { batchId, epoch = -1 } }) => {
      const found = await findActiveImport(deps.db, batchId, epoch)
      return found === undefined ? NOTHING_TO_WRITE : commit(deps, found)
    },
    recover: async (attempt, error) => {
      // Another commit was faster, which is no error: the next attempt stages on top of it.
      if (error instanceof PointerMovedError) return undefined
      const { batchId, epoch } = attempt.payload
      // What was made of the files doesn't fit the table any more.
      if (error instanceof TableEvolvedError) return planAgain(deps, { batchId, epoch })
      return recover(attempt, error)
    },
  }
}

async function commit(deps: RunDependencies, found: Import): Promise<StepOutcome> {
  const plan = planOf(found)
  const results = await listImportResults(deps.db, found)
  const totals = totalsOf(results)
  const messages = messagesOf(results, totals, plan.hasDiagnostics)
  assertTolerable(plan, totals, messages)
  const table = await lakeTableOf(deps.db, plan.datasetId)
  if (table === undefined)
    throw new RunFailedError('promotion', 'The dataset of this batch has been deleted.')
  const files = filesOf(results)
  const replaced = await replacedFiles(deps.db, plan)
  const isStaged = files.length > 0 || replaced.length > 0
  const staged = isStaged ? await stage(deps, { found, plan, table, files, replaced }) : undefined
  await transact(deps.db, async (tx) => {
    const current = await lockActiveImport(tx, found.batchId, found.epoch)
    if (current !== undefined) await advance(tx, current, 'staged', deps.now())
  })
  const landing: ImportLanding = { found, plan, table, totals, messages, files, staged }
  let hasLanded = false
  return {
    write: async (tx) => {
      hasLanded = await landImport(tx, deps, landing)
    },
    afterCommit: async () => {
      if (hasLanded) await announceImport(deps, landing)
    },
  }
}

/** The failure says nothing of its own: what the rows suffer from is told as for a batch that succeeds. */
function assertTolerable(plan: ImportPlan, totals: RunTotals, messages: readonly RunMessage[]): void {
  if (!exceedsThreshold(totals, plan.tolerancePercent)) return
  const [summary, ...details] = messages
  const tolerated =
    plan.tolerancePercent === undefined
      ? 'none is tolerated, as partialIngestionPercent is not set'
      : `${plan.tolerancePercent} % are tolerated`
  const message = `${totals.rowsRejected} of ${totals.rowsRead} rows have errors, and ${tolerated}. Nothing was ingested. ${summary?.message ?? ''}`
  throw new RunFailedError('promotion', message.trim(), { code: summary?.code, details })
}

function filesOf(results: readonly SliceResult[]): DataFile[] {
  return results.flatMap(({ part }) =>
    part === undefined ? [] : [{ key: part.key, summary: fromStoredSummary(part.summary) }],
  )
}

/** Files of the batches that this one replaces, as far as their rows are still seen. */
async function replacedFiles(db: Database, { predecessors, datasetId }: ImportPlan): Promise<string[]> {
  if (predecessors.length === 0) return []
  const rows = await db
    .selectFrom('batch_file')
    .innerJoin('batch', 'batch.id', 'batch_file.batch_id')
    .select('batch_file.key')
    .where('batch.id', 'in', predecessors)
    .where('batch.dataset_id', '=', datasetId)
    .where('batch.status', '=', 'success')
    .execute()
  return rows.map(({ key }) => key)
}

interface Staging {
  readonly found: Import
  readonly plan: ImportPlan
  readonly table: LakeTablePointer
  readonly files: readonly DataFile[]
  readonly replaced: readonly string[]
}

/** Readers never see a snapshot between the two: the pointer moves once. @throws TableEvolvedError */
async function stage(
  { db, storage, now }: RunDependencies,
  { found: { batchId }, plan, table, files, replaced }: Staging,
): Promise<StagedCommit> {
  const { fields } = await readTable(storage, table.metadataKey)
  const evolution = plan.evolution && evolutionToCommit(fields, plan.evolution)
  const removed =
    replaced.length === 0
      ? table
      : await stageRemoval(storage, table.metadataKey, {
          keys: replaced,
          compacted: await findCompactions(db, plan.datasetId, replaced),
          summary: { 'headwater.replaced-by-batch-id': batchId },
          retention: table.retention,
          nowMs: now(),
        })
  const staged = await stageAppend(storage, removed.metadataKey, {
    files,
    summary: { 'headwater.batch-id': batchId },
    fields: evolution?.after,
    retention: table.retention,
    nowMs: now(),
  })
  const expired = [...('expired' in removed ? removed.expired : []), ...staged.expired]
  return { ...staged, expired, lastColumnId: evolution?.lastColumnId ?? table.lastColumnId }
}

function planAgain(
  deps: RunDependencies,
  { batchId, epoch }: { readonly batchId: string; readonly epoch: number | undefined },
): StepOutcome {
  return {
    write: async (tx) => {
      if ((await lockActiveImport(tx, batchId, epoch)) !== undefined)
        await submitImport(tx, deps.queue, batchId)
    },
  }
}
