import { Rounds } from '#kit/rounds.ts'
import type { Log } from '#log/log.ts'
import type { StepQueue } from '#queue/step-queue.ts'
import { dueFlows, nextTickOf, setNextRun } from '#services/flow-service/flows/flow-store.ts'
import type { Tick } from '#services/flow-service/flows/schedule-params.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { connectionOfRun } from '#services/flow-service/runs/connection-of-run.ts'
import type { FlowRow, Run } from '#services/flow-service/runs/run.ts'
import { insertRun } from '#services/flow-service/runs/run-store.ts'
import { findWaitingFlow, queueNextRun } from '#services/flow-service/runs/waiting-runs.ts'
import { type Database, type Tx, transact } from '#store/database.ts'

export interface TickerDependencies {
  readonly db: Database
  readonly queue: StepQueue
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** How late a tick may be seen. */
const POLL_MS = 1_000
/** Flows that are started at the same time: each waits for the database most of its time. */
const AT_ONCE = 4

/**
 * Turns due flows into runs. Several servers may tick over one database: each takes the flows that no other has
 * locked, and a tick that has its run already makes no second one.
 */
export class Ticker extends Rounds {
  constructor(deps: TickerDependencies) {
    super({
      pauseMs: POLL_MS,
      round: (signal) => startAllDue(deps, signal),
      onError: (error) => deps.log.warn({ err: error }, 'could not look for due flows, will try again'),
    })
  }
}

/** Runs that waited start; every due flow gets its run and its next time. */
async function startAllDue(deps: TickerDependencies, signal: AbortSignal): Promise<void> {
  const startAll = async (start: (deps: TickerDependencies) => Promise<boolean>): Promise<void> => {
    let hasStarted = true
    while (hasStarted && !signal.aborted) hasStarted = await start(deps)
  }
  for (const start of [startWaitingRun, startDueRun]) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => startAll(start)))
  }
}

/**
 * Gives the flow that is longest overdue its run and the time of its next, in one transaction. Returns false when
 * no flow is due.
 */
export async function startDueRun(deps: TickerDependencies): Promise<boolean> {
  const nowMs = deps.now()
  return transact(deps.db, async (tx) => {
    const [flow] = await dueFlows(tx, nowMs, 1)
    if (flow === undefined) return false
    await setNextRun(tx, flow.id, await tickOf(tx, deps, flow, nowMs))
    return true
  })
}

/**
 * Starts a run that was asked for and had to wait until now: for its time, or for its flow to be enabled again.
 * Returns false when there is none.
 */
export async function startWaitingRun({ db, queue, now }: TickerDependencies): Promise<boolean> {
  const nowMs = now()
  return transact(db, async (tx) => {
    const flowId = await findWaitingFlow(tx, nowMs)
    const run = flowId === undefined ? undefined : await queueNextRun(tx, flowId, nowMs)
    if (run !== undefined) await submitPlan(tx, queue, run)
    return run !== undefined
  })
}

/** Starts the run of a tick that has come; returns when the next is due, null for never. */
async function tickOf(
  tx: Tx,
  deps: TickerDependencies,
  flow: FlowRow,
  nowMs: number,
): Promise<number | null> {
  try {
    const tick = await nextTickOf(tx, flow, nowMs)
    // The schedule was changed and wants nothing yet: remember when it does.
    if (tick === undefined || tick.at > nowMs) return tick?.at ?? null
    await startRun(tx, deps, { flow, tick, nowMs })
    return (await nextTickOf(tx, flow, nowMs, tick.at))?.at ?? null
  } catch (error) {
    if (!(error instanceof FlowProblem)) throw error
    // One schedule that can't be read must not hold up all the others. Changing it brings it back.
    deps.log.error(
      { err: error, flowId: flow.id },
      'the schedule of a flow can not be read, it is left alone',
    )
    return null
  }
}

async function startRun(
  tx: Tx,
  deps: TickerDependencies,
  { flow, tick, nowMs }: { flow: FlowRow; tick: Tick; nowMs: number },
): Promise<void> {
  const run = await insertRun(tx, {
    flow,
    origin: 'schedule',
    scheduledFor: tick.at,
    window: { startMs: tick.windowStart ?? null, endMs: tick.windowEnd ?? null },
    nowMs,
  })
  if (run?.state === 'queued') await submitPlan(tx, deps.queue, run)
}

/** Plans of one base connection share a limit. */
async function submitPlan(tx: Tx, queue: StepQueue, run: Run): Promise<void> {
  const group = await connectionOfRun(tx, run)
  await queue.submit(tx, 'run.plan', { v: 1, runId: run.id }, { group })
}
