import { issueCredentials } from '@headwater/server/boot/credentials.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { type Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { createGatedRelation } from '@headwater/testkit/gated-relation.ts'
import {
  CONVERSION,
  CRM_FLOW_SPEC,
  createDataset,
  createSchema,
  FULL,
  LAKE_SPEC,
  POSTGRES_SPEC,
} from '@headwater/testkit/journey.ts'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { vi } from 'vitest'
import { FlowClient } from './flow-client.ts'
import { witnessAnswer } from './reference.ts'

/** What a flow is made of, ready to be pointed to. */
export interface ReadyMade {
  readonly schemaId: string
  readonly datasetId: string
  readonly connectionId: string
  readonly sourceConnectionId: string
  readonly targetConnectionId: string
  readonly mappingId: string
}

/** What a create answers. */
export interface Made {
  readonly id: string
  readonly etag: string
}

/** A run that stands still in the middle of its rows. */
export interface BlockedRun {
  readonly id: string
  readonly flowId: string
  /** Lets it and those behind it go on. */
  readonly open: () => Promise<void>
}

export interface WorldOptions {
  /** Variables of the server, e.g. `HEADWATER_STRICT`. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Five orders of which three are paid, a table without rows, and a view. */
const TABLES = `
  create table orders (
    id integer primary key,
    note text,
    amount numeric(12, 2),
    is_paid boolean not null,
    placed_on date not null,
    updated_at timestamptz not null
  );
  insert into orders values
    (1, 'first', 10.50, true, '2024-01-01', '2024-01-01T10:00:00Z'),
    (2, 'second', 20.00, false, '2024-01-02', '2024-01-02T10:00:00Z'),
    (3, null, 30.25, true, '2024-01-03', '2024-01-03T10:00:00Z'),
    (4, 'fourth', null, false, '2024-01-04', '2024-01-04T10:00:00Z'),
    (5, 'fifth', 50.00, true, '2024-01-05', '2024-01-05T10:00:00Z');
  create table empty_orders (like orders including all);
  create view paid_orders as select id, note, amount from orders where is_paid`

/** Fields of the schema, below the tenant's namespace. */
export const FIELDS = {
  id: { type: 'integer' },
  note: { type: 'string' },
  amount: { type: 'number' },
  updated_at: { type: 'string', format: 'date-time' },
}

/** Every field of {@link FIELDS} from the column of the same name. */
export const MAPPINGS = Object.keys(FIELDS).map((name) => ({
  sourceType: 'ATTRIBUTE',
  source: name,
  destination: `_headwater.${name}`,
}))

/** A day that no test lives to see: flows with it run only when they are asked to. */
export const FAR_FUTURE = '4102444800'

/** A whole server, a source database with tables, and makers of everything that the service knows. */
export class World implements AsyncDisposable {
  readonly server: TestServer
  readonly source: TestDatabase
  readonly client: FlowClient
  readonly #resources: AsyncDisposableStack
  readonly #env: Readonly<Record<string, string>>
  #ready: Promise<ReadyMade> | undefined
  #blocked: Promise<BlockedRun> | undefined
  #counter = 0

  constructor(parts: {
    readonly server: TestServer
    readonly source: TestDatabase
    readonly resources: AsyncDisposableStack
    readonly env: Readonly<Record<string, string>>
  }) {
    this.server = parts.server
    this.source = parts.source
    this.client = new FlowClient(parts.server.client, witnessAnswer)
    this.#resources = parts.resources
    this.#env = parts.env
  }

  /** Parts of flows that tests may share and must not change; made when first asked for. */
  ready(): Promise<ReadyMade> {
    this.#ready ??= this.#makeReady()
    return this.#ready
  }

  /** A name that nothing else in this world has. */
  newName(kind: string): string {
    return `${kind} ${++this.#counter}`
  }

  /** The body of a base connection to the source database, by basic authentication. */
  connectionBody(overrides: Answer = {}): Answer {
    return {
      name: this.newName('connection'),
      auth: { specName: 'Basic Authentication', params: this.basicParams() },
      connectionSpec: POSTGRES_SPEC,
      ...overrides,
    }
  }

  /** Parameters of basic authentication with the source database. */
  basicParams(overrides: Answer = {}): Answer {
    const { host: server, port, database, user: username, password } = this.source
    return { server, port: String(port), database, username, password, sslMode: 'Disable', ...overrides }
  }

  makeConnection(overrides: Answer = {}): Promise<Made> {
    return this.make('/connections', this.connectionBody(overrides))
  }

  async sourceBody(overrides: Answer = {}): Promise<Answer> {
    const { baseConnectionId = (await this.ready()).connectionId, ...rest } = overrides
    return {
      name: this.newName('source'),
      baseConnectionId,
      data: { format: 'tabular' },
      params: { tableName: 'public.orders' },
      connectionSpec: POSTGRES_SPEC,
      ...rest,
    }
  }

  async makeSource(overrides: Answer = {}): Promise<Made> {
    return this.make('/sourceConnections', await this.sourceBody(overrides))
  }

  async targetBody(overrides: Answer = {}): Promise<Answer> {
    const { schemaId, datasetId } = await this.ready()
    return {
      name: this.newName('target'),
      data: { schema: { id: schemaId, version: FULL } },
      params: { dataSetId: datasetId },
      connectionSpec: LAKE_SPEC,
      ...overrides,
    }
  }

  async makeTarget(overrides: Answer = {}): Promise<Made> {
    return this.make('/targetConnections', await this.targetBody(overrides))
  }

  /** A flow over the ready-made parts whose first run is far away. */
  async flowBody(overrides: Answer = {}): Promise<Answer> {
    const { sourceConnectionId, targetConnectionId, mappingId } = await this.ready()
    return {
      name: this.newName('flow'),
      flowSpec: CRM_FLOW_SPEC,
      sourceConnectionIds: [sourceConnectionId],
      targetConnectionIds: [targetConnectionId],
      transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion: 0 } }],
      scheduleParams: { startTime: FAR_FUTURE, frequency: 'day', interval: '1' },
      ...overrides,
    }
  }

  async makeFlow(overrides: Answer = {}): Promise<Made> {
    return this.make('/flows', await this.flowBody(overrides))
  }

  /** A run that is asked for. It starts at once. */
  makeRun(flowId: string, overrides: Answer = {}): Promise<Made> {
    return this.make('/runs', { flowId, ...overrides })
  }

  /** A run that is in progress until `open` is called; every later run of its flow waits as it was made. */
  blockedRun(): Promise<BlockedRun> {
    this.#blocked ??= this.#makeBlockedRun()
    return this.#blocked
  }

  /** A run that was asked for and does not start, so that nobody changes it. */
  async makeWaitingRun(): Promise<Made> {
    return this.makeRun((await this.blockedRun()).flowId)
  }

  async #makeBlockedRun(): Promise<BlockedRun> {
    const { schemaId } = await this.ready()
    const gate = await createGatedRelation(this.source, 10)
    await gate.close()
    const source = await this.makeSource({ params: { tableName: gate.tableName } })
    const mappingId = await this.makeMapping(schemaId, [
      { sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' },
    ])
    const flow = await this.makeFlow({
      sourceConnectionIds: [source.id],
      transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion: 0 } }],
    })
    const { id } = await this.makeRun(flow.id)
    await gate.reached()
    return { id, flowId: flow.id, open: () => gate.open() }
  }

  makeSchema(fields: Answer = FIELDS): Promise<string> {
    return createSchema(this.server.client, fields)
  }

  makeDataset(schemaId: string): Promise<string> {
    return createDataset(this.server.client, schemaId)
  }

  async makeMapping(schemaId: string, mappings: Answer = MAPPINGS, contentType = FULL): Promise<string> {
    const body = { outputSchema: { schemaRef: { id: schemaId, contentType } }, mappings }
    const { status, body: answer } = await this.server.client.post(`${CONVERSION}/mappingSets`, body)
    if (status < 300) return answer.id
    throw new Error(`no mapping set: ${JSON.stringify(answer)}`)
  }

  /** Creates something and insists on it. */
  async make(path: string, body: Answer, client: FlowClient = this.client): Promise<Made> {
    const { status, body: made, text } = await client.post(path, body)
    if (status === 201) return made
    throw new Error(`no POST ${path}: ${status} ${text}`)
  }

  /** The client in a new sandbox of the same organisation. */
  async openSandbox(): Promise<FlowClient> {
    const name = `sandbox-${++this.#counter}`
    const body = { name, title: name, type: 'development' }
    const { status, body: answer } = await this.server.client.post(SANDBOXES, body)
    if (status !== 202) throw new Error(`no sandbox: ${JSON.stringify(answer)}`)
    const isActive = async (): Promise<boolean> =>
      (await this.server.client.get(`${SANDBOXES}/${name}`)).body.state === 'active'
    await vi.waitUntil(isActive, { timeout: 10_000, interval: 20 })
    return this.client.with({ 'x-sandbox-name': name })
  }

  /** A client of another organisation on the same server. */
  async openOrganisation(): Promise<FlowClient> {
    const env = { ...this.#env, HEADWATER_TENANT_ID: `tenant${++this.#counter}` }
    const issued = await issueCredentials(readSettings([], env), { name: 'another organisation' })
    return this.#authenticated(issued)
  }

  /** A client of the same organisation that may write specs and tell of runs. */
  async openAdmin(): Promise<FlowClient> {
    return new FlowClient(await this.server.createAdmin(), witnessAnswer)
  }

  async #authenticated(issued: Awaited<ReturnType<typeof issueCredentials>>): Promise<FlowClient> {
    const api = new ApiClient({ ...issued, base_url: this.server.url })
    await api.authenticate()
    return new FlowClient(api, witnessAnswer)
  }

  async #makeReady(): Promise<ReadyMade> {
    const [schemaId, { id: connectionId }] = await Promise.all([this.makeSchema(), this.makeConnection()])
    const [datasetId, mappingId] = await Promise.all([this.makeDataset(schemaId), this.makeMapping(schemaId)])
    const source = await this.makeSource({ baseConnectionId: connectionId })
    const target = await this.make('/targetConnections', {
      name: this.newName('target'),
      data: { schema: { id: schemaId, version: FULL } },
      params: { dataSetId: datasetId },
      connectionSpec: LAKE_SPEC,
    })
    const ids = { sourceConnectionId: source.id, targetConnectionId: target.id }
    return { schemaId, datasetId, connectionId, mappingId, ...ids }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync()
  }
}

const SANDBOXES = '/data/foundation/sandbox-management/sandboxes'

/** Opens a world of its own for one file: in `beforeAll`, to be disposed of in `afterAll`. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  await using opened = new AsyncDisposableStack()
  const source = opened.use(await createTestDatabase())
  await source.query(TABLES)
  const metadata = opened.use(await createMetadataDatabase())
  const env = { ...options.env, DATABASE_URL: metadata.url }
  const server = opened.use(await startTestServer({ env }))
  return new World({
    server,
    source,
    resources: opened.move(),
    env: { ...env, HEADWATER_DATA_DIR: server.dataDir },
  })
}
