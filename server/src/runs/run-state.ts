import { ACTIVE_STATES, type Run } from '#services/flow-service/runs/run.ts'

/** True while a run is queued or under way. */
export function isActive(run: Pick<Run, 'state'>): boolean {
  return (ACTIVE_STATES as readonly string[]).includes(run.state)
}

/** True while a step of that epoch has something to do for the run. */
export function isUnderWay(run: Run, epoch: number): boolean {
  return run.state === 'inProgress' && run.epoch === epoch
}
