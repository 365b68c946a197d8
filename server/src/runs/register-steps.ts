import { commitStep } from './commit-step.ts'
import { deadStep } from './dead-step.ts'
import type { RunDependencies } from './dependencies.ts'
import { extractStep } from './extract-step.ts'
import { planStep } from './plan-step.ts'

export interface StepLimits {
  /** Slices that this process extracts at a time: the lanes of its engine. */
  readonly extractSlots: number
  /** Slices that all processes together read from one base connection at a time. */
  readonly extractsPerConnection: number
}

/** Runs whose snapshot this process holds at a time. A holder waits most of its time. */
const PLAN_SLOTS = 16
const COMMIT_SLOTS = 4

/** Makes this process work on runs. */
export function registerSteps(deps: RunDependencies, limits: StepLimits): void {
  deps.queue.work('run.plan', { slots: PLAN_SLOTS }, planStep(deps))
  deps.queue.work(
    'run.extract',
    { slots: limits.extractSlots, groupLimit: limits.extractsPerConnection },
    extractStep(deps),
  )
  deps.queue.work('run.commit', { slots: COMMIT_SLOTS }, commitStep(deps))
  deps.queue.work('run.dead', { slots: 1 }, deadStep(deps))
}
