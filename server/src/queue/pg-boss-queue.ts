import type pg from 'pg'
import { type Db, fromKysely, PgBoss } from 'pg-boss'
import type { Log } from '#log/log.ts'
import { afterCommit, type Database, type Tx } from '#store/database.ts'
import { notifySoon, WakeUps } from '#store/wake-ups.ts'
import { ClaimLoop, type ClaimTiming } from './claim-loop.ts'
import {
  deadStepOf,
  type PayloadOf,
  STEP_NAMES,
  type StepHandler,
  type StepName,
  type StepPayload,
  type StepQueue,
  type SubmitOptions,
  type WorkOptions,
} from './step-queue.ts'

export interface QueueOptions {
  readonly db: Database
  readonly pool: pg.Pool
  readonly log: Log
  /**
   * True when no other process works on this database (the bundled server): steps that are claimed at start
   * then belong to a process that is dead, and are given back at once instead of after their beat expires.
   */
  readonly isOnlyWorker: boolean
  /** Shared with other loops, and theirs to close; without it the queue has one of its own. */
  readonly wakeUps?: WakeUps | undefined
  /** Tests are in more of a hurry than servers. */
  readonly timing?: Partial<ClaimTiming> | undefined
}

/** Seconds without a beat after which a claim counts as lost; pg-boss allows no fewer. */
const HEARTBEAT_SECONDS = 10
/** A beat every 3.5 s leaves room for two that are late. */
const TIMING: ClaimTiming = Object.freeze({
  beatMs: 3_500,
  pollMs: 2_000,
  holdBackMs: 1_000,
  hesitateMs: 500,
})
/** Interruptions of a step. Only a machine that dies again and again uses them up. */
const RETRY_LIMIT = 50
/** The longest that pg-boss allows: a step lives as long as it beats. */
const EXPIRE_SECONDS = 24 * 3600
const JOBS_PER_INSERT = 1_000
/** For whoever looks into the queue; the ledger is what counts. */
const KEEP_FINISHED_SECONDS = 600

/** Opens the queue over pg-boss, in schema `queue` of the metadata database. */
export async function openQueue(options: QueueOptions): Promise<StepQueue> {
  const { pool, log, isOnlyWorker } = options
  const boss = new PgBoss({
    db: poolAsBossDb(pool),
    schema: 'queue',
    schedule: false,
    // The defaults of a minute would let a dead worker's step wait for as long.
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: 60,
  })
  boss.on('error', (error) => log.warn({ err: error }, 'queue supervision failed, will try again'))
  try {
    await startAlone(pool, async () => {
      await boss.start()
      await createQueues(boss)
    })
    if (isOnlyWorker) await giveBackOrphans(boss)
    return new PgBossQueue(boss, options)
  } catch (error) {
    await boss.stop(STOP)
    throw error
  }
}

/** The pool is not ours to close, and there are no workers of pg-boss to wait for. */
const STOP = Object.freeze({ graceful: false, close: false })

class PgBossQueue implements StepQueue {
  readonly #boss: PgBoss
  readonly #options: QueueOptions
  readonly #wakeUps: WakeUps
  readonly #loops = new Map<StepName, ClaimLoop>()
  #stopped: Promise<void> | undefined

  constructor(boss: PgBoss, options: QueueOptions) {
    this.#boss = boss
    this.#options = options
    this.#wakeUps = options.wakeUps ?? new WakeUps(options.pool, options.log)
  }

  submit<Step extends StepName>(
    tx: Tx,
    step: Step,
    payload: PayloadOf<Step>,
    options?: SubmitOptions,
  ): Promise<void> {
    return this.submitAll(tx, step, [payload], options)
  }

  async submitAll<Step extends StepName>(
    tx: Tx,
    step: Step,
    payloads: readonly PayloadOf<Step>[],
    { group, delayMs = 0 }: SubmitOptions = {},
  ): Promise<void> {
    const options = {
      ...(group === undefined ? {} : { group: { id: group } }),
      ...(delayMs > 0 ? { startAfter: `${delayMs} milliseconds` } : {}),
    }
    for (let from = 0; from < payloads.length; from += JOBS_PER_INSERT) {
      const jobs = payloads.slice(from, from + JOBS_PER_INSERT).map((data) => ({ data, ...options }))
      await this.#boss.insert(step, jobs, { db: fromKysely(tx) })
    }
    // Whoever is woken for a step that is not due yet finds nothing; polling finds it when it is.
    if (delayMs > 0) return
    afterCommit(tx, () => this.#loops.get(step)?.wake())
    notifySoon(tx, step)
  }

  work<Step extends StepName>(
    step: Step,
    options: WorkOptions,
    stepHandler: StepHandler<PayloadOf<Step>>,
  ): void {
    // @NOTE the queue of a step holds payloads of that step alone: submitAll puts in no others.
    const handler = stepHandler as unknown as StepHandler<StepPayload>
    const { db, log } = this.#options
    const timing = { ...TIMING, ...this.#options.timing }
    const loop = new ClaimLoop({ boss: this.#boss, db, log, step, handler, timing, ...options })
    this.#loops.set(step, loop)
    this.#wakeUps.on(step, () => loop.wakeFromAfar())
    loop.start()
  }

  running(): Readonly<Record<StepName, number>> {
    const count = (step: StepName): number => this.#loops.get(step)?.running ?? 0
    return Object.fromEntries(STEP_NAMES.map((step) => [step, count(step)])) as Record<StepName, number>
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()))
    if (this.#options.wakeUps === undefined) await this.#wakeUps.close()
    await this.#boss.stop(STOP)
  }
}

/**
 * pg-boss fails where several servers make its schema at the same time (its own lock comes after it has looked
 * whether the schema is there), so they start it one after the other.
 */
async function startAlone(pool: pg.Pool, start: () => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query("select pg_advisory_lock(hashtext('headwater.queue.start'))")
    await start()
  } finally {
    // The lock ends with the connection.
    client.release(true)
  }
}

async function createQueues(boss: PgBoss): Promise<void> {
  const common = {
    retryLimit: RETRY_LIMIT,
    // An interrupted step goes on at once; what threw is held back by the claim loop.
    retryDelay: 0,
    expireInSeconds: EXPIRE_SECONDS,
    deleteAfterSeconds: KEEP_FINISHED_SECONDS,
    heartbeatSeconds: HEARTBEAT_SECONDS,
  }
  const isDeadStep = (step: StepName) => deadStepOf(step) === step
  for (const step of STEP_NAMES.filter(isDeadStep)) await boss.createQueue(step, common)
  for (const step of STEP_NAMES) {
    if (isDeadStep(step)) continue
    const deadLetter = deadStepOf(step)
    await boss.createQueue(step, { ...common, ...(deadLetter !== undefined && { deadLetter }) })
  }
}

async function giveBackOrphans(boss: PgBoss): Promise<void> {
  for (const step of STEP_NAMES) {
    const jobs = await boss.findJobs<StepPayload>(step)
    const orphans = jobs.filter((job) => job.state === 'active').map((job) => job.id)
    if (orphans.length > 0)
      await boss.fail(step, orphans, { reason: 'the process that had claimed it is gone' })
  }
}

/** pg-boss speaks SQL text; our pool answers, with a list of results where the text has several statements. */
function poolAsBossDb(pool: pg.Pool): Db {
  return { executeSql: (text, values) => pool.query(text, values) }
}
