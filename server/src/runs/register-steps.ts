import { commitStep } from './commit-step.ts'
import { deadStep } from './dead-step.ts'
import type { RunDependencies } from './dependencies.ts'
import { extractStep } from './extract-step.ts'
import { registerImports } from './imports/register-imports.ts'
import { planStep } from './plan-step.ts'
import { SliceBells } from './slice-bells.ts'

export interface StepLimits {
  /** Slices that this process extracts at a time: the lanes of its engine. */
  readonly extractSlots: number
  /** Slices that all processes together read from one base connection at a time. */
  readonly extractsPerConnection: number
  /** Runs that all processes together plan, or hold a snapshot for, on one base connection at a time. */
  readonly plansPerConnection: number
}

/** Runs whose snapshot this process holds at a time. A holder waits most of its time. */
export const PLAN_SLOTS = 16
export const COMMIT_SLOTS = 4
/** Two commits of one table at a time could only get into each other's way. */
export const COMMITS_PER_DATASET = 1

/** Makes this process work on runs and imports. */
export function registerSteps(deps: RunDependencies, limits: StepLimits): void {
  const { queue } = deps
  const extracts = { slots: 2 * limits.extractSlots, groupLimit: limits.extractsPerConnection }
  const bells = new SliceBells()
  queue.work('run.plan', { slots: PLAN_SLOTS, groupLimit: limits.plansPerConnection }, planStep(deps, bells))
  queue.work('run.extract', extracts, extractStep(deps, bells))
  queue.work('run.commit', { slots: COMMIT_SLOTS, groupLimit: COMMITS_PER_DATASET }, commitStep(deps))
  queue.work('run.dead', { slots: 1 }, deadStep(deps))
  registerImports(deps, limits)
}
