import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openStore } from '@headwater/server/boot/open-store.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { createLog } from '@headwater/server/log/log.ts'
import { Dispatcher } from '@headwater/server/notify/dispatcher.ts'
import { createWebhookSender } from '@headwater/server/notify/send-webhook.ts'
import { type Keyring, openKeyring } from '@headwater/server/secrets/keyring.ts'
import type { FlowRow, Run } from '@headwater/server/services/flow-service/runs/run.ts'
import { insertRun, saveRun } from '@headwater/server/services/flow-service/runs/run-store.ts'
import { newSigningSecret } from '@headwater/server/services/flow-service/subscriptions/signing-secret.ts'
import { sealSecrets } from '@headwater/server/services/flow-service/subscriptions/subscription-secrets.ts'
import { type Database, transact } from '@headwater/server/store/database.ts'
import { WakeUps } from '@headwater/server/store/wake-ups.ts'

const ORG = '4F3BB22C5631222A7F000101@AdobeOrg'
const SANDBOX = 'a1b2c3d4-0000-4000-8000-000000000001'
const SPEC = '14518937-270c-4525-bdec-c2ba7cce3860'

/** A metadata database with flows, subscriptions and servers that send, without HTTP in front of it. */
export interface OutboxWorld extends AsyncDisposable {
  readonly db: Database
  addFlow(): Promise<FlowRow>
  /** A subscription to that flow. */
  subscribe(flow: FlowRow, url: string): Promise<string>
  startRun(flow: FlowRow): Promise<Run>
  endRun(run: Run): Promise<unknown>
  startServer(): Promise<AsyncDisposable>
}

/** Starts a PostgreSQL server in a folder of its own. */
export async function openOutboxWorld(): Promise<OutboxWorld> {
  await using opened = new AsyncDisposableStack()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-bench-notify-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  const { config, secrets } = readSettings(['--data-dir', dataDir], {})
  const { db, pool } = opened.use(await openStore(config, secrets))
  const keyring = openKeyring({ dataDir })
  await seed(db)
  const resources = opened.move()
  return {
    db,
    addFlow: () => addFlow(db),
    subscribe: (flow, url) => subscribe(db, keyring, flow, url),
    startRun: (flow) => startRun(db, flow),
    endRun: ({ id }) => {
      const nowMs = Date.now()
      return transact(db, (tx) => saveRun(tx, id, { state: 'success', completedAt: nowMs, nowMs }))
    },
    async startServer() {
      const log = createLog({ level: 'silent' })
      const wakeUps = new WakeUps(pool, log)
      const sendWebhook = createWebhookSender({ userAgent: 'Headwater/bench' })
      const parts = { db, keyring, wakeUps, sendWebhook, log, now: Date.now, isOnlyWorker: false }
      const dispatcher = new Dispatcher(parts)
      dispatcher.start()
      return {
        async [Symbol.asyncDispose]() {
          await dispatcher.stop()
          await wakeUps.close()
        },
      }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function seed(db: Database): Promise<void> {
  const at = { created_at: 1, updated_at: 1 }
  await db.insertInto('org').values({ id: ORG, tenant_id: 'bench', created_at: 1 }).execute()
  const told = { name: 'prod', title: 'prod', type: 'production', state: 'active', region: 'local' } as const
  const sandbox = { ...at, ...told, id: SANDBOX, org_id: ORG, is_default: true }
  await db
    .insertInto('sandbox')
    .values({ ...sandbox, created_by: 'bench', updated_by: 'bench' })
    .execute()
}

const SCOPED = { org_id: ORG, sandbox_id: SANDBOX, created_at: 1, updated_at: 1, etag: '"e"' }

async function addFlow(db: Database): Promise<FlowRow> {
  const id = randomUUID()
  const document = { id, sandboxId: SANDBOX, sandboxName: 'prod', imsOrgId: ORG, flowSpec: { id: SPEC } }
  const row = { ...SCOPED, id, name: 'Orders to lake', state: 'enabled', flow_spec_id: SPEC } as const
  const columns = { source_connection_id: null, target_connection_id: null, next_run_at: null }
  return db
    .insertInto('flow')
    .values({ ...row, ...columns, watermark_at: null, document: JSON.stringify(document) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function subscribe(db: Database, keyring: Keyring, flow: FlowRow, url: string): Promise<string> {
  const id = randomUUID()
  const document = { id, url, flowIds: [flow.id], events: ['start', 'success'], eventCodes: 'newer' }
  const secrets = sealSecrets(keyring, id, { secret: newSigningSecret(), previous: [], headers: {} })
  const row = { ...SCOPED, id, name: 'bench', state: 'enabled', secrets } as const
  await db
    .insertInto('subscription')
    .values({ ...row, document: JSON.stringify(document) })
    .execute()
  return id
}

async function startRun(db: Database, flow: FlowRow): Promise<Run> {
  const nowMs = Date.now()
  const window = { startMs: null, endMs: null }
  return transact(db, async (tx) => {
    const asked = { flow, origin: 'request', scheduledFor: nowMs, window, nowMs } as const
    const run = await insertRun(tx, asked)
    if (run === undefined) throw new Error('the flow is gone')
    return saveRun(tx, run.id, { state: 'inProgress', startedAt: nowMs, nowMs })
  })
}
