import { join } from 'node:path'
import type { Answer } from '@headwater/testkit/api-client.ts'
import {
  CRM_FLOW_SPEC,
  connectTo,
  FULL,
  type Ingested,
  ingest,
  LAKE_SPEC,
  POSTGRES_SPEC,
} from '@headwater/testkit/journey.ts'
import {
  type PostmanCollection,
  type PostmanEnvironment,
  type PostmanRequest,
  readCollection,
  sendWithPostman,
} from '@headwater/testkit/postman.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { statement } from './statement.ts'

/**
 * The published collection, request by request (`acceptance/clients/postman/requests.json`). Its user types bodies
 * and pastes ids and etags from one answer into the variables of the next request.
 */
const COLLECTION = join(import.meta.dirname, '../clients/postman/requests.json')

let source: TestDatabase
let server: TestServer
let collection: PostmanCollection
let seeded: Ingested & { readonly baseConnectionId: string }

beforeAll(async () => {
  source = await createTestDatabase()
  await source.query('create table orders (id integer primary key, placed_at timestamptz)')
  server = await startTestServer()
  collection = await readCollection(COLLECTION)
  const baseConnectionId = await connectTo(server.client, source)
  const made = await ingest(server.client, baseConnectionId, {
    tableName: 'public.orders',
    fields: { id: { type: 'integer' } },
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' }],
  })
  seeded = { ...made, baseConnectionId }
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

statement(277, 'all 27 requests of the Postman collection succeed in order, at another host', async () => {
  expect(collection.folders.flatMap(({ requests }) => requests)).toHaveLength(27)
  await replay({})
  // `createdAt` is there in every kind of resource, and in no spec.
  await replay({ limit: '1', orderby: '-createdAt' })
})

/** Sends every request with the list parameters given, and expects each to succeed. */
async function replay(listParameters: PostmanEnvironment): Promise<void> {
  let environment: PostmanEnvironment = { ...userVariables(), ...listParameters }
  for (const { name, requests } of collection.folders) {
    for (const request of requests) {
      const typed = request.body === undefined ? '' : JSON.stringify(bodyOf(name, request.method))
      const answer = await sendWithPostman(server.url, collection.headers, request, {
        ...environment,
        body: typed,
      })
      const what = `${name}: ${request.method} ${request.url}`
      expect([200, 201, 204], `${what} ${JSON.stringify(answer.body)}`).toContain(answer.status)
      environment = { ...environment, ...pasted(name, request, answer.body) }
    }
  }
}

function userVariables(): PostmanEnvironment {
  const { token, credentials } = server.client
  return {
    ACCESS_TOKEN: token,
    API_KEY: credentials.client_id,
    IMS_ORG: credentials.ims_org,
    SANDBOX_NAME: 'prod',
    CONNECTION_SPEC_ID: POSTGRES_SPEC.id,
    FLOW_SPEC_ID: CRM_FLOW_SPEC.id,
  }
}

const ID_VARIABLE: Readonly<Record<string, string>> = {
  Connections: 'CONNECTION_ID',
  Flows: 'FLOW_ID',
  Runs: 'RUN_ID',
  'Source connections': 'SOURCE_CONNECTION_ID',
  'Target connections': 'TARGET_CONNECTION_ID',
}

/** What the user copies from the answer of a create. */
function pasted(folder: string, { method }: PostmanRequest, answer: Answer): PostmanEnvironment {
  if (method !== 'POST') return {}
  return { [ID_VARIABLE[folder] ?? '']: answer.id, 'if-match': answer.etag }
}

const RENAME = [{ op: 'replace', path: '/name', value: 'renamed' }]

function bodyOf(folder: string, method: string): unknown {
  return method === 'PATCH' ? RENAME : bodies()[folder]
}

function bodies(): Readonly<Record<string, unknown>> {
  return {
    Connections: {
      name: 'by Postman',
      auth: {
        specName: 'Connection String Based Authentication',
        params: { connectionString: connectionString() },
      },
      connectionSpec: POSTGRES_SPEC,
    },
    Flows: {
      name: 'by Postman',
      flowSpec: CRM_FLOW_SPEC,
      sourceConnectionIds: [seeded.sourceConnectionId],
      targetConnectionIds: [seeded.targetConnectionId],
      transformations: [{ name: 'Mapping', params: { mappingId: seeded.mappingId, mappingVersion: '0' } }],
      scheduleParams: { startTime: Math.floor(Date.now() / 1000) + 3600, frequency: 'day', interval: 1 },
    },
    Runs: {
      flowId: seeded.flowId,
      params: {
        windowStartTime: 1651584991,
        windowEndTime: 1663735590,
        // A window means something only to a flow that has a delta column; the first such run names it.
        deltaColumn: { name: 'placed_at' },
      },
    },
    'Source connections': {
      name: 'by Postman',
      baseConnectionId: seeded.baseConnectionId,
      data: { format: 'tabular' },
      params: { tableName: 'public.orders' },
      connectionSpec: POSTGRES_SPEC,
    },
    'Target connections': {
      name: 'by Postman',
      data: { schema: { id: seeded.schemaId, version: FULL } },
      params: { dataSetId: seeded.datasetId },
      connectionSpec: LAKE_SPEC,
    },
  }
}

function connectionString(): string {
  const { host, port, database, user, password } = source
  return `Server=${host};Port=${port};Database=${database};UID=${user};Password=${password}`
}
