import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, ApiClient, ApiResponse } from './api-client.ts'
import type { TestDatabase } from './test-database.ts'

/** The steps of the documented journey, for tests that need something landed. */
export const FLOW = '/data/foundation/flowservice'
export const REGISTRY = '/data/foundation/schemaregistry'
export const CATALOG = '/data/foundation/catalog'
export const CONVERSION = '/data/foundation/conversion'

export const POSTGRES_SPEC = { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137', version: '1.0' }
export const LAKE_SPEC = { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' }
export const CRM_FLOW_SPEC = { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '1.0' }
export const FULL = 'application/vnd.adobe.xed-full+json;version=1'

/** What is needed to ingest a relation. */
export interface Ingestion {
  readonly tableName: string
  /** Fields below the tenant's namespace. */
  readonly fields: Answer
  /** Which of them every row has to have. */
  readonly required?: readonly string[]
  readonly mappings: readonly Answer[]
  readonly options?: Answer
  readonly scheduleParams?: Answer
  readonly copy?: Answer
  readonly filters?: Answer
}

export interface Ingested {
  readonly flowId: string
  readonly datasetId: string
  readonly schemaId: string
  readonly sourceConnectionId: string
  readonly targetConnectionId: string
  readonly mappingId: string
}

let counter = 0

/** A base connection to a test database. */
export async function connectTo(
  client: ApiClient,
  database: Pick<TestDatabase, 'host' | 'port' | 'database' | 'user' | 'password'>,
): Promise<string> {
  const { host, port, user, password } = database
  const params = {
    server: host,
    port: String(port),
    database: database.database,
    username: user,
    password,
    sslMode: 'Disable',
  }
  const answer = await client.post(`${FLOW}/connections`, {
    name: 'source',
    auth: { specName: 'Basic Authentication', params },
    connectionSpec: POSTGRES_SPEC,
  })
  return expectId(answer)
}

/** Schema, dataset, connections, mapping and flow for a relation. Returns when the flow exists. */
export async function ingest(client: ApiClient, connectionId: string, wanted: Ingestion): Promise<Ingested> {
  const schemaId = await createSchema(client, wanted.fields, wanted.required)
  const datasetId = await createDataset(client, schemaId)
  const sourceConnectionId = expectId(
    await client.post(`${FLOW}/sourceConnections`, {
      name: 'source',
      baseConnectionId: connectionId,
      data: { format: 'tabular' },
      params: {
        tableName: wanted.tableName,
        ...(wanted.filters === undefined ? {} : { filters: wanted.filters }),
      },
      connectionSpec: POSTGRES_SPEC,
    }),
  )
  const targetConnectionId = expectId(
    await client.post(`${FLOW}/targetConnections`, {
      name: 'target',
      data: { schema: { id: schemaId, version: FULL } },
      params: { dataSetId: datasetId },
      connectionSpec: LAKE_SPEC,
    }),
  )
  const mappingId = expectId(
    await client.post(`${CONVERSION}/mappingSets`, {
      name: 'mapping',
      outputSchema: { schemaRef: { id: schemaId, contentType: FULL } },
      mappings: wanted.mappings,
    }),
  )
  const flow = await client.post(`${FLOW}/flows`, {
    name: `flow ${++counter}`,
    flowSpec: CRM_FLOW_SPEC,
    sourceConnectionIds: [sourceConnectionId],
    targetConnectionIds: [targetConnectionId],
    transformations: [
      ...(wanted.copy === undefined ? [] : [{ name: 'Copy', params: wanted.copy }]),
      { name: 'Mapping', params: { mappingId, mappingVersion: 0 } },
    ],
    scheduleParams: wanted.scheduleParams ?? {
      startTime: String(Math.floor(Date.now() / 1000)),
      frequency: 'once',
    },
    ...(wanted.options === undefined ? {} : { options: wanted.options }),
  })
  return { flowId: expectId(flow), datasetId, schemaId, sourceConnectionId, targetConnectionId, mappingId }
}

/** A record schema with these fields below the tenant's namespace. */
export async function createSchema(
  client: ApiClient,
  fields: Answer,
  required: readonly string[] = [],
): Promise<string> {
  const stamp = `${process.pid}-${++counter}`
  const made = await client.post(`${REGISTRY}/tenant/classes`, {
    type: 'object',
    title: `class ${stamp}`,
    allOf: [{ $ref: 'https://ns.adobe.com/xdm/data/record' }],
  })
  const classId = expectMember(made, '$id')
  const group = await client.post(`${REGISTRY}/tenant/fieldgroups`, {
    type: 'object',
    title: `fields ${stamp}`,
    'meta:intendedToExtend': [classId],
    definitions: {
      customFields: {
        type: 'object',
        properties: { _headwater: { type: 'object', properties: fields, required } },
      },
    },
    allOf: [{ $ref: '#/definitions/customFields' }],
  })
  const schema = await client.post(`${REGISTRY}/tenant/schemas`, {
    type: 'object',
    title: `schema ${stamp}`,
    allOf: [{ $ref: classId }, { $ref: expectMember(group, '$id') }],
  })
  return expectMember(schema, '$id')
}

export async function createDataset(client: ApiClient, schemaId: string): Promise<string> {
  const answer = await client.post(`${CATALOG}/dataSets`, {
    name: `dataset ${++counter}`,
    schemaRef: { id: schemaId, contentType: FULL },
  })
  if (answer.status !== 201) throw new Error(`no dataset: ${JSON.stringify(answer.body)}`)
  return String(answer.body[0]).replace('@/dataSets/', '')
}

const POLL_MS = 50
const PATIENCE_MS = 45_000

/** The newest run of a flow when it has ended, with success or not. */
export async function finishedRun(
  client: ApiClient,
  flowId: string,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const path = `${FLOW}/runs?property=${encodeURIComponent(`flowId==${flowId}`)}&limit=1`
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(POLL_MS)) {
    const { body } = await client.get(path)
    const status = body.items?.[0]?.metrics?.statusSummary?.status
    if (status === 'success' || status === 'failed') return body.items[0]
  }
  throw new Error(`the run of flow ${flowId} did not end in ${patienceMs / 1000} s`)
}

/** A run when it has ended, with success or not. */
export async function endOfRun(client: ApiClient, id: string, patienceMs = PATIENCE_MS): Promise<Answer> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(POLL_MS)) {
    const run = (await client.get(`${FLOW}/runs/${id}`)).body.items?.[0]
    const status = run?.metrics?.statusSummary?.status
    if (status === 'success' || status === 'failed') return run
  }
  throw new Error(`the run ${id} did not end in ${patienceMs / 1000} s`)
}

/** The rows that a statement finds in the landed datasets. */
export async function queryRows(client: ApiClient, sql: string): Promise<Answer[][]> {
  const answer = await client.post('/query', { sql })
  if (answer.status !== 200) throw new Error(`query failed: ${JSON.stringify(answer.body)}`)
  return answer.body.rows
}

/** The id in an answer that made something. */
export function expectId(answer: ApiResponse): string {
  return expectMember(answer, 'id')
}

function expectMember(answer: ApiResponse, name: string): string {
  const value = answer.body?.[name]
  if (answer.status < 300 && typeof value === 'string') return value
  throw new Error(`expected a ${name}, got ${answer.status}: ${JSON.stringify(answer.body)}`)
}
