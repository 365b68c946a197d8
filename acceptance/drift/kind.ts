import type { HoldPlace } from '@headwater/testkit/postgres-lab/holding-proxy.ts'

/** A kind of change of a source, and what becomes of a flow over it. SQL runs in a schema of the scenario's own. */
export interface DriftKind {
  readonly id: string
  /** For people: what somebody did. */
  readonly change: string
  readonly sql: string
  /** Before the first run; the standard table is there already. */
  readonly setup?: string | undefined
  /** What the flow reads, if not `items`. */
  readonly relation?: string | undefined
  readonly policy?: 'stop' | 'evolve' | 'report' | undefined
  /** Default `columns`: some of the columns go to the fields of a schema that was made from the table. */
  readonly role?: 'reader' | undefined
  readonly between: Outcome
  readonly during: Outcome & During
}

/** How a run ends, and what it tells. */
export interface Outcome {
  /** Of a run that fails: the code that says why. */
  readonly code?: string | undefined
  /** Changes that the run tells, by code, with what became of them. */
  readonly drift?: Readonly<Record<string, 'told' | 'followed' | 'stopped'>> | undefined
  /** The rows that it lands as SQL, where they are not those of the standard list of columns. */
  readonly rows?: string | undefined
}

export interface During {
  /** Where the copy stands still while the change is made. Default `within`: its statement has begun. */
  readonly hold?: HoldPlace | undefined
  /** The change has to wait until the run lets go of the relation. Default true. */
  readonly waits?: boolean | undefined
}
