import type { Generated } from 'kysely'
import type { JsonColumn, ScopedTable } from './tables.ts'

/** Who wants to hear of runs, and where. */
export interface SubscriptionTable extends ScopedTable {
  name: string
  state: 'enabled' | 'disabled'
  etag: string
  document: JsonColumn
  /** Signing secrets and the values of extra headers as JSON, sealed by the keyring. */
  secrets: string
  /** Until then the receiver wants to be left alone. */
  resume_at: Generated<number | null>
}

/** One event on its way to one receiver: written in the transaction that changed the run. */
export interface DeliveryTable extends ScopedTable {
  subscription_id: string
  flow_id: string
  run_id: string
  /** The same in every attempt, and for every receiver of the event. */
  event_id: string
  event: 'start' | 'success' | 'failure'
  state: 'pending' | 'delivered' | 'failed'
  body: string
  attempts: Generated<number>
  /** Attempts that failed since it was last asked for. */
  failures: Generated<number>
  /** Null when it has ended. */
  next_attempt_at: number | null
  /** A server is at it until then, by the clock of the database. */
  leased_until: Generated<number | null>
  attempted_at: Generated<number | null>
  status_code: Generated<number | null>
  error: Generated<string | null>
  /** The first bytes of what the receiver said last. */
  response: Generated<string | null>
}
