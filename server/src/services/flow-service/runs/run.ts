import type { Selectable } from 'kysely'
import type { Tables } from '#store/tables/tables.ts'

/** A flow and a run as they are stored. The document is what the API shows. */
export type FlowRow = Selectable<Tables['flow']>
export type Run = Selectable<Tables['flow_run']>

export type RunState = Run['state']
export type RunOrigin = Run['origin']

/** States in which a run holds its flow: there is one such run at a time. */
export const ACTIVE_STATES = ['queued', 'inProgress'] as const

/** States that a run does not leave. */
export const ENDED_STATES: ReadonlySet<RunState> = new Set(['success', 'failed', 'cancelled'])

/** Rows with `startMs <= delta < endMs`; null is open. */
export interface RunWindow {
  readonly startMs: number | null
  readonly endMs: number | null
}
