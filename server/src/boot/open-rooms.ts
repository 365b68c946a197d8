import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#config/config.ts'
import type { Secrets } from '#config/secrets.ts'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { createLocalCopies, type LocalCopies } from '#lake/storage/local-copies.ts'
import type { createLog } from '#log/log.ts'
import { createWebhookSender } from '#notify/send-webhook.ts'
import { openQueue } from '#queue/pg-boss-queue.ts'
import type { StepQueue } from '#queue/step-queue.ts'
import { Ticker } from '#schedule/ticker.ts'
import { type Keyring, openKeyring } from '#secrets/keyring.ts'
import { DatasetReader } from '#services/catalog/dataset-store.ts'
import type { SendWebhook } from '#services/flow-service/subscriptions/webhook-port.ts'
import { NamespaceReader } from '#services/identity-namespaces/namespace-store.ts'
import { ensureOrg } from '#services/ims/first-start.ts'
import { createGlobalLibrary } from '#services/schema-registry/global-library.ts'
import type { Registry } from '#services/schema-registry/registry-context.ts'
import { SessionRack } from '#source/postgres/connect/session-rack.ts'
import type { Database } from '#store/database.ts'
import { WakeUps } from '#store/wake-ups.ts'
import { SandboxKeeper } from '#upkeep/sandbox-keeper.ts'
import { connectNeighbours, type Neighbours } from './neighbours.ts'
import { assertInPlace, openLake } from './open-lake.ts'
import { openStore } from './open-store.ts'
import { ownOrg } from './organisations.ts'
import { VERSION } from './version.ts'

export interface RoomsOptions {
  readonly config: Config
  readonly secrets: Secrets
  readonly log: ReturnType<typeof createLog>
  /** Epoch milliseconds; tests set their own clock. */
  readonly now?: (() => number) | undefined
}

/** What answering requests and carrying out runs have in common. Nothing of it works by itself yet. */
export interface Rooms {
  readonly config: Config
  readonly log: ReturnType<typeof createLog>
  readonly now: () => number
  readonly db: Database
  /** Shared: what asks for a table and what reads it soon after are often one flow. */
  readonly sessions: SessionRack
  readonly keyring: Keyring
  readonly storage: LakeStorage
  readonly duck: DuckDb
  readonly copies: LocalCopies
  readonly queue: StepQueue
  readonly wakeUps: WakeUps
  readonly keeper: SandboxKeeper
  readonly ticker: Ticker
  readonly sendWebhook: SendWebhook
  readonly registry: Registry
  readonly neighbours: Neighbours
  readonly storeDescription: string
  /** The organisation of the server itself. */
  readonly orgId: string
  /** No other process works on the database. */
  readonly isOnlyWorker: boolean
}

/** Opens store and lake and builds what stands on them; all of it ends with `opened`, in the opposite order. */
export async function openRooms(options: RoomsOptions, opened: AsyncDisposableStack): Promise<Rooms> {
  const { config, secrets, log } = options
  const now = options.now ?? Date.now
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const keyring = openKeyring({ dataDir: config.dataDir, masterKey: secrets.masterKey })
  const store = opened.use(await openStore(config, secrets))
  const { db, pool } = store
  const { orgId } = await ensureOrg(db, { ...ownOrg(config), now: now() })
  const storage = opened.use(await openLake(config.lake))
  await assertInPlace(db, storage)
  const duck = opened.use(createDuckDb())
  const registry = createRegistry(db, now)
  const copies = createLocalCopies(storage, join(config.dataDir, 'cache'))
  const neighbours = connectNeighbours({ db, storage, copies, duck, registry, now })
  const sessions = opened.use(new SessionRack())
  const wakeUps = opened.adopt(new WakeUps(pool, log), (it) => it.close())
  const isOnlyWorker = config.database === 'bundled'
  const queue = await openQueue({ db, pool, log, wakeUps, isOnlyWorker })
  opened.defer(() => queue.stop())
  const sendWebhook = createWebhookSender({
    hosts: config.webhookHosts,
    userAgent: `Headwater/${VERSION}`,
  })
  const ticker = new Ticker({ db, queue, log, now })
  const keeper = new SandboxKeeper({ db, storage, copies, log, now })
  const { description: storeDescription } = store
  return {
    ...{ config, log, now, db, sessions, keyring, storage, duck, copies, queue, wakeUps, keeper, ticker },
    ...{ sendWebhook, registry, neighbours, storeDescription, orgId, isOnlyWorker },
  }
}

function createRegistry(db: Database, now: () => number): Registry {
  return {
    db,
    now,
    library: createGlobalLibrary(),
    findNamespace: new NamespaceReader(db).findSummary,
    findDatasets: (tx, scope, schemaId) => new DatasetReader(tx).listOfSchema(scope, schemaId),
  }
}
