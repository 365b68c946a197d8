import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Answer, ApiClient, ApiResponse } from '@headwater/testkit/api-client.ts'
import {
  CATALOG,
  connectTo,
  createDataset,
  finishedRun,
  type Ingested,
  ingest,
} from '@headwater/testkit/journey.ts'
import { hasPyiceberg, pyicebergTitle } from '@headwater/testkit/pyiceberg.ts'
import { PYTHON } from '@headwater/testkit/python.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { isS3InMemory, openTestS3, S3_CREDENTIALS, s3Title, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

/** Datasets as tables of an Iceberg REST catalog, for engines that know nothing of this server. */
const V1 = '/iceberg/v1'
const ROWS = 1_234

let source: TestDatabase
let server: TestServer
let landed: Ingested
let table: string

beforeAll(async () => {
  source = await createTestDatabase()
  await source.query(`create table web_orders as select i as id, 'order ' || i as note
    from generate_series(1, ${ROWS}) as i`)
  server = await startTestServer()
  landed = await land(server)
  table = await tableNameOf(server.client, landed.datasetId)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

async function land({ client }: TestServer): Promise<Ingested> {
  const ingested = await ingest(client, await connectTo(client, source), {
    tableName: 'public.web_orders',
    fields: { id: { type: 'integer' }, note: { type: 'string' } },
    mappings: ['id', 'note'].map((name) => ({
      sourceType: 'ATTRIBUTE',
      source: name,
      destination: `_headwater.${name}`,
    })),
  })
  const run = await finishedRun(client, ingested.flowId)
  expect(run.metrics.statusSummary.status).toBe('success')
  return ingested
}

async function tableNameOf(client: ApiClient, datasetId: string): Promise<string> {
  const { body } = await client.get(`${CATALOG}/dataSets/${datasetId}`)
  return body[datasetId].tags['adobe/pqs/table'][0]
}

/** As an engine asks: with a token and nothing else. */
function bare(client: ApiClient): ApiClient {
  return client.with({})
}

const NO_HEADERS = { 'x-api-key': undefined, 'x-gw-ims-org-id': undefined, 'x-sandbox-name': undefined }

function ask(path: string, headers: Record<string, string | undefined> = {}, client = server.client) {
  return bare(client).get(V1 + path, { headers: { ...NO_HEADERS, ...headers } })
}

function refusal(status: number, type: string, message: string): Answer {
  return [status, { error: { message: expect.stringContaining(message), type, code: status } }]
}

function told({ status, body }: ApiResponse): Answer {
  return [status, body]
}

describe('tables', () => {
  test('are found below the sandbox, and load with the metadata file as it is', async () => {
    expect(told(await ask('/namespaces'))).toEqual([200, { namespaces: [['prod']] }])
    expect(told(await ask('/namespaces?parent=prod'))).toEqual([200, { namespaces: [] }])
    expect(told(await ask('/namespaces/prod'))).toEqual([
      200,
      { namespace: ['prod'], properties: { 'headwater.sandbox-type': 'production' } },
    ])
    expect(told(await ask('/namespaces/prod/tables'))).toEqual([
      200,
      { identifiers: [{ namespace: ['prod'], name: table }] },
    ])
    const { status, body } = await ask(`/namespaces/prod/tables/${table}`)
    expect(status).toBe(200)
    expect(body.config).toEqual({})
    expect(body['metadata-location']).toBe(
      `file://${server.lakeDir}/prod/${landed.datasetId}/metadata/${fileOf(body)}`,
    )
    expect(body.metadata['current-snapshot-id']).toBe(body.metadata.snapshots.at(-1)['snapshot-id'])
    expect((await ask(`/namespaces/prod/tables/${landed.datasetId}`)).body).toEqual(body)
  })

  test('are not sent again to who has them', async () => {
    const path = `/namespaces/prod/tables/${table}`
    const etag = (await ask(path)).headers.get('etag') ?? ''
    expect((await ask(path, { 'if-none-match': `"other", W/${etag}` })).status).toBe(304)
    expect((await ask(path, { 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('come in pages when pages are asked for', async () => {
    const datasets = [await createDataset(server.client, landed.schemaId)]
    datasets.push(await createDataset(server.client, landed.schemaId))
    const all = (await ask('/namespaces/prod/tables')).body.identifiers.map(({ name }: Answer) => name)
    expect(all).toHaveLength(3)
    const seen: string[] = []
    let token: string | null = ''
    while (token !== null) {
      const query: string = new URLSearchParams({ pageSize: '2', pageToken: token }).toString()
      const { body } = await ask(`/namespaces/prod/tables?${query}`)
      expect(body.identifiers.length).toBeLessThanOrEqual(2)
      seen.push(...body.identifiers.map(({ name }: Answer) => name))
      token = body['next-page-token']
    }
    expect(seen).toEqual(all)
    for (const size of ['0', '1001', 'x'])
      expect(told(await ask(`/namespaces/prod/tables?pageSize=${size}`))).toEqual(
        refusal(400, 'BadRequestException', size),
      )
    for (const id of datasets) await server.client.call('DELETE', `${CATALOG}/dataSets/${id}`)
  })

  test('are there or are not', async () => {
    const has = async (path: string) => (await bare(server.client).call('HEAD', V1 + path)).status
    expect(await has('/namespaces/prod')).toBe(204)
    expect(await has(`/namespaces/prod/tables/${table}`)).toBe(204)
    expect(await has('/namespaces/prod/tables/nowhere')).toBe(404)
    expect(await has('/namespaces/nowhere')).toBe(404)
    expect(told(await ask('/namespaces/prod/tables/nowhere'))).toEqual(
      refusal(404, 'NoSuchTableException', 'nowhere'),
    )
    expect(told(await ask('/namespaces/nowhere/tables'))).toEqual(
      refusal(404, 'NoSuchNamespaceException', 'nowhere'),
    )
    expect(told(await ask('/namespaces/a%1Fb/tables'))).toEqual(
      refusal(404, 'NoSuchNamespaceException', 'one level'),
    )
  })

  test('are not written through the catalog', async () => {
    const path = `${V1}/namespaces/prod/tables`
    for (const [method, url, allow] of [
      ['POST', path, 'GET, HEAD'],
      ['DELETE', `${path}/${table}`, 'GET, HEAD'],
      ['POST', `${V1}/namespaces`, 'GET, HEAD'],
    ] as const) {
      const headers = { authorization: `Bearer ${server.client.token}` }
      const answer = await fetch(server.url + url, { method, headers })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
    }
  })
})

function fileOf(body: Answer): string {
  return body['metadata-location'].split('/').at(-1)
}

describe('who asks', () => {
  test('is known by the token, and is refused as engines understand it', async () => {
    expect(told(await ask('/config', { authorization: undefined }))).toEqual(
      refusal(401, 'NotAuthorizedException', 'Oauth token is missing'),
    )
    expect(told(await ask('/config', { authorization: 'Bearer x' }))).toEqual(
      refusal(401, 'NotAuthorizedException', 'not valid'),
    )
    expect(told(await ask('/config', { 'x-gw-ims-org-id': 'ffff@AdobeOrg' }))).toEqual(
      refusal(403, 'ForbiddenException', 'Profile'),
    )
    expect((await ask('/config?warehouse=any')).body.endpoints).toContain('GET /v1/{prefix}/namespaces')
  })

  test('sees the sandboxes whose datasets it may view, and of one that a header names no other', async () => {
    const made = await server.client.post('/data/foundation/sandbox-management/sandboxes', {
      name: 'dev',
      title: 'Development',
      type: 'development',
    })
    expect(made.status).toBe(202)
    await vi.waitFor(async () =>
      expect((await ask('/namespaces')).body).toEqual({ namespaces: [['dev'], ['prod']] }),
    )
    expect((await ask('/namespaces', { 'x-sandbox-name': 'dev' })).body).toEqual({ namespaces: [['dev']] })
    expect(told(await ask('/namespaces/prod/tables', { 'x-sandbox-name': 'dev' }))).toEqual(
      refusal(404, 'NoSuchNamespaceException', 'prod'),
    )
    const developer = await server.createClient({ permissions: ['View Datasets'], sandboxes: ['dev'] })
    expect((await ask('/namespaces', {}, developer)).body).toEqual({ namespaces: [['dev']] })
    expect(told(await ask('/namespaces/prod/tables', {}, developer))).toEqual(
      refusal(403, 'ForbiddenException', 'View Datasets'),
    )
    const nobody = await server.createClient({ permissions: ['Manage Schemas'] })
    expect(told(await ask('/namespaces', {}, nobody))).toEqual(
      refusal(403, 'ForbiddenException', 'View Datasets'),
    )
    await server.createOrganisation('stranger')
    const stranger = await server.createClient({ org: 'stranger' })
    expect(told(await ask(`/namespaces/prod/tables/${table}`, {}, stranger))).toEqual(
      refusal(404, 'NoSuchTableException', table),
    )
  })
})

/** What an engine in Python finds. */
async function attach(
  url: string,
  name: string,
  properties: Readonly<Record<string, string>>,
): Promise<Answer> {
  const script = join(import.meta.dirname, '../testkit/readers/read_catalog.py')
  const given = Object.entries(properties).map(([key, value]) => `${key}=${value}`)
  const { stdout } = await promisify(execFile)(
    PYTHON,
    ['-B', script, `${url}/iceberg`, 'prod', name, ...given],
    {
      timeout: 60_000,
    },
  )
  return JSON.parse(stdout)
}

function credentialOf({ credentials }: ApiClient): string {
  return `${credentials.client_id}:${credentials.client_secret}`
}

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)('attaches with the id and the secret of a client, and reads', async () => {
    const found = await attach(server.url, table, { credential: credentialOf(server.client) })
    expect(found).toEqual({
      namespaces: [['dev'], ['prod']],
      tables: [['prod', table]],
      isThere: true,
      isNowhere: false,
      location: (await ask(`/namespaces/prod/tables/${table}`)).body['metadata-location'],
      rows: ROWS,
      columns: expect.arrayContaining(['_headwater']),
      create: [expect.any(String), expect.stringContaining('not POST')],
    })
  })

  test.skipIf(!hasPyiceberg)('the program of the page for users prints what it says', async () => {
    const page = await readFile(join(import.meta.dirname, '../docs/iceberg.md'), 'utf8')
    const [, program = '', printed] = /```python\n(.*?)```\n\n```\n(.*?)```/s.exec(page) ?? []
    const viewer = await server.createClient({ permissions: ['View Datasets'], sandboxes: ['prod'] })
    const env = {
      ...process.env,
      BASE_URL: server.url,
      CLIENT_ID: viewer.credentials.client_id,
      CLIENT_SECRET: viewer.credentials.client_secret,
    }
    const run = promisify(execFile)(PYTHON, ['-B', '-c', program.replaceAll('web_orders', table)], { env })
    expect((await run).stdout.replaceAll(table, 'web_orders')).toBe(printed)
  })

  test.skipIf(!hasPyiceberg)('is told why it may not', async () => {
    expect(await attach(server.url, table, { token: 'x' })).toEqual({
      error: [expect.stringMatching(/Unauthorized|Authorization/), expect.stringContaining('not valid')],
    })
    const client = { credential: 'nobody:nothing' }
    expect(await attach(server.url, table, client)).toEqual({
      error: [expect.any(String), expect.stringContaining('client_id')],
    })
  })
})

describe(`a lake in ${s3Title}`, () => {
  let s3: TestS3 | undefined
  let other: TestServer | undefined
  afterAll(async () => {
    await other?.[Symbol.asyncDispose]()
    await s3?.[Symbol.asyncDispose]()
    vi.unstubAllEnvs()
  })

  test.skipIf(!hasPyiceberg)('is read through the catalog, which tells where it is and no key', async () => {
    for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
    s3 = await openTestS3()
    other = await startTestServer({ env: { HEADWATER_LAKE: s3.url, HEADWATER_S3_ENDPOINT: s3.endpoint } })
    const { datasetId } = await land(other)
    const name = await tableNameOf(other.client, datasetId)
    const loaded = await ask(`/namespaces/prod/tables/${name}`, {}, other.client)
    expect(loaded.body.config).toMatchObject({ 's3.endpoint': s3.endpoint, 's3.path-style-access': 'true' })
    expect(JSON.stringify(loaded.body.config)).not.toContain(S3_CREDENTIALS['AWS_SECRET_ACCESS_KEY'])
    const found = await attach(other.url, name, {
      credential: credentialOf(other.client),
      's3.access-key-id': S3_CREDENTIALS['AWS_ACCESS_KEY_ID'] ?? '',
      's3.secret-access-key': S3_CREDENTIALS['AWS_SECRET_ACCESS_KEY'] ?? '',
      ...(isS3InMemory && { 's3.region': 'us-east-1' }),
    })
    expect(found).toMatchObject({ tables: [['prod', name]], rows: ROWS })
  })
})
