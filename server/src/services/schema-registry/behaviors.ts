import type { Behavior } from '#http/neighbours.ts'
import { adhoc } from './global/adhoc.ts'
import { record } from './global/record.ts'
import { timeSeries } from './global/time-series.ts'

/** The behaviours by `$id`. */
export const GLOBAL_BEHAVIORS: ReadonlyMap<string, Behavior> = new Map([
  [record.id, 'record'],
  [timeSeries.id, 'time-series'],
  [adhoc.id, 'adhoc'],
])

export const ADHOC_BEHAVIOR = adhoc.id
