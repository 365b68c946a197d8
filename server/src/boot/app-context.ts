import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#config/config.ts'
import type { Secrets } from '#config/secrets.ts'
import { Engine } from '#engine/engine.ts'
import { createDuckDb } from '#lake/query/duckdb.ts'
import { createQueryProcesses } from '#lake/query/query-processes.ts'
import { createLocalCopies } from '#lake/storage/local-copies.ts'
import type { createLog } from '#log/log.ts'
import { Dispatcher } from '#notify/dispatcher.ts'
import { createWebhookSender } from '#notify/send-webhook.ts'
import { openQueue } from '#queue/pg-boss-queue.ts'
import { DiagnosticsSweeper } from '#runs/diagnostics-sweeper.ts'
import { BatchSweeper } from '#runs/imports/batch-sweeper.ts'
import { registerSteps } from '#runs/register-steps.ts'
import { Ticker } from '#schedule/ticker.ts'
import { openKeyring } from '#secrets/keyring.ts'
import { DatasetReader } from '#services/catalog/dataset-store.ts'
import { NamespaceReader } from '#services/identity-namespaces/namespace-store.ts'
import type { CreatedClient } from '#services/ims/client-store.ts'
import { ensureOrg } from '#services/ims/first-start.ts'
import { createGlobalLibrary } from '#services/schema-registry/global-library.ts'
import type { Registry } from '#services/schema-registry/registry-context.ts'
import { SessionRack } from '#source/postgres/connect/session-rack.ts'
import { WakeUps } from '#store/wake-ups.ts'
import { OrphanSweeper } from '#upkeep/orphan-sweeper.ts'
import { SandboxKeeper } from '#upkeep/sandbox-keeper.ts'
import { buildApp } from './build-app.ts'
import { makeFirstClient } from './first-client.ts'
import { connectNeighbours } from './neighbours.ts'
import { assertInPlace, openLake } from './open-lake.ts'
import { openStore } from './open-store.ts'
import { ownOrg } from './organisations.ts'
import { openSpool } from './spool.ts'
import { VERSION } from './version.ts'

export interface AppContextOptions {
  readonly config: Config
  readonly secrets: Secrets
  readonly log: ReturnType<typeof createLog>
  /** Epoch milliseconds; tests set their own clock. */
  readonly now?: (() => number) | undefined
}

/** A whole server: everything is built here, by hand, and ends here in the opposite order. */
export interface AppContext extends AsyncDisposable {
  /** Where it answers. */
  readonly url: string
  readonly storeDescription: string
  /** The client that was made at the first start, with its secret. */
  readonly firstClient: CreatedClient | undefined
}

/** Slices that all servers together read from one source at a time: what a busy database should not notice. */
const EXTRACTS_PER_CONNECTION = 4

/** Builds all rooms, connects them and starts to answer and to work. */
export async function openAppContext(options: AppContextOptions): Promise<AppContext> {
  const { config, secrets, log } = options
  const now = options.now ?? Date.now
  await using opened = new AsyncDisposableStack()
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const keyring = openKeyring({ dataDir: config.dataDir, masterKey: secrets.masterKey })
  const store = opened.use(await openStore(config, secrets))
  const { db, pool } = store
  const { orgId } = await ensureOrg(db, { ...ownOrg(config), now: now() })
  const firstClient = await makeFirstClient(db, config, { orgId, now: now() })
  const storage = opened.use(await openLake(config.lake))
  await assertInPlace(db, storage)
  const duck = opened.use(createDuckDb())
  const queries = opened.use(createQueryProcesses())
  const registry: Registry = {
    db,
    now,
    library: createGlobalLibrary(),
    findNamespace: new NamespaceReader(db).findSummary,
    findDatasets: (tx, scope, schemaId) => new DatasetReader(tx).listOfSchema(scope, schemaId),
  }
  const copies = createLocalCopies(storage, join(config.dataDir, 'cache'))
  const neighbours = connectNeighbours({ db, storage, copies, duck, registry, now })
  const spool = opened.use(await openSpool(config.dataDir))
  const engine = opened.adopt(new Engine({ laneCount: config.extractSlots }), (it) => it.close())
  const sessions = opened.use(new SessionRack())
  const wakeUps = opened.adopt(new WakeUps(pool, log), (it) => it.close())
  const isOnlyWorker = config.database === 'bundled'
  const queue = await openQueue({ db, pool, log, wakeUps, isOnlyWorker })
  opened.defer(() => queue.stop())
  const sendWebhook = createWebhookSender({
    hosts: config.webhookHosts,
    userAgent: `Headwater/${VERSION}`,
  })
  const dispatcher = opened.adopt(
    new Dispatcher({ db, keyring, wakeUps, sendWebhook, isOnlyWorker, log, now }),
    (it) => it.stop(),
  )
  const ticker = opened.adopt(new Ticker({ db, queue, log, now }), (it) => it.stop())
  const sweeper = opened.adopt(new DiagnosticsSweeper({ db, storage, log, now }), (it) => it.stop())
  const batchSweeper = opened.adopt(new BatchSweeper({ db, storage, log, now }), (it) => it.stop())
  const orphanSweeper = opened.adopt(new OrphanSweeper({ db, storage, log, now }), (it) => it.stop())
  const keeper = opened.adopt(new SandboxKeeper({ db, storage, copies, log, now }), (it) => it.stop())
  const app = await buildApp({
    config,
    db,
    sessions,
    keyring,
    storage,
    duck,
    queries,
    queue,
    wakeUps,
    keeper,
    ticker,
    sendWebhook,
    registry,
    neighbours,
    log,
    now,
  })
  opened.defer(() => app.close())
  // The port first: a server that can't listen must not take work.
  const address = await app.listen({ host: config.host, port: config.port })
  const publicUrl = (): string => config.publicUrl ?? address
  registerSteps(
    {
      db,
      sessions,
      queue,
      engine,
      storage,
      keyring,
      log,
      now,
      spoolDir: spool.folder,
      publicUrl,
      sliceTargetBytes: config.sliceTargetBytes,
      verify: config.verify,
      ...neighbours,
    },
    { extractSlots: config.extractSlots, extractsPerConnection: EXTRACTS_PER_CONNECTION },
  )
  ticker.start()
  dispatcher.start()
  sweeper.start()
  batchSweeper.start()
  orphanSweeper.start()
  keeper.start()
  const resources = opened.move()
  return {
    url: address,
    storeDescription: store.description,
    firstClient,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
