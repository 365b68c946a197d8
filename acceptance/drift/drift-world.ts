import { join } from 'node:path'
import type { Answer } from '@headwater/testkit/api-client.ts'
import {
  CONVERSION,
  CRM_FLOW_SPEC,
  connectTo,
  createDataset,
  FLOW,
  FULL,
  finishedRun,
  LAKE_SPEC,
  POSTGRES_SPEC,
  REGISTRY,
} from '@headwater/testkit/journey.ts'
import { type HoldingProxy, holdingProxy } from '@headwater/testkit/postgres-lab/holding-proxy.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import pg from 'pg'
import { READ } from './scenario-table.ts'

/** Tables whose first run is far away. */
const FAR_FUTURE = '4102444800'

/** One server and one source for all scenarios; the server comes to the source through a proxy that holds copies. */
export class DriftWorld implements AsyncDisposable {
  readonly server: TestServer
  readonly source: TestDatabase
  readonly proxy: HoldingProxy
  readonly #metadata: pg.Pool
  readonly #resources: AsyncDisposableStack
  #connectionId: Promise<string> | undefined

  private constructor(parts: {
    server: TestServer
    source: TestDatabase
    proxy: HoldingProxy
    metadata: pg.Pool
    resources: AsyncDisposableStack
  }) {
    this.server = parts.server
    this.source = parts.source
    this.proxy = parts.proxy
    this.#metadata = parts.metadata
    this.#resources = parts.resources
  }

  static async open(): Promise<DriftWorld> {
    await using opened = new AsyncDisposableStack()
    const source = opened.use(await createTestDatabase())
    await source.query('create extension postgres_fdw')
    const proxy = opened.use(await holdingProxy(source))
    const server = opened.use(await startTestServer({ env: { HEADWATER_EXTRACT_SLOTS: '6' } }))
    const metadata = opened.adopt(new pg.Pool({ connectionString: server.databaseUrl, max: 2 }), (it) =>
      it.end(),
    )
    return new DriftWorld({ server, source, proxy, metadata, resources: opened.move() })
  }

  /** A base connection through the proxy, for the owner of the tables. */
  connection(): Promise<string> {
    this.#connectionId ??= this.connect({})
    return this.#connectionId
  }

  connect(user: { readonly user?: string; readonly password?: string }): Promise<string> {
    const { port, host } = this.proxy
    return connectTo(this.server.client, { ...this.source, ...user, host, port })
  }

  /** A role that scenarios grant to, and take back from. */
  async makeReader(schema: string): Promise<Reader> {
    const reader = { user: readerOf(schema), password: 'reads' }
    await this.source.query(`create role ${reader.user} login password '${reader.password}'`)
    const drop = async (): Promise<void> =>
      void (await this.source.query(`drop owned by ${reader.user}; drop role ${reader.user}`))
    return { ...reader, [Symbol.asyncDispose]: drop }
  }

  /** SQL of a kind for the schema of a scenario. */
  fillIn(sql: string, schema: string): string {
    const { host, port, database, user, password } = this.source
    return sql
      .replaceAll(':server', `host '${host}', port '${port}', dbname '${database}'`)
      .replaceAll(':login', `user '${user}', password '${password}'`)
      .replaceAll(':reader', readerOf(schema))
      .replaceAll(':schema', schema)
  }

  /** A flow over some columns of a table, whose schema and mapping set were made from it. */
  async makeFlow(wanted: FlowWish): Promise<MadeFlow> {
    const { tableName, connectionId, columns = READ, params = {} } = wanted
    const table = await this.post(`${REGISTRY}/rpc/tableschema`, {
      baseConnectionId: connectionId,
      tableName,
      columns,
    })
    const schemaId: string = table.schema.$id
    const [mapping, datasetId] = await Promise.all([
      this.post(`${CONVERSION}/mappingSets`, table.mappingSet),
      createDataset(this.server.client, schemaId),
    ])
    const name = tableName
    const [source, target] = await Promise.all([
      this.post(`${FLOW}/sourceConnections`, {
        name,
        baseConnectionId: connectionId,
        params: { tableName, ...params },
        connectionSpec: POSTGRES_SPEC,
      }),
      this.post(`${FLOW}/targetConnections`, {
        name,
        data: { schema: { id: schemaId, version: FULL } },
        params: { dataSetId: datasetId },
        connectionSpec: LAKE_SPEC,
      }),
    ])
    const flow = await this.post(`${FLOW}/flows`, {
      name,
      flowSpec: CRM_FLOW_SPEC,
      sourceConnectionIds: [source.id],
      targetConnectionIds: [target.id],
      transformations: [
        { name: 'Mapping', params: { mappingId: mapping.id, mappingVersion: 0 } },
        ...(wanted.deltaColumn === undefined
          ? []
          : [{ name: 'Copy', params: { deltaColumn: { name: wanted.deltaColumn } } }]),
      ],
      scheduleParams: { startTime: FAR_FUTURE, frequency: 'day', interval: '1' },
    })
    return { flowId: flow.id, datasetId, schemaId, mappingId: mapping.id, sourceConnectionId: source.id }
  }

  /** Asks for a run; its end is for {@link ended} to wait for. */
  async startRun(flowId: string): Promise<void> {
    await this.post(`${FLOW}/runs`, { flowId })
  }

  ended(flowId: string): Promise<Answer> {
    return finishedRun(this.server.client, flowId)
  }

  async post(path: string, body: Answer): Promise<Answer> {
    const answer = await this.server.client.post(path, body)
    if (answer.status < 300) return answer.body
    throw new Error(`no POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }

  /** The newest metadata file of a dataset. The hint for readers of folders is written a moment after a commit. */
  async metadataPath(datasetId: string): Promise<string> {
    const query = 'select metadata_key from lake_table where dataset_id = $1'
    const { rows } = await this.#metadata.query(query, [datasetId])
    return join(this.server.lakeDir, rows[0].metadata_key)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync()
  }
}

/** Roles belong to the whole server, which other tests share. */
function readerOf(schema: string): string {
  return `${schema}_${process.pid}`
}

export interface Reader extends AsyncDisposable {
  readonly user: string
  readonly password: string
}

export interface FlowWish {
  readonly connectionId: string
  readonly tableName: string
  /** Default those that scenarios read. */
  readonly columns?: readonly string[] | undefined
  readonly deltaColumn?: string | undefined
  /** More parameters of the source connection. */
  readonly params?: Answer
}

export interface MadeFlow {
  readonly flowId: string
  readonly datasetId: string
  readonly schemaId: string
  readonly mappingId: string
  readonly sourceConnectionId: string
}
