import type { Tx } from '#store/database.ts'

/**
 * The port behind which the queue stands. A step is a unit of a run, or of an import, that one worker does at a time; jobs carry
 * ids only, never rows and never secrets.
 *
 *   submitted -> claimed (by one worker, which must beat) -> completed
 *                   |-> given back or beat lost -> waiting for its next attempt -> claimed ...
 *                                                       |-> dead, when there are no attempts left
 *
 * Attempts count interruptions: a worker that was killed, frozen or stopped. Errors are for the handler to count
 * and to answer (`recover`); what it submits again is a step of its own, with all its attempts.
 */
export interface StepQueue {
  /** Puts a step into the queue as part of the caller's transaction: it exists when the transaction commits. */
  submit<Step extends StepName>(
    tx: Tx,
    step: Step,
    payload: PayloadOf<Step>,
    options?: SubmitOptions,
  ): Promise<void>

  /** The same for many steps of one kind. */
  submitAll<Step extends StepName>(
    tx: Tx,
    step: Step,
    payloads: readonly PayloadOf<Step>[],
    options?: SubmitOptions,
  ): Promise<void>

  /** Starts claiming. The handler gets steps until {@link stop}. */
  work<Step extends StepName>(step: Step, options: WorkOptions, handler: StepHandler<PayloadOf<Step>>): void

  /** Claims no more, aborts what runs, gives it back to the queue and waits for the handlers to return. */
  stop(): Promise<void>

  /** Steps that are claimed by this process, by name. */
  running(): Readonly<Record<StepName, number>>
}

/** Steps of the runs of flows, of the imports of batches that clients upload, and of the care for tables. */
export type StepName = `${'run' | 'import'}.${'plan' | 'extract' | 'commit' | 'dead'}` | 'lake.tend'

export const STEP_NAMES: readonly StepName[] = Object.freeze([
  'run.plan',
  'run.extract',
  'run.commit',
  'run.dead',
  'import.plan',
  'import.extract',
  'import.commit',
  'import.dead',
  'lake.tend',
])

/** Where the steps of a kind go that have no attempts left; `undefined` where another round brings them again. */
export function deadStepOf(step: StepName): StepName | undefined {
  if (step === 'lake.tend') return undefined
  return step.startsWith('import.') ? 'import.dead' : 'run.dead'
}

/** Ids only. `epoch` and `ordinal` are there for extract and commit steps. */
interface PayloadBase {
  readonly v: 1
  readonly epoch?: number | undefined
  readonly ordinal?: number | undefined
}

export interface RunPayload extends PayloadBase {
  readonly runId: string
  /** Of a run that is to end because somebody wants no more of it. */
  readonly isCancelled?: boolean | undefined
}

export interface ImportPayload extends PayloadBase {
  readonly batchId: string
}

export interface TendPayload extends PayloadBase {
  readonly datasetId: string
}

export type StepPayload = RunPayload | ImportPayload | TendPayload

export type PayloadOf<Step extends StepName> = Step extends 'lake.tend'
  ? TendPayload
  : Step extends `import.${string}`
    ? ImportPayload
    : RunPayload

export interface SubmitOptions {
  /** Steps of one group share a limit over all workers. */
  readonly group?: string | undefined
  /** Not to be claimed earlier than that. */
  readonly delayMs?: number | undefined
}

export interface WorkOptions {
  /** Steps of this kind that the process does at a time. */
  readonly slots: number
  /** Steps of one group that all workers together do at a time. Exact. */
  readonly groupLimit?: number | undefined
}

/** One attempt of a step. */
export interface StepAttempt<Payload extends StepPayload = RunPayload> {
  readonly payload: Payload
  /** Counts from 0 and fences: only the newest attempt can complete. */
  readonly attempt: number
  /**
   * For what an attempt writes before it is done: no newer attempt owns the step until `tx` ends.
   * @throws StepFencedError
   */
  assertOwned(tx: Tx): Promise<void>
}

export interface StepHandler<Payload extends StepPayload = RunPayload> {
  /**
   * Does a step and returns what is to be written when it is done. That write and the step's completion are one
   * transaction: if a newer attempt owns the step by then, neither happens. `signal` is aborted when the claim
   * is lost or the process stops.
   */
  readonly run: (attempt: StepAttempt<Payload>, signal: AbortSignal) => Promise<StepOutcome>
  /**
   * Answers an error of `run` or of its write with an outcome of its own: counts it, submits the step again,
   * ends the run. With `undefined`, by throwing, or without this the step is given back for its next attempt.
   * Not asked when the claim was lost or the process stops.
   */
  readonly recover?:
    | ((attempt: StepAttempt<Payload>, error: unknown) => Promise<StepOutcome | undefined>)
    | undefined
}

/** `afterCommit` runs when the transaction has committed; it may be lost with the process, so nothing depends on it. */
export interface StepOutcome {
  readonly write: (tx: Tx) => Promise<void>
  readonly afterCommit?: (() => Promise<void>) | undefined
}

/** The outcome of a step that finds nothing to do. */
export const NOTHING_TO_WRITE: StepOutcome = Object.freeze({ write: async () => {} })

/** A newer attempt owns the step; what this one did is dropped. */
export class StepFencedError extends Error {
  override readonly name = 'StepFencedError'
}
