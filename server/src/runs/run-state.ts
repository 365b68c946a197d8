import type { Run } from '#services/flow-service/runs/run.ts'

/** True while a step of that epoch has something to do for the run. */
export function isUnderWay(run: Run, epoch: number): boolean {
  return run.state === 'inProgress' && run.epoch === epoch
}
