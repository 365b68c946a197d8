import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type RowOrigin, valueColumns } from '#engine/row-origin.ts'
import type { ExtractTask, LaneTask, SliceOutput, SliceTask } from '#engine/task.ts'
import { newUuid } from '#kit/ids.ts'
import { NOTHING_TO_WRITE, type StepHandler } from '#queue/step-queue.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { loadFlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { findRun } from '#services/flow-service/runs/run-store.ts'
import { formatRelationPath, parseRelationPath } from '#source/postgres/explore/relation-path.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { askForProof, type SourceProof } from '#source/postgres/proof/source-proof.ts'
import { copyStatement } from '#source/postgres/read/copy-statement.ts'
import type { Slice, SliceRange } from '#source/postgres/read/plan-slices.ts'
import type { Tx } from '#store/database.ts'
import { assertArrived, assertProven } from './assert-proven.ts'
import type { RunDependencies } from './dependencies.ts'
import { lockActiveRun } from './locks.ts'
import { recoverStep } from './recover-step.ts'
import { isHeldSlice } from './replay/held-slice.ts'
import { heldTask } from './replay/held-task.ts'
import { RunFailedError } from './run-failed-error.ts'
import { isUnderWay } from './run-state.ts'
import { SliceBells } from './slice-bells.ts'
import {
  countSlices,
  findPendingSlice,
  finishSlice,
  type SliceKey,
  type SliceResult,
  toStoredSummary,
} from './slice-ledger.ts'
import { SliceWatch } from './slice-watch.ts'
import { MAX_SNAPSHOT_AGE_MS } from './snapshot-age.ts'
import { fromStored, type StoredRunPlan } from './stored-plan.ts'
import { submitCommit } from './submit-step.ts'
import { diagnosticsFolder, diagnosticsName, shownDiagnosticsName } from './tidy-diagnostics.ts'

/**
 * `run.extract`: one slice becomes one verified part file in the lake, to which nothing refers yet. The
 * transaction that records the last slice of the epoch submits the commit.
 */
export function extractStep(deps: RunDependencies, bells = new SliceBells()): StepHandler {
  return {
    run: async ({ payload, attempt }, signal) => {
      const key = { runId: payload.runId, epoch: payload.epoch ?? -1, ordinal: payload.ordinal ?? -1 }
      const work = await findWork(deps, key)
      if (work === undefined) return NOTHING_TO_WRITE
      using watch = new SliceWatch(deps, key)
      try {
        const result = await extract(deps, work, { watch, signal })
        return {
          write: (tx) => recordSlice(tx, deps, { work, attempt, result }),
          afterCommit: async () => bells.ring(key.runId),
        }
      } catch (error) {
        if (watch.isUnwanted && !signal.aborted) return NOTHING_TO_WRITE
        throw error
      }
    },
    recover: recoverStep(deps, 'run.extract'),
  }
}

/** A slice that waits for its result. */
export interface SliceWork {
  readonly key: SliceKey
  readonly run: Run
  readonly plan: StoredRunPlan
  readonly slice: Slice
  /** Where the source is, for who knows. */
  readonly target?: ConnectionTarget | undefined
}

/** `undefined` when there is nothing to do: the run has ended, has a newer epoch, or has the slice already. */
async function findWork(deps: RunDependencies, key: SliceKey): Promise<SliceWork | undefined> {
  const run = await findRun(deps.db, key.runId)
  if (run === undefined || !isUnderWay(run, key.epoch)) return undefined
  const slice = await findPendingSlice(deps.db, key)
  return slice && { key, run, plan: fromStored(run.plan), slice }
}

interface Supervision {
  readonly watch: SliceWatch
  readonly signal: AbortSignal
}

/**
 * Brings a verified part file into the lake, to which nothing refers yet.
 * @throws SliceError, SourceError, RunFailedError; the reason of a signal
 */
export async function extract(
  deps: RunDependencies,
  work: SliceWork,
  { watch, signal }: Supervision,
): Promise<SliceResult> {
  const folder = await makeSpoolFolder(deps, work.key)
  try {
    const ended = AbortSignal.any([signal, watch.unwanted])
    const task = await makeTask(deps, work, { folder, signal: ended })
    const output = await deps.engine.extract(task, {
      signal: ended,
      onProgress: (progress) => watch.report(progress),
    })
    assertProven(output.proof)
    const source = 'files' in task ? undefined : await proveBySource(work, task, output, ended)
    return { ...(await deliver(deps, work, task, output)), source }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeSpoolFolder({ spoolDir }: RunDependencies, { runId, ordinal }: SliceKey): Promise<string> {
  const prefix = join(spoolDir, `${runId}-${ordinal}-`)
  return mkdtemp(prefix).catch(async () => {
    await mkdir(spoolDir, { recursive: true })
    return mkdtemp(prefix)
  })
}

/** At the level `source` PostgreSQL says itself what the slice holds. @throws RunFailedError HW-SOURCE-MISMATCH */
async function proveBySource(
  { plan, slice }: SliceWork,
  { source: target, snapshotId, statementTimeoutMs }: ExtractTask,
  { arrived }: SliceOutput,
  signal: AbortSignal,
): Promise<SourceProof | undefined> {
  if (arrived === undefined) return undefined
  const { where } = plan
  const columns = valueColumns(plan.columns, plan.origin)
  const told = await askForProof({ target, snapshotId, slice, columns, where, signal, statementTimeoutMs })
  assertArrived(told, arrived)
  return told
}

async function makeTask(
  deps: RunDependencies,
  work: SliceWork,
  place: { readonly folder: string; readonly signal: AbortSignal },
): Promise<LaneTask> {
  const { plan, run, slice } = work
  const common = commonTask(work, place.folder)
  if (isHeldSlice(slice)) return { ...common, ...(await heldTask(deps.storage, { plan, slice }, place)) }
  const target = work.target ?? (await loadFlowPlanInputs(deps, run.flow_id)).target
  return {
    ...common,
    source: target,
    snapshotId: plan.snapshotId,
    sql: copyStatement(slice, plan.columns, plan.where),
    refusesRowSecurity: plan.refusesRowSecurity,
    statementTimeoutMs: deps.maxSnapshotAgeMs ?? MAX_SNAPSHOT_AGE_MS,
    columns: plan.columns,
    origin: originOf(plan, slice),
  }
}

function commonTask({ key, plan }: SliceWork, folder: string): Omit<SliceTask, 'columns'> {
  return {
    mapping: plan.mapping,
    fields: plan.fields,
    partPath: join(folder, 'part.parquet'),
    diagnosticsPath: plan.hasDiagnostics ? join(folder, shownDiagnosticsName(key)) : undefined,
    keyValues: { 'headwater.run-id': key.runId, 'headwater.slice': `${key.epoch}/${key.ordinal}` },
    nowMs: plan.nowMs,
    verify: plan.verify,
  }
}

/** As explore and flows name it. */
function pathOf(quoted: string): string {
  const { schema = '', name } = parseRelationPath(quoted)
  return formatRelationPath(schema, name)
}

/** A slice is of one relation, or its rows say of which of several they are. */
function originOf({ origin }: StoredRunPlan, { ranges }: Slice): RowOrigin | undefined {
  const stores = ranges.flatMap(
    (range): readonly Pick<SliceRange, 'oid' | 'relation'>[] =>
      (range.kind === 'whole' && range.parts) || [range],
  )
  const named = stores.map(({ oid, relation }) => [String(oid), pathOf(relation)] as const)
  return origin && { ...origin, relations: Object.fromEntries(named) }
}

/** Moves the slice's files into the lake, under names of this attempt alone. */
async function deliver(
  deps: RunDependencies,
  { key, run, plan }: SliceWork,
  task: LaneTask,
  output: SliceOutput,
): Promise<SliceResult> {
  const table = await lakeTableOf(deps.db, plan.datasetId)
  if (table === undefined) throw new RunFailedError('promotion', 'The dataset of this run has been deleted.')
  const attemptId = newUuid()
  const { part, proof, hasDiagnostics, arrived: _arrived, ...counts } = output
  const partKey = `${table.location}/data/${run.id}-${key.epoch}-${key.ordinal}-${attemptId}.parquet`
  const diagnosticsKey =
    diagnosticsFolder(table.location, run.batch_id ?? '') + diagnosticsName(key, attemptId)
  if (part !== undefined) await deps.storage.putFile(partKey, task.partPath)
  if (hasDiagnostics) await deps.storage.putFile(diagnosticsKey, task.diagnosticsPath ?? '')
  return {
    ...counts,
    part: part && { key: partKey, summary: toStoredSummary(part) },
    proof,
    diagnosticsKey: hasDiagnostics ? diagnosticsKey : undefined,
  }
}

/** Writes the result of a slice into the ledger; the last one of the epoch submits the commit. */
export async function recordSlice(
  tx: Tx,
  deps: RunDependencies,
  {
    work,
    attempt,
    result,
  }: { readonly work: SliceWork; readonly attempt: number; readonly result: SliceResult },
): Promise<void> {
  const { key, plan } = work
  // The row lock makes the last of the slices see that it is the last.
  const run = await lockActiveRun(tx, key.runId, key.epoch)
  if (run === undefined) return
  await finishSlice(tx, key, { attempt, result, nowMs: deps.now() })
  const { pending } = await countSlices(tx, key.runId, key.epoch)
  if (pending === 0) await submitCommit(tx, deps.queue, { plan, runId: key.runId, epoch: key.epoch })
}
