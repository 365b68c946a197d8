import type { RunDependencies } from '#runs/dependencies.ts'
import { commitImportStep } from './commit-import-step.ts'
import { extractImportStep } from './extract-import-step.ts'
import { planImportStep } from './plan-import-step.ts'
import { deadImportStep } from './recover-import.ts'

const PLAN_SLOTS = 4
const COMMIT_SLOTS = 4
/** Two commits of one table at a time could only get into each other's way. */
const COMMITS_PER_DATASET = 1

/** Makes this process work on the imports of batches. */
export function registerImports(
  deps: RunDependencies,
  { extractSlots }: { readonly extractSlots: number },
): void {
  const { queue } = deps
  queue.work('import.plan', { slots: PLAN_SLOTS }, planImportStep(deps))
  queue.work('import.extract', { slots: extractSlots }, extractImportStep(deps))
  queue.work(
    'import.commit',
    { slots: COMMIT_SLOTS, groupLimit: COMMITS_PER_DATASET },
    commitImportStep(deps),
  )
  queue.work('import.dead', { slots: 1 }, deadImportStep(deps))
}
