import { sql } from 'kysely'
import { type App, createApp } from '#http/app.ts'
import type { CommonGateway } from '#http/plugins/gateway.ts'
import { previewRows } from '#lake/query/preview-rows.ts'
import type { QueryProcesses } from '#lake/query/query-processes.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { submitImport } from '#runs/imports/submit-import.ts'
import { tidyImport } from '#runs/imports/tidy-import.ts'
import { findHeldFiles } from '#runs/replay/held-files.ts'
import { submitPlan } from '#runs/submit-step.ts'
import { registerCatalog } from '#services/catalog/routes.ts'
import { registerConsole } from '#services/console/routes.ts'
import { registerDataPrep } from '#services/data-prep/routes.ts'
import { registerExport } from '#services/export/routes.ts'
import { createSourceSampler } from '#services/flow-service/connected/sample-source.ts'
import { createTableDescriber } from '#services/flow-service/explore/describe-table.ts'
import { createPostgresSource } from '#services/flow-service/postgres-source.ts'
import { registerFlowService } from '#services/flow-service/routes.ts'
import { registerGuide } from '#services/guide/routes.ts'
import { registerIcebergCatalog } from '#services/iceberg-catalog/routes.ts'
import { registerIdentityNamespaces } from '#services/identity-namespaces/routes.ts'
import { CLIENTS_TOPIC, createClientLookup } from '#services/ims/client-reader.ts'
import { registerIms } from '#services/ims/routes.ts'
import { createTokenIssuer } from '#services/ims/token-issuer.ts'
import { registerIngestion } from '#services/ingestion/routes.ts'
import { registerLabels } from '#services/labels/routes.ts'
import { insertAuditEntry } from '#services/monitoring/audit-store.ts'
import { EventFeeds } from '#services/monitoring/event-feeds.ts'
import { registerMonitoring } from '#services/monitoring/routes.ts'
import { registerMetrics } from '#services/observability/metrics-routes.ts'
import { registerHealth } from '#services/observability/routes.ts'
import { registerQuery } from '#services/query/routes.ts'
import { registerSandboxes } from '#services/sandboxes/routes.ts'
import { SandboxReader } from '#services/sandboxes/sandbox-reader.ts'
import { registerSchemaRegistry } from '#services/schema-registry/routes.ts'
import type { Database } from '#store/database.ts'
import { icebergConfigOf } from './iceberg-config.ts'
import { createIngestionBatches } from './ingestion-batches.ts'
import type { Rooms } from './open-rooms.ts'
import { createTableLake } from './table-lake.ts'
import { VERSION } from './version.ts'

export interface AppParts extends Rooms {
  readonly queries: QueryProcesses
}

/** The HTTP application with all services on it. It does not listen yet. */
export async function buildApp(parts: AppParts): Promise<App> {
  const {
    config,
    db,
    keyring,
    storage,
    duck,
    queries,
    queue,
    ticker,
    sendWebhook,
    registry,
    neighbours,
    log,
    now,
  } = parts
  const { wakeUps, keeper, sessions } = parts
  const app = await createApp({ log, version: VERSION })
  const issuer = createTokenIssuer({ db, keyring, now })
  const sandboxes = new SandboxReader(db, now)
  const clients = createClientLookup({ db, now })
  wakeUps.on(CLIENTS_TOPIC, clients.forget)
  const gateway: CommonGateway = {
    verifyToken: issuer.verifyToken,
    findClient: clients.find,
    findSandbox: (orgId, wanted) => sandboxes.findActive(orgId, wanted),
    recordChange: (change) => insertAuditEntry(db, { ...change, atMs: now() }),
  }
  const common = { gateway, db, now }
  const { findSchema } = neighbours
  await registerHealth(app, { checks: readinessChecks(db, storage) })
  await registerConsole(app)
  registerGuide(app)
  await registerIms(app, { db, issuer })
  await registerSandboxes(app, { ...common, reader: sandboxes, onChange: () => keeper.nudge() })
  const source = createPostgresSource(sessions)
  const describeTable = createTableDescriber({ db, keyring, source })
  await registerSchemaRegistry(app, { ...registry, gateway, describeTable })
  await registerCatalog(app, {
    ...common,
    findSchema,
    createLakeTable: neighbours.createLakeTable,
    lake: neighbours.lake,
  })
  await registerLabels(app, { ...common, findSchema, findDataset: neighbours.findDataset })
  await registerMetrics(app, common)
  const sampleSource = createSourceSampler({ db, keyring, source })
  await registerDataPrep(app, { ...common, findSchema, sampleSource })
  await registerIdentityNamespaces(app, common)
  await registerExport(app, {
    ...common,
    storage,
    readLakeTable: neighbours.readLakeTable,
    readRows: ({ fields, paths, maxRows }) => previewRows(duck, { fields, paths, limit: maxRows }),
    publicUrl: config.publicUrl,
  })
  await registerIngestion(app, {
    ...common,
    storage,
    batches: createIngestionBatches({ db, lake: neighbours.lake, now }),
    submitImport: (tx, batchId) => submitImport(tx, queue, batchId),
    removeUploads: (batchId) => tidyImport({ db, storage }, batchId),
    localPathOf: neighbours.localPathOf,
  })
  await registerQuery(app, {
    gateway,
    db,
    runQuery: (query) => queries.run(query),
    readLakeTable: neighbours.readLakeTable,
  })
  await registerIcebergCatalog(app, {
    gateway,
    db,
    files: storage,
    storageConfig: icebergConfigOf(config.lake),
    listSandboxes: (orgId) => sandboxes.listActive(orgId),
  })
  const feeds = new EventFeeds({ db, log, now })
  app.addHook('onClose', () => feeds[Symbol.asyncDispose]())
  await registerMonitoring(app, { ...common, feeds, tableLake: createTableLake(storage) })
  await registerFlowService(app, {
    ...common,
    keyring,
    config,
    ...neighbours,
    source,
    submitRun: (tx, run) => submitPlan(tx, queue, run),
    cancelRun: (tx, run) => queue.submit(tx, 'run.dead', { v: 1, runId: run.id, isCancelled: true }),
    areRowsHeld: async (run) => (await findHeldFiles({ db, storage }, run)) !== undefined,
    nudgeScheduler: () => ticker.nudge(),
    sendWebhook,
  })
  return app
}

/** What a worker answers: its supervisor. */
export async function buildHealthApp({ db, storage, log }: Rooms): Promise<App> {
  const app = await createApp({ log, version: VERSION })
  await registerHealth(app, { checks: readinessChecks(db, storage) })
  return app
}

function readinessChecks(db: Database, storage: LakeStorage) {
  return [
    { name: 'metadata', check: () => sql`select 1`.execute(db) },
    { name: 'lake', check: () => assertWritable(storage) },
  ]
}

/** A key outside of every sandbox; the object is gone again after each check. */
const PROBE_KEY = 'health/probe'

async function assertWritable(storage: LakeStorage): Promise<void> {
  await storage.replace(PROBE_KEY, new TextEncoder().encode('ok'))
  await storage.remove([PROBE_KEY])
}
