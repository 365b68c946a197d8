import {
  connectTo,
  createDataset,
  createSchema,
  FLOW,
  FULL,
  LAKE_SPEC,
  POSTGRES_SPEC,
  REGISTRY,
} from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** What a client gets wrong on its first day: each has its status, a code, and a sentence that says what to do. */
let source: TestDatabase
let server: TestServer

beforeAll(async () => {
  source = await createTestDatabase()
  await source.query('create table orders (id integer primary key, placed_at timestamptz, note text)')
  server = await startTestServer()
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

function paramsOf(changes: Record<string, string>) {
  const { host, port, user, password, database } = source
  return {
    server: host,
    port: String(port),
    database,
    username: user,
    password,
    sslMode: 'Disable',
    ...changes,
  }
}

function connect(changes: Record<string, string>, specId = POSTGRES_SPEC.id) {
  return server.client.post(`${FLOW}/connections`, {
    name: 'wrong',
    auth: { specName: 'Basic Authentication', params: paramsOf(changes) },
    connectionSpec: { id: specId, version: '1.0' },
  })
}

describe('headers', () => {
  const cases = [
    { leftOut: 'authorization', status: 403, code: '403010' },
    { leftOut: 'x-api-key', status: 403, code: '403000' },
    { leftOut: 'x-gw-ims-org-id', status: 400, code: '400003' },
  ]
  for (const { leftOut, status, code } of cases) {
    test(`without ${leftOut}: ${code}`, async () => {
      const answer = await server.client.get(`${FLOW}/connections`, { headers: { [leftOut]: undefined } })
      expect(answer).toMatchObject({ status, body: { error_code: code } })
    })
  }

  test('a token that is none: 401013', async () => {
    const answer = await server.client.get(`${FLOW}/flows`, { headers: { authorization: 'Bearer nonsense' } })
    expect(answer).toMatchObject({ status: 401, body: { error_code: '401013' } })
  })

  test('another organisation: 403025', async () => {
    const headers = { 'x-gw-ims-org-id': '000000000000000000000000@AdobeOrg' }
    expect(await server.client.get(`${FLOW}/flows`, { headers })).toMatchObject({
      status: 403,
      body: { error_code: '403025' },
    })
  })

  test('a sandbox that is none is the family’s own 404', async () => {
    const answer = await server.client.get(`${FLOW}/flows`, { headers: { 'x-sandbox-name': 'nowhere' } })
    expect(answer.status).toBe(404)
    expect(answer.body).toMatchObject({ type: 'https://ns.adobe.com/aep/errors/FLOW-2100-404', status: 404 })
    expect(answer.body.errorMessage).toContain('nowhere')
  })
})

describe('base connections', () => {
  test('an unknown spec id', async () => {
    const answer = await connect({}, '00000000-0000-4000-8000-000000000000')
    expect(answer.status).toBe(400)
    expect(answer.body.type).toContain('FLOW-1413-400')
  })

  test('a source that nobody answers at: refused with the address and a remedy', async () => {
    const answer = await connect({ port: '1' })
    expect(answer.status).toBe(400)
    expect(answer.body.type).toContain('FLOW-1100-400')
    expect(answer.body.errorMessage).toContain('127.0.0.1:1')
  })

  test('a wrong password: named, and repeated nowhere', async () => {
    const answer = await connect({ password: 'sesame-open-42' })
    expect(answer.status).toBe(400)
    expect(answer.body.type).toContain('FLOW-1100-400')
    expect(answer.body.errorMessage).toMatch(/password/i)
    expect(JSON.stringify(answer.body)).not.toContain('sesame-open-42')
    expect(server.log.join('')).not.toContain('sesame-open-42')
  })

  test('a missing parameter is named', async () => {
    const answer = await server.client.post(`${FLOW}/connections`, {
      name: 'wrong',
      auth: { specName: 'Basic Authentication', params: { server: 'localhost' } },
      connectionSpec: POSTGRES_SPEC,
    })
    expect(answer.status).toBe(400)
    expect(answer.body.errorMessage).toContain('database')
  })

  test('malformed JSON is a 400 in the family’s shape, with what is wrong', async () => {
    const answer = await server.client.post(`${FLOW}/connections`, '{"name": ')
    expect(answer.status).toBe(400)
    expect(answer.body.type).toMatch(/FLOW-\d{4}-400$/)
    expect(answer.body.errorMessage).toContain('not valid JSON')
  })

  test('no body at all: 1405', async () => {
    const answer = await server.client.call('POST', `${FLOW}/connections`, {
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(400)
    expect(answer.body.type).toContain('FLOW-1405-400')
  })

  test('secrets are masked wherever the connection is shown', async () => {
    const id = await connectTo(server.client, source)
    for (const path of [`${FLOW}/connections/${id}`, `${FLOW}/connections`]) {
      const answer = await server.client.get(path)
      expect(answer.status).toBe(200)
      expect(JSON.stringify(answer.body)).not.toContain(source.password)
      expect(answer.body.items[0].auth.params).toHaveProperty('password')
    }
  })
})

describe('tables and columns', () => {
  test('exploring an unknown table: 404 with the nearest name', async () => {
    const id = await connectTo(server.client, source)
    const answer = await server.client.get(
      `${FLOW}/connections/${id}/explore?objectType=table&object=public.order`,
    )
    expect(answer.status).toBe(404)
    expect(answer.body.errorMessage).toContain('public.orders')
  })

  test('an unknown object id is a 404 that names it', async () => {
    const answer = await server.client.get(`${FLOW}/flows/00000000-0000-4000-8000-000000000000`)
    expect(answer).toMatchObject({
      status: 404,
      body: { report: { id: '00000000-0000-4000-8000-000000000000', type: 'flows' } },
    })
    expect(answer.body.type).toContain('FLOW-1439-404')
  })

  test('a flow over an unknown table, and one whose mapping names an unknown column, are refused', async () => {
    const { client } = server
    const baseConnectionId = await connectTo(client, source)
    const schemaId = await createSchema(client, { note: { type: 'string' } })
    const dataSetId = await createDataset(client, schemaId)
    const target = await client.post(`${FLOW}/targetConnections`, {
      name: 'target',
      data: { schema: { id: schemaId, version: FULL } },
      params: { dataSetId },
      connectionSpec: LAKE_SPEC,
    })
    const makeFlow = async (tableName: string, column: string, mappingVersion = 0) => {
      const sourceConnection = await client.post(`${FLOW}/sourceConnections`, {
        name: 'source',
        baseConnectionId,
        data: { format: 'tabular' },
        params: { tableName },
        connectionSpec: POSTGRES_SPEC,
      })
      const mapping = await client.post('/data/foundation/conversion/mappingSets', {
        version: 0,
        xdmSchema: schemaId,
        xdmVersion: '1.0',
        mappings: [{ destinationXdmPath: '_headwater.note', sourceAttribute: column, version: 0 }],
      })
      return client.post(`${FLOW}/flows`, {
        name: 'wrong',
        flowSpec: { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '1.0' },
        sourceConnectionIds: [sourceConnection.body.id],
        targetConnectionIds: [target.body.id],
        transformations: [{ name: 'Mapping', params: { mappingId: mapping.body.id, mappingVersion } }],
        scheduleParams: { startTime: '1', frequency: 'once' },
      })
    }
    const unknownTable = await makeFlow('public.ordres', 'note')
    expect(unknownTable.status).toBeGreaterThanOrEqual(400)
    expect(unknownTable.status).toBeLessThan(500)
    expect(unknownTable.body.errorMessage).toContain('public.ordres')
    const unknownColumn = await makeFlow('public.orders', 'nota')
    expect(unknownColumn.status).toBe(400)
    expect(unknownColumn.body.errorMessage).toContain('nota')
    expect(unknownColumn.body.errorMessage).toContain('note')
    // Larger than any number that the database has for it.
    const unknownVersion = await makeFlow('public.orders', 'note', 1e20)
    expect(unknownVersion.body.type).toContain('FLOW-1412-400')
  })

  test('a mapping to a field that the schema has not is refused when it is made', async () => {
    const schemaId = await createSchema(server.client, { note: { type: 'string' } })
    const answer = await server.client.post('/data/foundation/conversion/mappingSets', {
      outputSchema: { schemaRef: { id: schemaId, contentType: FULL } },
      mappings: [{ sourceType: 'ATTRIBUTE', source: 'note', destination: '_headwater.remark' }],
    })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).toContain('_headwater.remark')
  })
})

test('an unknown path is a JSON 404, an unknown schema a coded one', async () => {
  expect(await server.client.get('/data/foundation/nothing')).toMatchObject({
    status: 404,
    body: { status: 404 },
  })
  const answer = await server.client.get(`${REGISTRY}/tenant/schemas/none`, { headers: { accept: FULL } })
  expect(answer.status).toBe(404)
  expect(answer.body.type).toContain('XDM-1012-404')
})

test('a NUL in a URL is refused in the shape of each family', async () => {
  const shapes = [
    {
      path: `${FLOW}/flows?property=name==%00`,
      body: { type: expect.stringContaining('FLOW-'), status: 400 },
    },
    { path: '/data/foundation/catalog/dataSets?name=%00', body: { title: 'BadRequestError', status: 400 } },
    { path: '/ims/token/v3?client_id=%00', body: { error: 'invalid_request' } },
  ]
  for (const { path, body } of shapes) {
    const method = path.startsWith('/ims') ? 'POST' : 'GET'
    expect(await server.client.call(method, path), path).toMatchObject({ status: 400, body })
  }
})

test('half of a surrogate pair is refused by every family: nothing could keep it', async () => {
  const paths = ['/data/foundation/catalog/dataSets', `${REGISTRY}/tenant/schemas`, `${FLOW}/flows`]
  for (const path of paths) {
    const answer = await server.client.post(path, '{"title": "\\ud800", "name": "x", "type": "object"}')
    expect(answer.status, path).toBe(400)
    expect(JSON.stringify(answer.body), path).toContain('surrogate')
  }
})

test('a body that is nested without end is refused, and a deep one is not', async () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const endless = await server.client.post(`${FLOW}/connections`, nested(100_000))
  expect(endless).toMatchObject({
    status: 400,
    body: { errorMessage: expect.stringContaining('levels') },
  })
  const brackets = { name: '[{'.repeat(1_000) }
  expect((await server.client.post(`${FLOW}/connections?mode=draft`, brackets)).body.errorMessage).toContain(
    'connectionSpec',
  )
})
