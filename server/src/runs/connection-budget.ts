import type { StepLimits } from './register-steps.ts'

/** A planner has one session that holds its snapshot, and one with which it reads itself what is small. */
const SESSIONS_PER_PLAN = 2

/**
 * Shares the sessions that runs may have on one base connection out among those that read slices and those that hold
 * snapshots. They are kept apart, since holders that had taken all would wait for slices that nobody could read. A
 * quarter is for slices: a few keep a machine busy, while holders wait most of their time.
 * `sessionCount` is at least 3.
 */
export function shareOut(
  sessionCount: number,
): Pick<StepLimits, 'extractsPerConnection' | 'plansPerConnection'> {
  const extractsPerConnection = Math.max(1, Math.floor(sessionCount / 4))
  const plansPerConnection = Math.floor((sessionCount - extractsPerConnection) / SESSIONS_PER_PLAN)
  return { extractsPerConnection, plansPerConnection }
}
