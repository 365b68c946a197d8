import { createServer } from 'node:net'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { createTestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer } from './flow-client.ts'
import { NOBODY } from './kinds.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

/** A port of loopback at which nobody listens. */
async function freePort(): Promise<number> {
  await using server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as { readonly port: number }).port
}

const BASIC = 'Basic Authentication'
const STRING = 'Connection String Based Authentication'

function withAuth(specName: string, params: Answer): Answer {
  return world.connectionBody({ auth: { specName, params } })
}

/** Connections that are refused because of what the source says or does not say. */
async function refusedConnections(): Promise<readonly Answer[]> {
  const port = String(await freePort())
  return [
    withAuth(BASIC, world.basicParams({ port })),
    withAuth(BASIC, world.basicParams({ password: 'wrong' })),
    withAuth(BASIC, world.basicParams({ username: 'nobody' })),
    withAuth(BASIC, world.basicParams({ database: 'no such database' })),
    withAuth(BASIC, world.basicParams({ server: 'no-such-host.invalid' })),
    withAuth(BASIC, world.basicParams({ sslMode: 'Verify-Full' })),
    withAuth(STRING, { connectionString: `Server=127.0.0.1;Database=x;Port=${port};UID=u;Password=p` }),
  ]
}

/** Everything that can be asked of objects whose source has gone away since they were made. */
async function askWithoutSource(): Promise<readonly FlowAnswer[]> {
  const { client } = world
  const lost = await createTestDatabase()
  await lost.query('create table orders (id integer, note text, amount numeric, updated_at timestamptz)')
  const connection = await world.makeConnection({
    auth: { specName: BASIC, params: world.basicParams({ database: lost.database }) },
  })
  const source = await world.makeSource({ baseConnectionId: connection.id })
  const flow = await world.makeFlow({ sourceConnectionIds: [source.id] })
  await lost.drop()
  const path = `/connections/${connection.id}`
  const filters = Buffer.from(JSON.stringify({ type: 'PQL', format: 'pql/text', value: 'id = 1' })).toString(
    'base64url',
  )
  const deltaColumn = { name: 'updated_at' }
  return [
    await client.get(`${path}/test`),
    await client.get(`${path}/explore`),
    await client.get(`${path}/explore?objectType=table&object=public.orders&preview=true`),
    await client.get(`${path}/explore?objectType=table&object=public.orders&preview=true&filters=${filters}`),
    await client.post('/sourceConnections', await world.sourceBody({ baseConnectionId: connection.id })),
    await client.post('/flows', await world.flowBody({ sourceConnectionIds: [source.id] })),
    await client.post('/runs', { flowId: flow.id }),
    await client.post('/runs', { flowId: flow.id, params: { deltaColumn } }),
    await client.post(`/flows/${flow.id}/action?op=disable`),
    await client.post(`/flows/${flow.id}/action?op=enable`),
    await client.patch(
      path,
      [{ op: 'replace', path: '/auth/params', value: world.basicParams({ password: 'x' }) }],
      connection.etag,
    ),
  ]
}

/** Requests that are well formed and make no sense. */
async function askNonsense(): Promise<readonly FlowAnswer[]> {
  const { client } = world
  const { targetConnectionId, mappingId, connectionId } = await world.ready()
  const missing = await client.post(
    '/sourceConnections',
    await world.sourceBody({ params: { tableName: 'public.nothing' } }),
  )
  const mapped = [{ name: 'Mapping', params: { mappingId: '0'.repeat(32), mappingVersion: 0 } }]
  const bodies: readonly (readonly [string, Answer])[] = [
    ['/flows', await world.flowBody({ sourceConnectionIds: [NOBODY] })],
    ['/flows', await world.flowBody({ sourceConnectionIds: ['nonsense'] })],
    ['/flows', await world.flowBody({ sourceConnectionIds: [missing.body.id] })],
    ['/flows', await world.flowBody({ targetConnectionIds: [] })],
    ['/flows', await world.flowBody({ targetConnectionIds: [targetConnectionId, targetConnectionId] })],
    ['/flows', await world.flowBody({ transformations: mapped })],
    [
      '/flows',
      await world.flowBody({
        transformations: [{ name: 'Copy', params: { deltaColumn: { name: 'nosuch' } } }],
      }),
    ],
    [
      '/flows',
      await world.flowBody({
        transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion: 99 } }],
      }),
    ],
    [
      '/flows',
      await world.flowBody({ scheduleParams: { startTime: 'tomorrow', frequency: 'day', interval: 1 } }),
    ],
    [
      '/flows',
      await world.flowBody({ scheduleParams: { startTime: 1e300, frequency: 'day', interval: 1e300 } }),
    ],
    ['/targetConnections', await world.targetBody({ params: { dataSetId: '0'.repeat(24) } })],
    ['/sourceConnections', await world.sourceBody({ baseConnectionId: NOBODY })],
    ['/sourceConnections', await world.sourceBody({ params: { tableName: 7 } })],
    ['/connections', world.connectionBody({ connectionSpec: { id: 7, version: {} } })],
    [
      '/connections',
      world.connectionBody({ auth: { specName: BASIC, params: world.basicParams({ port: '99999' }) } }),
    ],
    ['/connections', world.connectionBody({ auth: 'x' })],
    ['/connections', world.connectionBody({ name: 'x'.repeat(100_000) })],
    ['/runs', { flowId: 'nonsense' }],
    ['/runs', { flowId: { $ne: null } }],
  ]
  const explored = [
    'objectType=table',
    'objectType=table&object=public.nothing',
    'objectType=nonsense',
    'previewCount=-1',
    'filters=%3D',
  ]
  return [
    ...(await Promise.all(bodies.map(([path, body]) => client.post(path, body)))),
    ...(await Promise.all(
      explored.map((query) => client.get(`/connections/${connectionId}/explore?${query}`)),
    )),
  ]
}

statement(31, 'neither nonsense nor a source that fails is answered with 429 or 5xx', async () => {
  const connections = await refusedConnections()
  const answers = [
    ...(await Promise.all(connections.map((body) => world.client.post('/connections', body)))),
    ...(await askWithoutSource()),
    ...(await askNonsense()),
  ]
  for (const { status, text } of answers) {
    expect(status, text).toBeLessThan(500)
    expect(status, text).not.toBe(429)
  }
  // They were indeed refused, with codes of the catalogue.
  for (const answer of answers.slice(0, connections.length)) expect(codeOf(answer)).toBe('1100-400')
})

const SECRET = 'Zq7xKvJ9TmWp2Lr4Yc8b'

/** Requests that hold a secret and cannot be obeyed. */
async function refusedWithSecret(): Promise<readonly FlowAnswer[]> {
  const { client } = world
  const { id, etag } = await world.makeConnection()
  const path = `/connections/${id}`
  const params = world.basicParams({ password: SECRET })
  const text = (tail: string): string =>
    `Server=127.0.0.1;Database=d;Port=${world.source.port};UID=u;Password=${SECRET}${tail}`
  const url = `postgres://u:${SECRET}@127.0.0.1:${world.source.port}/d`
  const bodies: readonly Answer[] = [
    withAuth(BASIC, params),
    withAuth(BASIC, { ...params, username: 'nobody' }),
    withAuth(BASIC, { ...params, sslMode: 'nonsense' }),
    withAuth(BASIC, { ...params, port: 'nonsense' }),
    withAuth(BASIC, { ...params, server: undefined }),
    withAuth(BASIC, { ...params, server: 'no-such-host.invalid' }),
    withAuth(BASIC, { connectionString: text('') }),
    withAuth(BASIC, { ...params, password: [SECRET] }),
    withAuth(BASIC, { ...params, password: { text: SECRET } }),
    withAuth('No Such Authentication', params),
    withAuth(STRING, params),
    withAuth(STRING, { connectionString: text('') }),
    withAuth(STRING, { connectionString: text(";Other='unclosed") }),
    withAuth(STRING, { connectionString: text(';nonsense') }),
    withAuth(STRING, { connectionString: text(';SSLMode=nonsense') }),
    withAuth(STRING, { connectionString: `Password=${SECRET}` }),
    withAuth(STRING, { connectionString: SECRET }),
    withAuth(STRING, { connectionString: url }),
    withAuth(STRING, { connectionString: `${url}?sslmode=nonsense` }),
    withAuth(STRING, { connectionString: `postgres://u:${SECRET}@:nonsense/d` }),
    { ...withAuth(BASIC, params), name: 7 },
    { ...withAuth(BASIC, params), connectionSpec: { id: NOBODY } },
    { auth: { specName: BASIC, params }, name: 'x', connectionSpec: POSTGRES_SPEC, state: 7 },
    { name: 'x', auth: params, connectionSpec: POSTGRES_SPEC },
  ]
  const patches: readonly Answer[] = [
    [{ op: 'replace', path: '/auth/params', value: params }],
    [{ op: 'replace', path: '/auth/params/password', value: SECRET }],
    [{ op: 'replace', path: `/auth/params/${SECRET}x`.slice(0, 12), value: SECRET }],
    [{ op: 'add', path: '/auth/nothing/deeper', value: SECRET }],
    [{ op: 'move', path: '/auth/params', value: params }],
    [{ op: 'replace', path: '/createdBy', value: SECRET }],
    [{ op: 'replace', path: '/auth', value: SECRET }],
  ]
  const broken = JSON.stringify(withAuth(BASIC, params)).slice(0, -2)
  return [
    ...(await Promise.all(bodies.map((body) => client.post('/connections', body)))),
    ...(await Promise.all(patches.map((body) => client.patch(path, body, etag)))),
    await client.patch(path, [{ op: 'replace', path: '/auth/params', value: params }], '"stale"'),
    await client.patch(path, [{ op: 'replace', path: '/auth/params', value: params }]),
    await client.post('/connections', broken),
    await client.post('/connections', `"${SECRET}`),
    await client.post('/connections', `password=${SECRET}`),
    await client.post('/connections', `{"password": ${SECRET}}`),
    await client.post('/connections', `{"password": "x" ${SECRET}}`),
    await client.post('/connections', SECRET),
    await client.post('/connections', `password=${SECRET}`, { headers: { 'content-type': 'text/plain' } }),
    await client.patch(path, broken, etag),
    await client.post('/flows', withAuth(BASIC, params)),
    await client.post('/sourceConnections', withAuth(BASIC, params)),
  ]
}

/** Pieces of the secret that a text holds: a quarter of it would be bad enough. */
function leaksOf(text: string): readonly string[] {
  const pieces = Array.from({ length: SECRET.length - 4 }, (_, start) => SECRET.slice(start, start + 5))
  return pieces.filter((piece) => text.includes(piece))
}

statement(32, 'no error repeats a secret', async () => {
  for (const { status, text } of await refusedWithSecret()) {
    expect(status, text).toBeGreaterThanOrEqual(400)
    expect(status, text).toBeLessThan(500)
    expect(leaksOf(text), text).toEqual([])
  }
  expect(leaksOf(world.server.log.join('\n'))).toEqual([])
})
