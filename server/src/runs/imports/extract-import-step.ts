import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RECORD_COLUMNS } from '#engine/record-columns.ts'
import type { ImportTask, SliceOutput } from '#engine/task.ts'
import { newUuid } from '#kit/ids.ts'
import { type ImportPayload, NOTHING_TO_WRITE, type StepHandler } from '#queue/step-queue.ts'
import { assertProven } from '#runs/assert-proven.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { RunFailedError } from '#runs/run-failed-error.ts'
import { type SliceResult, toStoredSummary } from '#runs/slice-ledger.ts'
import { diagnosticsFolder } from '#runs/tidy-diagnostics.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { type Tx, transact } from '#store/database.ts'
import { fetchInputs } from './fetch-inputs.ts'
import {
  advance,
  findActiveImport,
  findPendingPaths,
  finishImportSlice,
  type ImportSliceKey,
  lockActiveImport,
  planOf,
} from './import-ledger.ts'
import type { ImportPlan } from './import-plan.ts'
import { recoverImport } from './recover-import.ts'
import { submitImportCommit } from './submit-import.ts'

/**
 * `import.extract`: some files of a batch become one verified part file in the lake, to which nothing refers yet.
 * The transaction that records the last slice submits the commit.
 */
export function extractImportStep(deps: RunDependencies): StepHandler<ImportPayload> {
  return {
    run: async ({ payload }, signal) => {
      const { batchId, epoch = -1, ordinal = -1 } = payload
      const key: ImportSliceKey = { batchId, epoch, ordinal }
      const work = await findWork(deps, key)
      if (work === undefined) return NOTHING_TO_WRITE
      await transact(deps.db, async (tx) => {
        const current = await lockActiveImport(tx, batchId, epoch)
        if (current !== undefined) await advance(tx, current, 'processing', deps.now())
      })
      const result = await extract(deps, work, signal)
      return { write: (tx) => record(tx, deps, work, result) }
    },
    recover: recoverImport(deps, 'import.extract'),
  }
}

interface SliceWork {
  readonly key: ImportSliceKey
  readonly plan: ImportPlan
  readonly paths: readonly string[]
}

async function findWork(deps: RunDependencies, key: ImportSliceKey): Promise<SliceWork | undefined> {
  const found = await findActiveImport(deps.db, key.batchId, key.epoch)
  if (found === undefined) return undefined
  const paths = await findPendingPaths(deps.db, key)
  return paths && { key, plan: planOf(found), paths }
}

async function extract(deps: RunDependencies, work: SliceWork, signal: AbortSignal): Promise<SliceResult> {
  await mkdir(deps.spoolDir, { recursive: true })
  const folder = await mkdtemp(join(deps.spoolDir, `${work.key.batchId}-${work.key.ordinal}-`))
  try {
    const task = await makeTask(deps, work, { folder, signal })
    const output = await deps.engine.extract(task, { signal, onProgress: () => {} })
    assertProven(output.proof)
    return await deliver(deps, work, task, output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeTask(
  deps: RunDependencies,
  { key, plan, paths }: SliceWork,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<ImportTask> {
  const { batchId, ordinal, epoch } = key
  const isWhole = plan.format.kind === 'parquet'
  const shown = (name: string) => (plan.hasDiagnostics ? join(folder, name) : undefined)
  return {
    files: await fetchInputs(deps, { batchId, paths, folder, isWhole, signal }),
    format: plan.format,
    columns: RECORD_COLUMNS,
    mapping: plan.mapping,
    fields: plan.fields,
    partPath: join(folder, 'part.parquet'),
    diagnosticsPath: shown(`conversion_errors_${ordinal}.json`),
    parsingErrorsPath: shown(`parsing_errors_${ordinal}.json`),
    keyValues: { 'headwater.batch-id': batchId, 'headwater.slice': `${epoch}/${ordinal}` },
    nowMs: plan.nowMs,
  }
}

/** Moves the slice's files into the lake, under names of this attempt alone. */
async function deliver(
  { db, storage }: RunDependencies,
  { key, plan }: SliceWork,
  task: ImportTask,
  output: SliceOutput,
): Promise<SliceResult> {
  const table = await lakeTableOf(db, plan.datasetId)
  if (table === undefined)
    throw new RunFailedError('promotion', 'The dataset of this batch has been deleted.')
  const { batchId, epoch, ordinal } = key
  const attemptId = newUuid()
  const { part, proof, hasDiagnostics, hasParsingErrors, ...counts } = output
  const partKey = `${table.location}/data/${batchId}-${epoch}-${ordinal}-${attemptId}.parquet`
  const folder = diagnosticsFolder(table.location, batchId)
  const keyOf = (kind: string) => `${folder}${kind}_errors_${ordinal}_${epoch}-${attemptId}.json`
  if (part !== undefined) await storage.putFile(partKey, task.partPath)
  if (hasDiagnostics) await storage.putFile(keyOf('conversion'), task.diagnosticsPath ?? '')
  if (hasParsingErrors === true) await storage.putFile(keyOf('parsing'), task.parsingErrorsPath ?? '')
  return {
    ...counts,
    part: part && { key: partKey, summary: toStoredSummary(part) },
    proof,
    diagnosticsKey: hasDiagnostics ? keyOf('conversion') : undefined,
    parsingErrorsKey: hasParsingErrors === true ? keyOf('parsing') : undefined,
  }
}

async function record(
  tx: Tx,
  deps: RunDependencies,
  { key, plan }: SliceWork,
  result: SliceResult,
): Promise<void> {
  // The lock makes the last of the slices see that it is the last.
  const current = await lockActiveImport(tx, key.batchId, key.epoch)
  if (current === undefined) return
  if ((await finishImportSlice(tx, key, result)) > 0) return
  const payload = { v: 1, batchId: key.batchId, epoch: key.epoch } as const
  await advance(tx, current, 'staging', deps.now())
  await submitImportCommit(tx, deps.queue, { datasetId: plan.datasetId, payload })
}
