import { NOTHING_TO_WRITE, type StepAttempt, type StepOutcome } from '#queue/step-queue.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { Slice } from '#source/postgres/read/plan-slices.ts'
import { type Tx, transact } from '#store/database.ts'
import type { RunDependencies } from './dependencies.ts'
import { extract, recordSlice, type SliceWork } from './extract-step.ts'
import { announce, land } from './land-run.ts'
import { PointerMovedError } from './move-pointer.ts'
import { prepareLanding } from './prepare-landing.ts'
import { answerError } from './recover-step.ts'
import type { SliceResult } from './slice-ledger.ts'
import { SliceWatch } from './slice-watch.ts'
import { fromStored } from './stored-plan.ts'
import { submitCommit } from './submit-step.ts'

/** What a planner reads itself: at most a second of work, in which nobody misses the steps that would do it. */
const MAX_SHORT_BYTES = 8 * 1024 * 1024

/** True of slices that are one, and so small that handing it on would cost more than to read it. */
export function isShort(
  { shortRunBytes = MAX_SHORT_BYTES }: Pick<RunDependencies, 'shortRunBytes'>,
  slices: readonly Slice[],
): boolean {
  const [slice, ...others] = slices
  if (slice === undefined || others.length > 0 || slice.sizeBytes > shortRunBytes) return false
  // Of what is read whole and stored nobody knows where (views, foreign tables), nobody knows how long it takes.
  return slice.ranges.every((range) => range.kind === 'blocks' || range.parts !== undefined)
}

/** A run whose planner has written plan, epoch and slice, and holds its snapshot. */
export interface ShortRun {
  readonly run: Run
  readonly slice: Slice
  readonly target: ConnectionTarget
  readonly attempt: StepAttempt
  readonly signal: AbortSignal
}

/**
 * The short way of a run with one small slice: its planner does what extract and commit steps do, in the step at hand.
 * The ledger sees the same: plan, epoch and slice before anything is read; then the result of the slice together
 * with all that makes the run land, in the one transaction that completes the step. An attempt that is interrupted
 * leaves a pending slice, and the next one starts a new epoch. Whatever goes wrong on this way is written down as the
 * step would have written it whose work failed, and is left to those steps.
 *
 * Returns `undefined` when the slice waits for a step: its snapshot has to be held on.
 */
export async function goShortWay(deps: RunDependencies, short: ShortRun): Promise<StepOutcome | undefined> {
  const work = workOf(short)
  using watch = new SliceWatch(deps, work.key)
  let result: SliceResult
  try {
    result = await extract(deps, work, { watch, signal: short.signal })
  } catch (error) {
    short.signal.throwIfAborted()
    if (watch.isUnwanted) return NOTHING_TO_WRITE
    await leaveToExtract(deps, short, error)
    return undefined
  }
  return landOrLeave(deps, short, { work, result })
}

function workOf({ run, slice, target }: ShortRun): SliceWork {
  const key = { runId: run.id, epoch: run.epoch, ordinal: 0 }
  return { key, run, plan: fromStored(run.plan), slice, target }
}

/** Counts the error as one of the slice, which is tried again by a step of its own, or fails the run. */
async function leaveToExtract(
  deps: RunDependencies,
  { run, attempt }: ShortRun,
  error: unknown,
): Promise<void> {
  const payload = { v: 1, runId: run.id, epoch: run.epoch, ordinal: 0 } as const
  const outcome = await answerError(deps, { step: 'run.extract', payload }, error)
  await transact(deps.db, async (tx) => {
    await attempt.assertOwned(tx)
    await outcome.write(tx)
  })
  await outcome.afterCommit?.()
}

interface Extracted {
  readonly work: SliceWork
  readonly result: SliceResult
}

async function landOrLeave(
  deps: RunDependencies,
  { run, attempt: { attempt }, signal }: ShortRun,
  { work, result }: Extracted,
): Promise<StepOutcome> {
  const done = { work, attempt, result }
  const leave = (tx: Tx): Promise<void> => recordSlice(tx, deps, done)
  try {
    const landing = await prepareLanding(deps, { run, plan: work.plan, results: [result] })
    let hasLanded = false
    return {
      write: async (tx) => {
        try {
          hasLanded = await land(tx, deps, { ...landing, lastSlice: { ...done, key: work.key } })
        } catch (error) {
          // Another commit was faster; the slice is written down by now, and nothing else.
          if (!(error instanceof PointerMovedError)) throw error
          await submitCommit(tx, deps.queue, { plan: work.plan, runId: run.id, epoch: run.epoch })
        }
      },
      afterCommit: async () => {
        if (hasLanded) await announce(deps, landing)
      },
    }
  } catch (error) {
    signal.throwIfAborted()
    // The commit step finds the same, and says what becomes of the run.
    deps.log.debug({ err: error, runId: run.id }, 'a short run is left to its commit step')
    return { write: leave }
  }
}
