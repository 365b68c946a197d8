import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { vi } from 'vitest'
import { Engine } from '#engine/engine.ts'
import type { JsonObject } from '#kit/json.ts'
import { listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { readTable, type Table } from '#lake/iceberg/table.ts'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { runQuery } from '#lake/query/run-query.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import { createLog } from '#log/log.ts'
import { openQueue } from '#queue/pg-boss-queue.ts'
import type { RunPayload, StepHandler, StepName, StepOutcome, StepQueue } from '#queue/step-queue.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { registerSteps, type StepLimits } from '#runs/register-steps.ts'
import { submitPlan } from '#runs/submit-step.ts'
import { openKeyring } from '#secrets/keyring.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import type { FlowRow, Run, RunWindow } from '#services/flow-service/runs/run.ts'
import { findRun, insertRun } from '#services/flow-service/runs/run-store.ts'
import { SessionRack } from '#source/postgres/connect/session-rack.ts'
import { type Database, openDatabase, openPool, transact } from '#store/database.ts'
import { FlowSeeder, type SeededFlow, type WantedFlow } from './flow-seeder.ts'

const PATIENCE = { timeout: 15_000, interval: 20 }

const LIMITS: StepLimits = { extractSlots: 2, extractsPerConnection: 2, plansPerConnection: 16 }

/** What one process does for runs, with connections of its own, until it is disposed. */
export interface Worker extends AsyncDisposable {
  readonly queue: StepQueue
}

/** Runs over databases, a lake and a queue of their own; what is not under test is the real thing as well. */
export class RunWorld implements AsyncDisposable {
  readonly metadata: TestDatabase
  readonly source: TestDatabase
  readonly db: Database
  readonly deps: RunDependencies
  /** Lines of the log: JSON objects. */
  readonly log: string[]
  readonly #folder: string
  readonly #seeder: FlowSeeder
  readonly #duck: DuckDb = createDuckDb()

  private constructor(parts: {
    metadata: TestDatabase
    source: TestDatabase
    folder: string
    deps: RunDependencies
    seeder: FlowSeeder
    log: string[]
  }) {
    this.metadata = parts.metadata
    this.source = parts.source
    this.db = parts.deps.db
    this.deps = parts.deps
    this.log = parts.log
    this.#folder = parts.folder
    this.#seeder = parts.seeder
  }

  static async open(): Promise<RunWorld> {
    const [metadata, source] = await Promise.all([createMetadataDatabase(), createTestDatabase()])
    const folder = await mkdtemp(join(tmpdir(), 'headwater-runs-'))
    const pool = openPool({ url: metadata.url }, { max: 10 })
    pool.on('error', () => {})
    const db = openDatabase(pool)
    const lines: string[] = []
    const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } })
    await mkdir(join(folder, 'lake'))
    const storage = await openFolderStorage(join(folder, 'lake'))
    const keyring = openKeyring({ dataDir: folder })
    const seeder = new FlowSeeder({ db, storage, keyring, source })
    await seeder.seedSandbox()
    const deps: RunDependencies = {
      db,
      sessions: new SessionRack(),
      queue: await openQueue({ db, pool, log, isOnlyWorker: false }),
      engine: new Engine({ laneCount: 2 }),
      storage,
      keyring,
      log,
      now: Date.now,
      findSchema: seeder.findSchema,
      findMappingSet: seeder.findMappingSet,
      // No schema of the seeder was made of a table.
      growTableSchema: async () => undefined,
      addMappingVersion: () => fail('no set of a seeder grows'),
      spoolDir: join(folder, 'spool'),
      publicUrl: () => 'http://localhost',
      // A table of some megabytes has several slices.
      sliceTargetBytes: 1024 * 1024,
      // Tests stand between the steps of a run.
      shortRunBytes: -1,
      retryDelaysMs: [10, 10, 10],
    }
    return new RunWorld({ metadata, source, folder, deps, seeder, log: lines })
  }

  /** Works on the steps of runs; `changes` wraps or replaces handlers, or leaves them out. */
  async startWorker(
    changes: Partial<Record<StepName, ((handler: StepHandler) => StepHandler) | 'nobody'>> = {},
    overrides: Partial<RunDependencies> = {},
    limits: Partial<StepLimits> = {},
  ): Promise<Worker> {
    const { log } = this.deps
    const timing = { beatMs: 500, pollMs: 20, holdBackMs: 20 }
    const pool = openPool({ url: this.metadata.url }, { max: 10 })
    pool.on('error', () => {})
    const db = openDatabase(pool)
    const queue = await openQueue({ db, pool, log, isOnlyWorker: false, timing })
    const changed: StepQueue = {
      submit: (...step) => queue.submit(...step),
      submitAll: (...steps) => queue.submitAll(...steps),
      running: () => queue.running(),
      stop: () => queue.stop(),
      work(step, options, handler) {
        const change = changes[step] ?? ((same: StepHandler) => same)
        // @NOTE no test changes a step of another kind than those of runs.
        const changed = change === 'nobody' ? undefined : change(handler as unknown as StepHandler)
        if (changed !== undefined) queue.work(step, options, changed as unknown as typeof handler)
      },
    }
    const deps = { ...this.deps, ...overrides, db, queue: changed }
    registerSteps(deps, { ...LIMITS, ...limits })
    const stop = async (): Promise<void> => {
      await queue.stop()
      await db.destroy()
    }
    return { queue, [Symbol.asyncDispose]: stop }
  }

  addFlow(wanted: WantedFlow): Promise<SeededFlow> {
    return this.#seeder.addFlow(wanted)
  }

  /** Changes the schema of a flow's dataset, as a client of the schema registry would. */
  changeSchema(flow: SeededFlow, properties: JsonObject): void {
    this.#seeder.setSchema(flow.schemaId, properties)
  }

  /** Asks for a run and submits its first step, unless it has to wait for another. */
  async startRun(flow: Pick<SeededFlow, 'id'>, window: Partial<RunWindow> = {}): Promise<Run> {
    return transact(this.db, async (tx) => {
      const row = await this.flowRow(flow)
      const run = await insertRun(tx, {
        flow: row,
        origin: 'request',
        scheduledFor: Date.now(),
        window: { startMs: null, endMs: null, ...window },
        nowMs: Date.now(),
      })
      if (run === undefined) throw new Error('no run')
      if (run.state === 'queued') await submitPlan(tx, this.deps.queue, run)
      return run
    })
  }

  async flowRow({ id }: Pick<SeededFlow, 'id'>): Promise<FlowRow> {
    return this.db.selectFrom('flow').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  }

  async run({ id }: Pick<Run, 'id'>): Promise<Run> {
    return (await findRun(this.db, id)) ?? fail(`no run ${id}`)
  }

  async untilEnded(run: Pick<Run, 'id'>, timeout = PATIENCE.timeout): Promise<Run> {
    return this.until(run, ({ state }) => state === 'success' || state === 'failed', timeout)
  }

  async until(
    run: Pick<Run, 'id'>,
    condition: (run: Run) => boolean,
    timeout = PATIENCE.timeout,
  ): Promise<Run> {
    const seen: Run[] = []
    const isSo = async (): Promise<boolean> => {
      seen.push(await this.run(run))
      return condition(seen.at(-1) ?? fail('no run'))
    }
    await vi.waitUntil(isSo, { ...PATIENCE, timeout }).catch(() => {
      const last = seen.at(-1)
      fail(`the run stays ${last?.state} in epoch ${last?.epoch}: ${JSON.stringify(last?.document)}`)
    })
    return seen.at(-1) ?? fail('no run')
  }

  /** Does one attempt of a step by hand, up to what it wants to write. */
  attempt(handler: StepHandler, payload: RunPayload): Promise<StepOutcome> {
    const attempt = { payload, attempt: 0, assertOwned: async () => {} }
    return handler.run(attempt, new AbortController().signal)
  }

  /** Writes what an attempt wants to write. */
  async settle(outcome: StepOutcome): Promise<void> {
    await transact(this.db, outcome.write)
    await outcome.afterCommit?.()
  }

  /** Payloads of steps that nobody has claimed yet. */
  async submitted(step: StepName, { id }: Pick<Run, 'id'>): Promise<RunPayload[]> {
    const { rows } = await this.metadata.query<{ data: RunPayload }>(
      "select data from queue.job where name = $1 and state < 'active' and data ->> 'runId' = $2 order by created_on",
      [step, id],
    )
    return rows.map(({ data }) => data)
  }

  async untilSubmitted(step: StepName, run: Pick<Run, 'id'>): Promise<RunPayload> {
    return vi.waitUntil(async () => (await this.submitted(step, run)).at(-1), PATIENCE)
  }

  /** Rows of a flow's dataset, or those that one run has brought; the table is called `t`. */
  async query(
    flow: SeededFlow,
    sql: string,
    run?: Pick<Run, 'id'>,
  ): Promise<readonly (readonly unknown[])[]> {
    const { metadataKey, fields } = await this.table(flow)
    const files = await listDataFiles(this.deps.storage, metadataKey)
    const wanted = files.filter(({ key }) => run === undefined || key.includes(`/data/${run.id}-`))
    const paths = wanted.map(({ key }) => this.deps.storage.localPath(key) ?? '')
    const table = { names: ['t'], fields, paths }
    const result = await runQuery(this.#duck, { sql, tables: [table], maxRows: 1_000, timeoutMs: 10_000 })
    return result.rows
  }

  async table(flow: SeededFlow): Promise<Table> {
    const pointer = await lakeTableOf(this.db, flow.datasetId)
    return readTable(this.deps.storage, pointer?.metadataKey ?? '')
  }

  async batch({ batch_id: id }: Pick<Run, 'batch_id'>): Promise<JsonObject | undefined> {
    const row = await this.db
      .selectFrom('batch')
      .select('document')
      .where('id', '=', id ?? '')
      .executeTakeFirst()
    return row?.document
  }

  /** The rows of a run that were set aside. */
  async diagnostics(flow: SeededFlow, { batch_id: batchId }: Pick<Run, 'batch_id'>): Promise<JsonObject[]> {
    const records: JsonObject[] = []
    for await (const { key } of this.deps.storage.list(
      `prod/${flow.datasetId}/diagnostics/${batchId}/row_errors/`,
    )) {
      const text = new TextDecoder().decode(await this.deps.storage.get(key))
      records.push(
        ...text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as JsonObject),
      )
    }
    return records
  }

  /** What lies in the folder for part files that are not in the lake yet. */
  async spooled(): Promise<string[]> {
    return readdir(this.deps.spoolDir).catch(() => [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.deps.queue.stop()
    await this.deps.engine.close()
    await this.#duck[Symbol.asyncDispose]()
    await this.deps.storage[Symbol.asyncDispose]()
    await this.db.destroy()
    await Promise.all([this.metadata.drop(), this.source.drop()])
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function fail(message: string): never {
  throw new Error(message)
}
