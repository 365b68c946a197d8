import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '@headwater/server/engine/engine.ts'
import type { LaneTask, SliceOutput } from '@headwater/server/engine/task.ts'
import { NOTHING_TO_WRITE, type StepHandler } from '@headwater/server/queue/step-queue.ts'
import type { RunDependencies } from '@headwater/server/runs/dependencies.ts'
import { goShortWay } from '@headwater/server/runs/short-way.ts'
import { SliceBells } from '@headwater/server/runs/slice-bells.ts'
import { fromStoredSummary, type SliceResult, waitsForSlices } from '@headwater/server/runs/slice-ledger.ts'
import { markHeld, markReleased } from '@headwater/server/runs/snapshot-ledger.ts'
import { startEpoch } from '@headwater/server/runs/start-epoch.ts'
import { fromStored, type StoredRunPlan } from '@headwater/server/runs/stored-plan.ts'
import { loadFlowPlanInputs } from '@headwater/server/services/flow-service/flows/plan-inputs.ts'
import { findRun } from '@headwater/server/services/flow-service/runs/run-store.ts'
import type { Slice } from '@headwater/server/source/postgres/read/plan-slices.ts'
import { transact } from '@headwater/server/store/database.ts'
import type pg from 'pg'

/** What a real run has planned and delivered; all others are like it. */
export interface Sample {
  readonly plan: StoredRunPlan
  readonly slice: Slice
  readonly result: SliceResult
}

export async function readSample(client: pg.Client): Promise<Sample> {
  const { rows } = await client.query(`
    select plan, slice, result from flow_run join run_slice on run_slice.run_id = flow_run.id
    where flow_run.state = 'success' and run_slice.state = 'done' limit 1`)
  const [row] = rows
  if (row === undefined) throw new Error('no run has landed')
  return { plan: fromStored(row.plan), slice: row.slice, result: row.result }
}

export interface StubOptions {
  readonly sample: Sample
  /** How long a slice takes; it costs no CPU here, since it would cost it elsewhere. */
  readonly sliceMs: number
  /** Of runs that do not go the short way. */
  readonly slicesPerRun: number
  /** Every so many-th run is one of those. */
  readonly slicedEvery: number
}

/** Lanes that copy nothing: they wait as long as a copy would take, and deliver what the sample delivered. */
export function stubEngine({ sample, sliceMs }: StubOptions): Engine {
  const { part, diagnosticsKey: _none, ...counts } = sample.result
  if (part === undefined) throw new Error('the sample has no rows')
  const output: SliceOutput = {
    ...counts,
    part: fromStoredSummary(part.summary),
    hasDiagnostics: false,
  }
  const extract = async (task: LaneTask): Promise<SliceOutput> => {
    await sleep(sliceMs)
    await writeFile(task.partPath, 'PAR1')
    return output
  }
  // @NOTE steps ask an engine for nothing else.
  return { extract } as unknown as Engine
}

const POLL_MS = 300
const BEAT_MS = 3_000

/** `run.plan` without a source: everything else that a planner reads, writes and waits for. */
export function stubPlanStep(
  deps: RunDependencies,
  options: StubOptions,
  bells = new SliceBells(),
): StepHandler {
  return {
    run: async (attempt, signal) => {
      const found = await findRun(deps.db, attempt.payload.runId)
      if (found === undefined) return NOTHING_TO_WRITE
      const { target, datasetId, connectionId } = await loadFlowPlanInputs(deps, found.flow_id)
      const plan = { ...options.sample.plan, datasetId, connectionId, nowMs: deps.now() }
      const isAlone = Number.parseInt(found.id.slice(0, 8), 16) % options.slicedEvery !== 0
      const slices = Array.from({ length: isAlone ? 1 : options.slicesPerRun }, () => options.sample.slice)
      const run = await transact(deps.db, async (tx) => {
        await attempt.assertOwned(tx)
        return startEpoch(tx, deps, { runId: found.id, plan, slices, isAlone })
      })
      if (run === undefined) return NOTHING_TO_WRITE
      const short = { run, slice: options.sample.slice, target, attempt, signal }
      if (isAlone) return (await goShortWay(deps, short)) ?? NOTHING_TO_WRITE
      await hold(deps, { runId: run.id, epoch: run.epoch, signal, bells })
      return NOTHING_TO_WRITE
    },
  }
}

/** As `holdUntilDone`, without the session. */
async function hold(
  { db, now }: RunDependencies,
  held: {
    readonly runId: string
    readonly epoch: number
    readonly signal: AbortSignal
    readonly bells: SliceBells
  },
): Promise<void> {
  const { runId, epoch, signal, bells } = held
  let nextMs = 0
  while (await waitsForSlices(db, runId, epoch)) {
    if (now() >= nextMs) {
      await markHeld(db, runId, epoch)
      nextMs = now() + BEAT_MS
    }
    await bells.wait(runId, POLL_MS, signal)
  }
  await markReleased(db, runId, epoch)
}
