import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectNeighbours } from '@headwater/server/boot/neighbours.ts'
import { createDuckDb } from '@headwater/server/lake/query/duckdb.ts'
import { openFolderStorage } from '@headwater/server/lake/storage/folder-storage.ts'
import { createLocalCopies } from '@headwater/server/lake/storage/local-copies.ts'
import { createLog } from '@headwater/server/log/log.ts'
import { openQueue } from '@headwater/server/queue/pg-boss-queue.ts'
import { commitStep } from '@headwater/server/runs/commit-step.ts'
import { deadStep } from '@headwater/server/runs/dead-step.ts'
import type { RunDependencies } from '@headwater/server/runs/dependencies.ts'
import { extractStep } from '@headwater/server/runs/extract-step.ts'
import { COMMIT_SLOTS, COMMITS_PER_DATASET, PLAN_SLOTS } from '@headwater/server/runs/register-steps.ts'
import { SliceBells } from '@headwater/server/runs/slice-bells.ts'
import { Ticker } from '@headwater/server/schedule/ticker.ts'
import { openKeyring } from '@headwater/server/secrets/keyring.ts'
import { DatasetReader } from '@headwater/server/services/catalog/dataset-store.ts'
import { NamespaceReader } from '@headwater/server/services/identity-namespaces/namespace-store.ts'
import { createGlobalLibrary } from '@headwater/server/services/schema-registry/global-library.ts'
import type { Registry } from '@headwater/server/services/schema-registry/registry-context.ts'
import { SessionRack } from '@headwater/server/source/postgres/connect/session-rack.ts'
import { openDatabase, openPool } from '@headwater/server/store/database.ts'
import { WakeUps } from '@headwater/server/store/wake-ups.ts'
import { type Sample, type StubOptions, stubEngine, stubPlanStep } from './stub-source.ts'

/** What the parent tells a process that holds many workers. */
export interface WorkerProcessOptions extends StubOptions {
  readonly url: string
  readonly dataDir: string
  readonly workers: number
  readonly connectionsPerWorker: number
  readonly sample: Sample
}

const EXTRACT_SLOTS = 4
const EXTRACTS_PER_CONNECTION = 4

/**
 * Workers as `headwater worker` builds them: queue, schedule, steps, each with connections of its own. Several share a
 * process, since a hundred would not fit on one machine; what copies rows is a stub.
 */
async function main(options: WorkerProcessOptions): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const spoolDir = await mkdtemp(join(tmpdir(), 'headwater-scaling-'))
  opened.defer(() => rm(spoolDir, { recursive: true, force: true }))
  const storage = opened.use(await openFolderStorage(join(options.dataDir, 'lake')))
  const shared = {
    storage,
    spoolDir,
    sessions: opened.use(new SessionRack()),
    duck: opened.use(createDuckDb()),
    engine: stubEngine(options),
    keyring: openKeyring({ dataDir: options.dataDir }),
    log: createLog({ level: 'error' }),
    library: createGlobalLibrary(),
  }
  for (let index = 0; index < options.workers; index++) await startWorker(options, shared, opened)
  process.send?.('ready')
  await new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))
}

type Shared = Pick<RunDependencies, 'storage' | 'spoolDir' | 'sessions' | 'engine' | 'keyring' | 'log'> & {
  readonly duck: ReturnType<typeof createDuckDb>
  readonly library: ReturnType<typeof createGlobalLibrary>
}

async function startWorker(
  options: WorkerProcessOptions,
  shared: Shared,
  opened: AsyncDisposableStack,
): Promise<void> {
  const { storage, log, duck, library } = shared
  const pool = openPool({ url: options.url }, { max: options.connectionsPerWorker })
  const db = openDatabase(pool)
  opened.defer(() => db.destroy())
  const now = Date.now
  const copies = createLocalCopies(storage, join(shared.spoolDir, 'cache'))
  const registry: Registry = {
    db,
    now,
    library,
    findNamespace: new NamespaceReader(db).findSummary,
    findDatasets: (tx, scope, schemaId) => new DatasetReader(tx).listOfSchema(scope, schemaId),
  }
  const wakeUps = opened.adopt(new WakeUps(pool, log), (it) => it.close())
  const queue = await openQueue({ db, pool, log, wakeUps, isOnlyWorker: false })
  opened.defer(() => queue.stop())
  const deps: RunDependencies = {
    ...shared,
    ...connectNeighbours({ db, storage, copies, duck, registry, now }),
    db,
    queue,
    now,
    publicUrl: () => 'http://127.0.0.1',
    sliceTargetBytes: 64 * 2 ** 20,
  }
  const bells = new SliceBells()
  const extracts = { slots: 2 * EXTRACT_SLOTS, groupLimit: EXTRACTS_PER_CONNECTION }
  queue.work('run.plan', { slots: PLAN_SLOTS }, stubPlanStep(deps, options, bells))
  queue.work('run.extract', extracts, extractStep(deps, bells))
  queue.work('run.commit', { slots: COMMIT_SLOTS, groupLimit: COMMITS_PER_DATASET }, commitStep(deps))
  queue.work('run.dead', { slots: 1 }, deadStep(deps))
  const ticker = new Ticker({ db, queue, log, now })
  opened.defer(() => ticker.stop())
  ticker.start()
}

process.once('message', (options) => void main(options as WorkerProcessOptions).then(() => process.exit(0)))
