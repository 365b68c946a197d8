import type pg from 'pg'
import { type Db, fromKysely, PgBoss } from 'pg-boss'
import type { Log } from '#log/log.ts'
import type { Database, Tx } from '#store/database.ts'
import { ClaimLoop } from './claim-loop.ts'
import {
  STEP_NAMES,
  type StepHandler,
  type StepName,
  type StepPayload,
  type StepQueue,
  type SubmitOptions,
  type WorkOptions,
} from './step-queue.ts'
import { WakeUps } from './wake-ups.ts'

export interface QueueOptions {
  readonly db: Database
  readonly pool: pg.Pool
  readonly log: Log
  /**
   * True when no other process works on this database (the bundled server): steps that are claimed at start
   * then belong to a process that is dead, and are given back at once instead of after their beat expires.
   */
  readonly isOnlyWorker: boolean
}

/** Seconds without a beat after which a claim counts as lost; pg-boss allows no fewer. */
const HEARTBEAT_SECONDS = 10
/** A killed worker uses up an attempt, so there are many; errors are counted by the run, not here. */
const RETRY_LIMIT = 50
const EXPIRE_SECONDS = 12 * 3600
const KEEP_FINISHED_SECONDS = 3600

/** Opens the queue over pg-boss, in schema `queue` of the metadata database. */
export async function openQueue(options: QueueOptions): Promise<StepQueue> {
  const boss = new PgBoss({
    db: poolAsBossDb(options.pool),
    schema: 'queue',
    schedule: false,
    // The defaults of a minute would let a dead worker's step wait for as long.
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    maintenanceIntervalSeconds: 60,
  })
  boss.on('error', (error) => options.log.warn({ err: error }, 'queue supervision failed, will try again'))
  await boss.start()
  await createQueues(boss)
  if (options.isOnlyWorker) await giveBackOrphans(boss)
  return new PgBossQueue(boss, options)
}

class PgBossQueue implements StepQueue {
  readonly #boss: PgBoss
  readonly #options: QueueOptions
  readonly #wakeUps: WakeUps
  readonly #loops = new Map<StepName, ClaimLoop>()
  #stopped: Promise<void> | undefined

  constructor(boss: PgBoss, options: QueueOptions) {
    this.#boss = boss
    this.#options = options
    this.#wakeUps = new WakeUps(options.pool, options.log)
  }

  async submit(tx: Tx, step: StepName, payload: StepPayload, options: SubmitOptions = {}): Promise<void> {
    const group = options.group === undefined ? {} : { group: { id: options.group } }
    await this.#boss.send(step, payload, { ...group, db: fromKysely(tx) })
    await this.#wakeUps.notify(tx, step)
  }

  work(step: StepName, options: WorkOptions, handler: StepHandler): void {
    const { db, log } = this.#options
    const loop = new ClaimLoop({ boss: this.#boss, db, log, step, handler, ...options })
    this.#loops.set(step, loop)
    this.#wakeUps.on(step, () => loop.wake())
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
    await this.#wakeUps.close()
    await this.#boss.stop({ graceful: false, close: false })
  }
}

async function createQueues(boss: PgBoss): Promise<void> {
  const common = {
    retryLimit: RETRY_LIMIT,
    retryDelay: 1,
    expireInSeconds: EXPIRE_SECONDS,
    deleteAfterSeconds: KEEP_FINISHED_SECONDS,
    heartbeatSeconds: HEARTBEAT_SECONDS,
  }
  await boss.createQueue('run.dead', common)
  for (const step of STEP_NAMES) {
    if (step !== 'run.dead') await boss.createQueue(step, { ...common, deadLetter: 'run.dead' })
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
