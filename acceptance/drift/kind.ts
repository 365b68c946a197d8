import type { HoldPlace } from '@headwater/testkit/postgres-lab/holding-proxy.ts'

/** A kind of change of a source, and what becomes of a flow over it. */
export interface DriftKind {
  readonly id: string
  /** For people: what somebody did. */
  readonly change: string
  /**
   * SQL in a schema of the scenario's own, where the standard table is. `:schema` is its name, `:reader` that of a
   * role, `:server` the options of a foreign server that is this one. Statements that
   * need a transaction of their own stand alone.
   */
  readonly sql: string | readonly string[]
  /** Before the first run. */
  readonly setup?: string | undefined
  /** What the flow reads, if not `items`. */
  readonly relation?: string | undefined
  readonly policy?: 'evolve' | 'report' | undefined
  /** The flow reads as `:reader` and not as the owner. */
  readonly asReader?: boolean | undefined
  readonly between: Outcome
  readonly during: Outcome & During
}

/** How a run ends, and what it tells. */
export interface Outcome {
  /** Of a run that fails: the code that says why. */
  readonly code?: string | undefined
  /** Of a run that lands: the code under which a value is counted that did not arrive. */
  readonly counted?: string | undefined
  /** Changes that the run tells, by code, with what became of them. */
  readonly drift?: Readonly<Record<string, Effect | readonly Effect[]>> | undefined
  /** The rows that it lands, as SQL after it, where they are not those of the standard list of columns. */
  readonly rows?: string | undefined
  /** Types of fields after it. */
  readonly types?: Readonly<Record<string, string>> | undefined
}

export type Effect = 'told' | 'followed' | 'stopped'

export interface During {
  /** Where the copy stands still while the change is made. Default `within`: its statement has begun. */
  readonly hold?: HoldPlace | undefined
  /** The change does not wait for the run. */
  readonly isFree?: boolean | undefined
}
