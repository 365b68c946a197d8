import type { Answer } from '@headwater/testkit/api-client.ts'
import { POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { hasOpenssl, issueCertificate, opensslTitle } from '@headwater/testkit/postgres-lab/authority.ts'
import { openBlackHole } from '@headwater/testkit/postgres-lab/black-hole.ts'
import { startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { statement } from './statement.ts'
import { type Made, openWorld, type World } from './world.ts'

/**
 * Section 10.5: base connections. The server does not call the source when a connection is made, so that what a
 * client writes is judged by itself; `/test` says where it leads.
 */
const BASIC = 'Basic Authentication'
const STRING = 'Connection String Based Authentication'

let world: World

beforeAll(async () => {
  world = await openWorld({ env: { HEADWATER_VALIDATE_ON_CREATE: 'false' } })
})
afterAll(async () => world?.[Symbol.asyncDispose]())

interface Place {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
}

function connectionString(keys = '', { host, port, database, user, password }: Place = world.source): string {
  return `Server=${host};Database=${database};Port=${port};UID=${user};Password=${password};${keys}`
}

function create(specName: string, params: Answer, overrides: Answer = {}): Promise<FlowAnswer> {
  const body = world.connectionBody({ auth: { specName, params }, ...overrides })
  return world.client.post('/connections', body)
}

async function created(specName: string, params: Answer): Promise<Made> {
  const { status, body, text } = await create(specName, params)
  expect(status, text).toBe(201)
  return body
}

/** What `/test` says of a connection with these parameters. */
async function leadsThere(specName: string, params: Answer): Promise<boolean> {
  return tested(await created(specName, params))
}

async function tested({ id }: Pick<Made, 'id'>): Promise<boolean> {
  const { status, body, text } = await world.client.get(`/connections/${id}/test`)
  expect(status, text).toBe(200)
  return body.result
}

async function shown(id: string): Promise<Answer> {
  return onlyItem(await world.client.get(`/connections/${id}`))
}

/** Patches with the current version. */
async function patch(id: string, body: Answer): Promise<FlowAnswer> {
  return world.client.patch(`/connections/${id}`, body, (await shown(id)).etag)
}

statement(138, 'a connection string makes a connection that works', async () => {
  expect(await leadsThere(STRING, { connectionString: connectionString() })).toBe(true)
})

statement(139, 'basic parameters make a connection that works', async () => {
  expect(await leadsThere(BASIC, world.basicParams())).toBe(true)
})

statement(140, 'the older name of authentication by connection string is understood', async () => {
  const params = { connectionString: connectionString() }
  expect(await leadsThere('Basic Authentication for PostgreSQL', params)).toBe(true)
})

statement(141, 'a way of authentication that the spec does not have is refused with 1415', async () => {
  expect(codeOf(await create('Key Pair Authentication', world.basicParams()))).toBe('1415-400')
})

statement(142, 'an unknown connection spec is refused with 1413', async () => {
  const connectionSpec = { id: '00000000-1111-4222-8333-444444444444', version: '1.0' }
  expect(codeOf(await create(BASIC, world.basicParams(), { connectionSpec }))).toBe('1413-400')
})

statement(143, 'a connection without a spec is refused', async () => {
  const { status } = await create(BASIC, world.basicParams(), { connectionSpec: undefined })
  expect(status).toBe(400)
})

statement(144, 'a spec without a version means its newest', async () => {
  const { id } = await world.makeConnection({ connectionSpec: { id: POSTGRES_SPEC.id } })
  expect((await shown(id)).connectionSpec).toEqual({ id: POSTGRES_SPEC.id, version: '1.0' })
})

statement(145, 'basic parameters without a password are refused, and the error names it', async () => {
  const { status, body } = await create(BASIC, world.basicParams({ password: undefined }))
  expect([status, body.report['detailed-message']]).toEqual([400, expect.stringContaining('password')])
})

statement(146, 'a port may come as text or as number', async () => {
  const { port } = world.source
  expect(await leadsThere(BASIC, world.basicParams({ port: String(port) }))).toBe(true)
  expect(await leadsThere(BASIC, world.basicParams({ port }))).toBe(true)
  expect(await leadsThere(BASIC, world.basicParams({ port: port === 1 ? 2 : 1 }))).toBe(false)
})

/** Every way in which the documents write a mode. */
const SSL_MODES = [
  ...['disable', 'Disable', 'allow', 'Allow', 'prefer', 'Prefer', 'require', 'Require', 'REQUIRE'],
  ...['verify-ca', 'Verify Ca', 'Verify-Ca', 'verify_ca', 'verify-full', 'Verify Full', 'Verify-Full'],
  ...['false', 'true', false, true],
]

statement(
  147,
  'every documented spelling of sslMode is taken and shown as sent, nonsense is not',
  async () => {
    for (const sslMode of SSL_MODES) {
      const { id } = await created(BASIC, world.basicParams({ sslMode }))
      expect((await shown(id)).auth.params.sslMode).toBe(sslMode)
    }
    const { status, text } = await create(BASIC, world.basicParams({ sslMode: 'nonsense' }))
    expect([status, text]).toEqual([400, expect.stringContaining('sslMode')])
  },
)

statement(148, 'the text false as sslMode does not insist on TLS', async () => {
  expect(await leadsThere(BASIC, world.basicParams({ sslMode: 'false' }))).toBe(true)
  expect(await leadsThere(BASIC, world.basicParams({ sslMode: 'true' }))).toBe(false)
})

statement(149, 'a connection string may say whether to check the certificate, misspelt or not', async () => {
  for (const key of ['ValidateServerCertificate', 'ValidationServerCertificate']) {
    const keys = `EncryptionMethod=6;${key}=0`
    expect(await leadsThere(STRING, { connectionString: connectionString(keys) })).toBe(true)
  }
})

statement(150, 'keys of a connection string may be in upper or lower case', async () => {
  const { host, port, database, user, password } = world.source
  const string = `SERVER=${host};database=${database};pORT=${port};uid=${user};PASSWORD=${password}`
  expect(await leadsThere(STRING, { connectionString: string })).toBe(true)
})

statement(151, 'a connection string without a password is refused by the name of the key alone', async () => {
  const { host, port, user } = world.source
  const string = `Server=${host};Database=inventory-canary;Port=${port};UID=${user}`
  const { status, body, text } = await create(STRING, { connectionString: string })
  expect([status, body.report['detailed-message']]).toEqual([400, expect.stringContaining('Password')])
  expect(text).not.toContain('inventory-canary')
})

statement(
  152,
  'EncryptionMethod 1 insists on TLS, 0 never uses it, 6 takes what there is',
  async ({ skip }) => {
    if (!hasOpenssl) return skip(`a server with TLS: ${opensslTitle}`)
    const tls = await issueCertificate({ commonName: 'localhost', names: ['IP:127.0.0.1'] })
    await using secure = await startCluster({ tls, hba: 'hostssl all all all scram-sha-256' })
    await using lenient = await startCluster({ tls: 'off' })
    const works = async (method: number, server: Place): Promise<boolean> =>
      leadsThere(STRING, { connectionString: connectionString(`EncryptionMethod=${method}`, server) })
    for (const [method, withTls, withoutTls] of [
      [0, false, true],
      [1, true, false],
      [6, true, true],
    ] as const) {
      expect([method, await works(method, secure), await works(method, lenient)]).toEqual([
        method,
        withTls,
        withoutTls,
      ])
    }
  },
)

statement(153, 'members that a connection does not know are no error', async () => {
  const { id } = await world.makeConnection({
    providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a',
    flavour: { of: ['the', 'month'] },
  })
  expect((await shown(id)).state).toBe('enabled')
})

statement(154, 'a connection shows its way of authentication and all keys of its parameters', async () => {
  const params = world.basicParams({ connectTimeout: '7' })
  const { id } = await created(BASIC, params)
  const { auth } = await shown(id)
  expect(auth.specName).toBe(BASIC)
  expect(Object.keys(auth.params).sort()).toEqual(Object.keys(params).sort())
  expect(auth.params).toMatchObject({ server: params.server, username: params.username })
})

const SECRET = 'canary-4f9d1c7e'

/** Everything that can be asked of a connection, with what it is to answer. */
async function askEverything(specName: string, params: Answer, wrong: Answer): Promise<FlowAnswer[]> {
  const { client } = world
  const { id } = await created(specName, params)
  const change = (value: Answer) => patch(id, [{ op: 'replace', path: '/auth/params', value }])
  const asked: [number, FlowAnswer][] = [
    [200, await change(params)],
    [400, await change(wrong)],
    [200, await client.get(`/connections/${id}`)],
    [200, await client.get(`/connections?property=id==${id}`)],
    [200, await client.post('/connections/search', { queryString: `id==${id}` })],
    [200, await client.get(`/connections/${id}/test`)],
    [400, await client.get(`/connections/${id}/explore`)],
    [400, await create(specName, wrong)],
    [204, await client.delete(`/connections/${id}`)],
  ]
  for (const [wanted, { status, text }] of asked) expect(status, text).toBe(wanted)
  return asked.map(([, answer]) => answer)
}

statement(155, 'no answer and no line of the log shows a password or a connection string', async () => {
  const string = connectionString('', { ...world.source, password: SECRET })
  const basic = world.basicParams({ password: SECRET })
  const answers = [
    ...(await askEverything(BASIC, basic, { ...basic, sslMode: 'nonsense' })),
    ...(await askEverything(
      STRING,
      { connectionString: string },
      { connectionString: `${string};Port=nonsense` },
    )),
  ]
  const said = answers.map(({ text, headers }) => text + JSON.stringify(headers))
  const everything = [...said, ...world.server.log]
  expect(everything.filter((line) => line.includes(SECRET) || line.includes('UID='))).toEqual([])
  expect(world.server.log.length).toBeGreaterThan(0)
})

statement(156, 'the test of a connection to a good database says true', async () => {
  expect(await tested(await world.makeConnection())).toBe(true)
})

statement(157, 'the test of a connection with a wrong password says false, and is no error', async () => {
  expect(await leadsThere(BASIC, world.basicParams({ password: 'wrong' }))).toBe(false)
})

statement(158, 'the test of a host that does not answer says false before a client gives up', async () => {
  await using hole = await openBlackHole()
  const params = world.basicParams({ server: hole.host, port: hole.port, connectTimeout: '2' })
  const impatient = AbortSignal.timeout(25_000)
  expect(await leadsThere(BASIC, params)).toBe(false)
  expect(impatient.aborted).toBe(false)
  // Nobody listens at all.
  expect(await leadsThere(BASIC, world.basicParams({ port: 1 }))).toBe(false)
})

statement(159, 'new parameters replace the old ones as a whole, and are used from then on', async () => {
  const { id } = await created(BASIC, world.basicParams({ password: 'wrong', connectTimeout: '7' }))
  expect(await tested({ id })).toBe(false)
  const { password, ...rest } = world.basicParams()
  const answer = await patch(id, [{ op: 'replace', path: '/auth/params', value: { ...rest, password } }])
  expect(answer.status, answer.text).toBe(200)
  expect(Object.keys((await shown(id)).auth.params)).not.toContain('connectTimeout')
  expect(await tested({ id })).toBe(true)
})

statement(160, 'a mask that is sent back keeps the secret that is stored', async () => {
  const { id } = await created(BASIC, world.basicParams())
  const { params } = (await shown(id)).auth
  expect(params.password).not.toBe(world.source.password)
  const answer = await patch(id, [{ op: 'replace', path: '/auth/params', value: params }])
  expect(answer.status, answer.text).toBe(200)
  expect(await tested({ id })).toBe(true)
})

statement(161, 'the spec of a connection cannot be changed: 1414', async () => {
  const { id } = await world.makeConnection()
  const value = 'c604ff05-7f1a-43c0-8e18-33bf874cb11c'
  expect(codeOf(await patch(id, [{ op: 'replace', path: '/connectionSpec/id', value }]))).toBe('1414-400')
  expect((await shown(id)).connectionSpec).toEqual(POSTGRES_SPEC)
})

statement(162, 'name and description of a connection can be changed', async () => {
  const { id } = await world.makeConnection()
  const { status } = await patch(id, [
    { op: 'replace', path: '/name', value: 'another name' },
    { op: 'add', path: '/description', value: 'what it is for' },
  ])
  expect(status).toBe(200)
  expect(await shown(id)).toMatchObject({ name: 'another name', description: 'what it is for' })
})

/** A flow that reads through a connection of its own. */
async function makeFlowWithConnection(): Promise<{ connectionId: string; flowId: string }> {
  const { id: connectionId } = await world.makeConnection()
  const { id: sourceId } = await world.makeSource({ baseConnectionId: connectionId })
  const { id: flowId } = await world.makeFlow({ sourceConnectionIds: [sourceId] })
  return { connectionId, flowId }
}

statement(163, 'a connection that a flow uses cannot be deleted: 1418', async () => {
  const { connectionId } = await makeFlowWithConnection()
  expect(codeOf(await world.client.delete(`/connections/${connectionId}`))).toBe('1418-400')
  expect((await shown(connectionId)).state).toBe('enabled')
})

statement(164, 'once its flow is deleted, a connection can be deleted', async () => {
  const { connectionId, flowId } = await makeFlowWithConnection()
  expect((await world.client.delete(`/flows/${flowId}`)).status).toBe(204)
  expect((await world.client.delete(`/connections/${connectionId}`)).status).toBe(204)
  expect((await world.client.get(`/connections/${connectionId}`)).status).toBe(404)
})

async function makeDraft(body: Answer): Promise<string> {
  return (await world.make('/connections?mode=draft', body)).id
}

statement(165, 'a draft needs no more than a name and a spec', async () => {
  const id = await makeDraft({ name: world.newName('draft'), connectionSpec: POSTGRES_SPEC })
  expect((await shown(id)).state).toBe('draft')
})

statement(166, 'a complete draft is published, however the action is written', async () => {
  for (const op of ['PUBLISH', 'publish', 'Publish']) {
    const id = await makeDraft(world.connectionBody())
    const { status, body } = await world.client.post(`/connections/${id}/action?op=${op}`)
    expect([status, body.id]).toEqual([200, id])
    const { state, etag } = await shown(id)
    expect([state, etag]).toEqual(['enabled', body.etag])
  }
})

statement(167, 'a draft that lacks something cannot be published', async () => {
  const id = await makeDraft({ name: world.newName('draft'), connectionSpec: POSTGRES_SPEC })
  const { status, text } = await world.client.post(`/connections/${id}/action?op=publish`)
  expect([status, text]).toEqual([400, expect.stringContaining('auth')])
  expect((await shown(id)).state).toBe('draft')
})

statement(168, 'the last operation on a connection is its creation, then its change', async () => {
  const { id } = await world.makeConnection()
  expect((await shown(id)).lastOperation).toMatchObject({ operation: 'create', updated: 0 })
  await patch(id, [{ op: 'replace', path: '/name', value: 'another' }])
  expect((await shown(id)).lastOperation).toMatchObject({
    operation: 'update',
    percentCompleted: 100,
    status: { value: 'completed', errors: [] },
    ops: [{ op: 'replace', path: '/name', value: 'another' }],
  })
})
