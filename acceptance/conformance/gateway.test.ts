import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowClient, onlyItem } from './flow-client.ts'
import { CHANGEABLE, COLLECTIONS, MADE, NOBODY } from './kinds.ts'
import { statement } from './statement.ts'
import { type Made, openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

/** Requests of every sort: whatever they are about, the gateway comes first. */
const REQUESTS: readonly { readonly method: string; readonly path: string; readonly body?: unknown }[] = [
  ...COLLECTIONS.map((collection) => ({ method: 'GET', path: `/${collection}` })),
  { method: 'GET', path: `/flows/${NOBODY}` },
  { method: 'POST', path: '/connections', body: {} },
  { method: 'POST', path: `/flows/${NOBODY}/action?op=enable` },
  { method: 'PATCH', path: `/flows/${NOBODY}`, body: [] },
  { method: 'DELETE', path: `/connections/${NOBODY}` },
]

/** Sends all requests with these headers and expects the same refusal of each. */
async function expectRefusal(
  headers: Readonly<Record<string, string | undefined>>,
  status: number,
  error_code: string,
): Promise<void> {
  for (const { method, path, body } of REQUESTS) {
    const answer = await world.client.call(method, path, { body, headers })
    expect(answer, `${method} ${path}`).toMatchObject({ status, body: { error_code } })
    expect(answer.body.message).toMatch(/\w/)
  }
}

statement(4, 'a request without Authorization is refused with 403010', async () => {
  await expectRefusal({ authorization: undefined }, 403, '403010')
  await expectRefusal({ authorization: '' }, 403, '403010')
})

statement(5, 'a token that is none, or that somebody touched, is refused with 401013', async () => {
  const token = world.server.client.token
  const [head = '', claims = '', signature = ''] = token.split('.')
  const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
  const flipped = `${signature.slice(0, 9)}${signature[9] === 'A' ? 'B' : 'A'}${signature.slice(10)}`
  const forged = [
    'nonsense',
    `${head}.${claims}.${flipped}`,
    `${head}.${claims}.`,
    `${unsigned}.${claims}.`,
    `${unsigned}.${claims}.${signature}`,
  ]
  for (const wrong of forged) await expectRefusal({ authorization: `Bearer ${wrong}` }, 401, '401013')
})

statement(6, 'a request without x-api-key is refused with 403000', async () => {
  await expectRefusal({ 'x-api-key': undefined }, 403, '403000')
})

statement(7, 'an x-api-key that nobody has is refused with 403003', async () => {
  await expectRefusal({ 'x-api-key': '0123456789abcdef0123456789abcdef' }, 403, '403003')
  await expectRefusal({ 'x-api-key': "' or true --" }, 403, '403003')
})

statement(8, 'a request without x-gw-ims-org-id is refused with 400003', async () => {
  await expectRefusal({ 'x-gw-ims-org-id': undefined }, 400, '400003')
})

statement(9, 'an organisation that is not the one of the token is refused with 403025', async () => {
  const other = await world.openOrganisation()
  const org = other.headers['x-gw-ims-org-id']
  await expectRefusal({ 'x-gw-ims-org-id': org }, 403, '403025')
  await expectRefusal({ 'x-gw-ims-org-id': '000000000000000000000000@AdobeOrg' }, 403, '403025')
  await expectRefusal({ authorization: other.headers['authorization'] }, 403, '403025')
  await expectRefusal({ 'x-api-key': other.headers['x-api-key'] }, 403, '403025')
})

/** The same headers under names spelt anew. */
function respelt(client: FlowClient, spell: (name: string) => string): Record<string, string | undefined> {
  const entries = Object.entries(client.headers)
  const gone = entries.map(([name]) => [name, undefined])
  return Object.fromEntries([...gone, ...entries.map(([name, value]) => [spell(name), value])])
}

const SPELLINGS = {
  upper: (name: string) => name.toUpperCase(),
  title: (name: string) => name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  mixed: (name: string) => name.replaceAll(/.{2}/g, ([one = '', two = '']) => one.toUpperCase() + two),
}

statement(10, 'header names mean the same in any case', async () => {
  const { client } = world
  const sandbox = await world.openSandbox()
  for (const [label, spell] of Object.entries(SPELLINGS)) {
    const { id, etag } = await world.makeConnection()
    const path = `/connections/${id}`
    const headers = respelt(client, spell)
    expect(onlyItem(await client.get(path, { headers })), label).toMatchObject({ id })
    // A sandbox header that was overlooked would find the object in the default sandbox.
    expect(codeOf(await client.get(path, { headers: respelt(sandbox, spell) })), label).toBe('1439-404')
    const body = [{ op: 'replace', path: '/name', value: label }]
    const typed = { ...headers, 'content-type': undefined, [spell('content-type')]: 'application/json' }
    const stale = { ...typed, [spell('if-match')]: '"stale"' }
    expect(codeOf(await client.call('PATCH', path, { body, headers: stale })), label).toBe('1404-412')
    const current = { ...typed, [spell('if-match')]: etag }
    expect((await client.call('PATCH', path, { body, headers: current })).status, label).toBe(200)
  }
})

statement(11, 'without x-sandbox-name the default sandbox is meant', async () => {
  const bare = world.client.with({ 'x-sandbox-name': undefined })
  const { id } = await world.makeConnection()
  expect(onlyItem(await bare.get(`/connections/${id}`))).toMatchObject({ id, sandboxName: 'prod' })
  const made = await world.make('/connections', world.connectionBody(), bare)
  const [named, unnamed] = await Promise.all(
    [world.client, bare].map(async (client) => onlyItem(await client.get(`/connections/${made.id}`))),
  )
  expect(unnamed).toEqual(named)
  expect(named.sandboxName).toBe('prod')
  await world.openSandbox()
  expect((await bare.get('/connections')).body).toEqual((await world.client.get('/connections')).body)
})

statement(13, 'a sandbox that does not exist is a 2100-404', async () => {
  const lost = world.client.with({ 'x-sandbox-name': 'nowhere' })
  for (const { method, path, body } of REQUESTS) {
    const answer = await lost.call(method, path, { body })
    expect([path, codeOf(answer)]).toEqual([path, '2100-404'])
    expect(answer.body.errorMessage).toContain('nowhere')
  }
})

/** One object of every kind, made in the world's own sandbox. */
async function makeOneOfEach(): Promise<readonly { readonly collection: string; readonly made: Made }[]> {
  const made = []
  for (const { collection, make } of MADE) made.push({ collection, made: await make(world) })
  return made
}

/** Nothing that this client asks for may show, change, use or delete what belongs to another space. */
async function expectInvisible(stranger: FlowClient): Promise<void> {
  const owner = world.client
  for (const { collection, made } of await makeOneOfEach()) {
    const path = `/${collection}/${made.id}`
    const before = onlyItem(await owner.get(path))
    expect([path, codeOf(await stranger.get(path))]).toEqual([path, '1439-404'])
    const listed = await stranger.get(`/${collection}?limit=1000`)
    expect(listed.body.items.map(({ id }: Made) => id)).not.toContain(made.id)
    const found = await stranger.get(`/${collection}?property=id==${made.id}`)
    expect(found.body).toEqual({ items: [], _links: {} })
    const counted = await stranger.get(`/${collection}?property=id==${made.id}&count=true`)
    expect(counted.body).toEqual({ count: 0 })
    expect(onlyItem(await owner.get(path))).toEqual(before)
  }
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    const before = onlyItem(await owner.get(path))
    const body = [{ op: 'replace', path: '/name', value: 'taken over' }]
    expect([path, codeOf(await stranger.patch(path, body, etag))]).toEqual([path, '1439-404'])
    expect([path, codeOf(await stranger.delete(path))]).toEqual([path, '1439-404'])
    expect(onlyItem(await owner.get(path))).toEqual(before)
  }
  const { id } = await world.makeFlow()
  expect(codeOf(await stranger.post(`/flows/${id}/action?op=disable`))).toBe('1439-404')
  expect(codeOf(await stranger.post('/runs', { flowId: id }))).toBe('1430-400')
  for (const use of ['test', 'explore']) {
    const { connectionId } = await world.ready()
    expect(codeOf(await stranger.get(`/connections/${connectionId}/${use}`))).toBe('1439-404')
  }
  const borrowed = await stranger.post('/sourceConnections', await world.sourceBody())
  expect(borrowed.status).toBeGreaterThanOrEqual(400)
  expect(borrowed.status).toBeLessThan(500)
}

statement(
  14,
  'objects of another sandbox can be neither seen, listed, counted, used, changed nor deleted',
  async () => {
    await expectInvisible(await world.openSandbox())
  },
)

statement(
  15,
  'objects of another organisation can be neither seen, listed, counted, used, changed nor deleted',
  async () => {
    await expectInvisible(await world.openOrganisation())
  },
)
