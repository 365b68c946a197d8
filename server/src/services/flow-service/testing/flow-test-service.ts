import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { ApiDescription } from '@headwater/testkit/openapi/api-description.ts'
import { exchangeOf, expectDescribed } from '@headwater/testkit/openapi/expect-described.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import pino from 'pino'
import type { LakeField } from '#columns/column-type.ts'
import { createApp } from '#http/app.ts'
import type { DatasetSummary, FindDataset, MappingSetSummary } from '#http/neighbours.ts'
import { ALL_GRANTS, type Grant } from '#http/permissions.ts'
import type { TokenClaims } from '#http/plugins/gateway.ts'
import { ADMIN_SCOPE } from '#http/scope.ts'
import { createWebhookSender } from '#notify/send-webhook.ts'
import { type Keyring, openKeyring } from '#secrets/keyring.ts'
import { createPostgresSource } from '#services/flow-service/postgres-source.ts'
import { registerFlowService } from '#services/flow-service/routes.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import type { SourcePort } from '#services/flow-service/source-port.ts'
import { SandboxReader } from '#services/sandboxes/sandbox-reader.ts'
import { type Database, openDatabase, openPool } from '#store/database.ts'

export const ORG = '4F3BB22C5631222A7F000101@AdobeOrg'
export const OTHER_ORG = 'AAAAAAAAAAAAAAAAAAAAAAAA@AdobeOrg'
export const BASE = '/data/foundation/flowservice'
export const POSTGRES = { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137', version: '1.0' }
export const LAKE = { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' }
export const CRM = { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '1.0' }
export const DATASET = '65f000000000000000000001'
export const MAPPING = 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10'
const SCHEMA = 'https://ns.adobe.com/acme/schemas/0001'
const USER = '0123456789ABCDEF01234567@techacct.adobe.com'

export const SANDBOXES = {
  prod: { id: 'a1b2c3d4-0000-4000-8000-000000000001', name: 'prod', type: 'production' },
  dev: { id: 'a1b2c3d4-0000-4000-8000-000000000002', name: 'dev', type: 'development' },
  theirs: { id: 'a1b2c3d4-0000-4000-8000-000000000003', name: 'prod', type: 'production' },
} as const

const FIELDS: readonly LakeField[] = [
  {
    id: 1,
    name: '_acme',
    required: false,
    type: {
      kind: 'struct',
      fields: [
        { id: 2, name: 'id', required: false, type: { kind: 'long' } },
        { id: 3, name: 'city', required: false, type: { kind: 'string' } },
      ],
    },
  },
]

/** What an answer holds; tests look into it as they like. */
// biome-ignore lint/suspicious/noExplicitAny: the tests are the check.
export type AnyBody = any

export interface Answer {
  readonly status: number
  readonly body: AnyBody
  readonly headers: Readonly<Record<string, unknown>>
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
}

/** The Flow Service over databases of its own, with the smallest honest neighbours. */
export interface FlowTestService extends AsyncDisposable {
  readonly db: Database
  readonly keyring: Keyring
  readonly source: TestDatabase
  readonly metadata: TestDatabase
  /** The OpenAPI document of the service. */
  readonly document: object
  /** Runs whose first step was queued. */
  readonly submitted: Run[]
  /** Ids of runs that were to end. */
  readonly cancelled: string[]
  /** Mutable parts of the world. */
  readonly world: {
    nowMs: number
    nudges: number
    validateOnCreate: boolean
    strict: boolean
    edition: 'azure' | 'aws'
    datasets: DatasetSummary[]
    mappingSchema: string
    mapsColumn: string
  }
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    options?: CallOptions,
  ): Promise<Answer>
  /** Listens on a free port, for what only a socket shows, and returns the address of the service. */
  listen(): Promise<string>
}

export interface FlowTestOptions {
  /** Stands between the service and its source. */
  readonly wrapSource?: ((source: SourcePort) => SourcePort) | undefined
  /** Stands between the service and the catalogue. */
  readonly findDataset?: FindDataset | undefined
  /** Default a silent one. */
  readonly log?: pino.Logger | undefined
}

/** The headers of a caller who may do everything. */
export const CALLER: Readonly<Record<string, string>> = {
  authorization: 'Bearer valid',
  'x-api-key': 'client',
  'x-gw-ims-org-id': ORG,
  'x-sandbox-name': 'prod',
}

/** Headers that make a caller an administrator of the same organisation. */
export const ADMIN = { authorization: 'Bearer admin', 'x-api-key': 'admin' } as const

/** Those of a client that may look at sources only. */
export const VIEWER = { authorization: 'Bearer viewer', 'x-api-key': 'viewer' } as const

const VIEWER_GRANTS: readonly Grant[] = [{ permission: 'View Sources', sandboxId: null }]

const CLIENT_OF_TOKEN: Readonly<Record<string, TokenClaims>> = {
  valid: { clientId: 'client', orgId: ORG },
  admin: { clientId: 'admin', orgId: ORG },
  viewer: { clientId: 'viewer', orgId: ORG },
  theirs: { clientId: 'other', orgId: OTHER_ORG },
  'their-admin': { clientId: 'other-admin', orgId: OTHER_ORG },
}

/** Starts the service; the source has a table `public.orders` of ten rows. */
export async function startFlowService(options: FlowTestOptions = {}): Promise<FlowTestService> {
  const [metadata, source] = await Promise.all([createMetadataDatabase(), createTestDatabase()])
  const dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-flow-service-'))
  const db = openDatabase(openPool({ url: metadata.url }, { max: 6 }))
  await seedMetadata(db)
  await seedSource(source)
  const submitted: Run[] = []
  const cancelled: string[] = []
  const world = {
    nowMs: 1_760_000_000_000,
    nudges: 0,
    validateOnCreate: true,
    strict: false,
    edition: 'azure' as 'azure' | 'aws',
    datasets: [DATASET_SUMMARY],
    mappingSchema: SCHEMA,
    mapsColumn: 'city',
  }
  const sandboxes = new SandboxReader(db, Date.now)
  const keyring = openKeyring({ dataDir })
  const app = await createApp({ log: options.log ?? pino({ level: 'silent' }), version: 'test' })
  await registerFlowService(app, {
    db,
    keyring,
    now: () => world.nowMs++,
    gateway: {
      verifyToken: async (token) => CLIENT_OF_TOKEN[token],
      findClient: async (id) => ({
        id,
        orgId: id.startsWith('other') ? OTHER_ORG : ORG,
        tenantId: 'acme',
        userId: USER,
        scopes: id === 'admin' || id === 'other-admin' ? [ADMIN_SCOPE] : [],
        grants: id === 'viewer' ? VIEWER_GRANTS : ALL_GRANTS,
      }),
      findSandbox: (orgId, wanted) => sandboxes.findActive(orgId, wanted),
    },
    config: {
      get edition() {
        return world.edition
      },
      get validateOnCreate() {
        return world.validateOnCreate
      },
      minIntervalMinutes: 15,
      get strict() {
        return world.strict
      },
    },
    findDataset: options.findDataset ?? findDataset,
    listDatasets: async (scope, { start = 0, limit }) =>
      (scope.sandbox.id === SANDBOXES.prod.id ? world.datasets : []).slice(
        start,
        limit === undefined ? undefined : start + limit,
      ),
    previewDataset: async (_id, { limit }) => [{ _acme: { id: 1, city: 'Paris' } }].slice(0, limit),
    findMappingSet: async (_scope, id, version = 0) =>
      id === MAPPING && version === 0 ? mappingSet(world.mappingSchema, world.mapsColumn) : undefined,
    lakeFieldsOf: async () => FIELDS,
    landingShapeOf: async () => ({ fields: FIELDS, rules: undefined }),
    source: options.wrapSource?.(createPostgresSource()) ?? createPostgresSource(),
    submitRun: async (_tx, run) => void submitted.push(run),
    cancelRun: async (_tx, run) => void cancelled.push(run.id),
    areRowsHeld: async () => true,
    nudgeScheduler: () => {
      world.nudges++
    },
    sendWebhook: createWebhookSender({ userAgent: 'Headwater/test', timeoutMs: 500 }),
  })
  await app.ready()
  const document = app.swagger()
  const description = new ApiDescription(document)
  return {
    document,
    db,
    keyring,
    source,
    metadata,
    submitted,
    cancelled,
    world,
    async call(method, url, { body, headers = {} } = {}) {
      const all = {
        ...CALLER,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      }
      const sent = Object.fromEntries(
        Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
      )
      const payload = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body)
      const answer = await app.inject({
        method,
        url: `${BASE}${url}`,
        headers: sent,
        ...(payload === undefined ? {} : { payload }),
      })
      expectDescribed(description, exchangeOf(method, `${BASE}${url}`, answer))
      return {
        status: answer.statusCode,
        body: answer.body === '' ? undefined : answer.json(),
        headers: answer.headers,
      }
    },
    listen: async () => `${await app.listen({ host: '127.0.0.1', port: 0 })}${BASE}`,
    async [Symbol.asyncDispose]() {
      await app.close()
      await db.destroy()
      await Promise.all([metadata.drop(), source.drop(), rm(dataDir, { recursive: true, force: true })])
    },
  }
}

/** The catalogue has one dataset. */
export const findDataset: FindDataset = async (_scope, id) => (id === DATASET ? DATASET_SUMMARY : undefined)

const DATASET_SUMMARY: DatasetSummary = {
  id: DATASET,
  name: 'Orders',
  tableName: 'orders',
  schemaId: SCHEMA,
  schemaContentType: 'application/vnd.adobe.xed+json;version=1',
  behavior: 'record',
}

function mappingSet(schemaId: string, column: string): MappingSetSummary {
  return {
    id: MAPPING,
    version: 0,
    newestVersion: 0,
    schemaId,
    schemaContentType: 'application/vnd.adobe.xed-full+json;version=1.0',
    entries: [
      { sourceType: 'ATTRIBUTE', source: 'id', destination: '_acme.id' },
      { sourceType: 'ATTRIBUTE', source: column, destination: '_acme.city' },
    ],
  }
}

async function seedMetadata(db: Database): Promise<void> {
  const at = { created_at: 0, updated_at: 0 }
  for (const [id, tenant] of [
    [ORG, 'acme'],
    [OTHER_ORG, 'other'],
  ] as const) {
    await db.insertInto('org').values({ id, tenant_id: tenant, created_at: 0 }).execute()
  }
  for (const [key, { id, name, type }] of Object.entries(SANDBOXES)) {
    const org_id = key === 'theirs' ? OTHER_ORG : ORG
    const audit = { ...at, created_by: USER, updated_by: USER }
    await db
      .insertInto('sandbox')
      .values({
        ...audit,
        id,
        org_id,
        name,
        title: name,
        type,
        state: 'active',
        region: 'local',
        is_default: name === 'prod',
      })
      .execute()
  }
  const dataset = {
    id: DATASET,
    org_id: ORG,
    sandbox_id: SANDBOXES.prod.id,
    name: 'Orders',
    schema_id: SCHEMA,
  }
  await db
    .insertInto('dataset')
    .values({ ...at, ...dataset, table_name: 'orders', version: 1, document: '{}' })
    .execute()
}

async function seedSource(source: TestDatabase): Promise<void> {
  await source.query(`
    create table orders (
      id bigint primary key, city text, amount numeric(12,2), paid boolean, small smallint, whole integer,
      ratio double precision, updated_at timestamptz, born date, note text
    );
    insert into orders select n, case when n % 2 = 0 then 'Paris' else 'Los Angeles' end, n * 1.5, n % 2 = 0, n, n,
      n / 4.0, timestamptz '2026-01-01Z' + n * interval '1 day', date '2000-01-01' + n::int, null
    from generate_series(1, 10) n;
    create view big_orders as select * from orders where amount > 10;
    create schema "Sales.EU";
    create table "Sales.EU"."Odd ""Name""" ("Key" int)
  `)
}

/** The parameters of a base connection to the source. */
export function basicParams({ host, port, database, user, password }: TestDatabase): Record<string, unknown> {
  return { server: host, port: String(port), database, username: user, password, sslMode: 'Disable' }
}

/** Creates a base connection, a source and a target connection; a flow over them is what {@link flowBody} says. */
export async function makeConnections(
  service: FlowTestService,
): Promise<{ base: string; source: string; target: string }> {
  const auth = { specName: 'Basic Authentication', params: basicParams(service.source) }
  const base = await created(service, '/connections', { name: 'base', auth, connectionSpec: POSTGRES })
  const source = await created(service, '/sourceConnections', {
    name: 'orders',
    baseConnectionId: base,
    data: { format: 'tabular' },
    params: { tableName: 'public.orders' },
    connectionSpec: POSTGRES,
  })
  const target = await created(service, '/targetConnections', {
    name: 'lake',
    data: { schema: { id: SCHEMA, version: 'application/vnd.adobe.xed-full+json;version=1.0' } },
    params: { dataSetId: DATASET },
    connectionSpec: LAKE,
  })
  return { base, source, target }
}

/** The id of what was created; throws with the answer when nothing was. */
export async function created(service: FlowTestService, url: string, body: unknown): Promise<string> {
  const answer = await service.call('POST', url, { body })
  if (answer.status !== 201)
    throw new Error(`POST ${url} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** The body of a flow as the tutorial sends it, text for numbers included. */
export function flowBody(
  ids: { readonly source: string; readonly target: string },
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    name: 'Orders to lake',
    description: '',
    flowSpec: CRM,
    sourceConnectionIds: [ids.source],
    targetConnectionIds: [ids.target],
    transformations: [
      {
        name: 'Copy',
        params: { deltaColumn: { name: 'updated_at', dateFormat: 'YYYY-MM-DD', timezone: 'UTC' } },
      },
      { name: 'Mapping', params: { mappingId: MAPPING, mappingVersion: 0 } },
    ],
    scheduleParams: { startTime: '1612310466', frequency: 'minute', interval: '15', backfill: 'true' },
    ...changes,
  }
}

/** The one item of an answer. */
export async function itemOf(service: FlowTestService, url: string): Promise<AnyBody> {
  const { status, body } = await service.call('GET', url)
  if (status !== 200) throw new Error(`GET ${url} answered ${status}: ${JSON.stringify(body)}`)
  return body.items[0]
}
