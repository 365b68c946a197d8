import { afterAll, beforeAll, expect } from 'vitest'
import { type FlowAnswer, onlyItem } from './flow-client.ts'
import { CHANGEABLE, MADE, SPECS } from './kinds.ts'
import { statement } from './statement.ts'
import { type Made, openWorld, type World } from './world.ts'

let world: World

/** A create of every kind, as it was answered, with the clock before and after. */
interface Created {
  readonly collection: string
  readonly answer: FlowAnswer
  readonly made: Made
  readonly before: number
  readonly after: number
}
let created: readonly Created[]

beforeAll(async () => {
  world = await openWorld()
  const { flowId } = await world.blockedRun()
  const bodies = {
    connections: world.connectionBody(),
    sourceConnections: await world.sourceBody(),
    targetConnections: await world.targetBody(),
    flows: await world.flowBody(),
    runs: { flowId },
  }
  const answers = []
  for (const [collection, body] of Object.entries(bodies)) {
    const before = Date.now()
    const answer = await world.client.post(`/${collection}`, body)
    answers.push({ collection, answer, made: answer.body, before, after: Date.now() })
  }
  created = answers
})
afterAll(async () => world?.[Symbol.asyncDispose]())

const LOWER_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const ETAG = /^"[0-9a-f]{8}-0000-[0-9a-f]{4}-0000-[0-9a-f]{12}"$/

statement(
  37,
  'a create answers 201 with id and etag alone; a run with its items too, a spec whole',
  async () => {
    for (const { collection, answer } of created) {
      const { id, etag } = answer.body
      const items = collection === 'runs' ? { items: [{ id, etag }] } : {}
      expect([collection, answer.status]).toEqual([collection, 201])
      expect(answer.body).toEqual({ id: expect.any(String), etag: expect.any(String), ...items })
    }
    const admin = await world.openAdmin()
    for (const { collection } of SPECS) {
      const name = world.newName('spec')
      const providerId = '0ed90a81-07f4-4586-8190-b40eccef1c5a'
      const answer = await admin.post(`/${collection}`, { name, providerId, attributes: { category: 'x' } })
      expect(answer).toMatchObject({ status: 201, body: { name, providerId, attributes: { category: 'x' } } })
      expect(onlyItem(await world.client.get(`/${collection}/${answer.body.id}`))).toEqual(answer.body)
    }
  },
)

statement(38, 'a create tells in Location where the new thing is', async () => {
  for (const { collection, answer, made } of created) {
    const location = String(answer.headers['location'])
    const { pathname } = new URL(location, world.server.url)
    expect(pathname).toBe(`/data/foundation/flowservice/${collection}/${made.id}`)
    expect(onlyItem(await world.client.get(pathname)).id).toBe(made.id)
  }
})

statement(39, 'ids are UUIDs in lower case', async () => {
  for (const { made } of created) expect(made.id).toMatch(LOWER_UUID)
  for (const { collection } of [...MADE, ...SPECS]) {
    for (const { id } of (await world.client.get(`/${collection}`)).body.items) expect(id).toMatch(LOWER_UUID)
  }
  expect(new Set(created.map(({ made }) => made.id)).size).toBe(created.length)
})

/** Etags from every place where one comes from. */
async function collectEtags(): Promise<readonly string[]> {
  const etags = created.map(({ made }) => made.etag)
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    const body = [{ op: 'replace', path: '/name', value: 'new' }]
    etags.push(onlyItem(await world.client.get(path)).etag)
    etags.push((await world.client.patch(path, body, etag)).body.etag)
    etags.push(...(await world.client.get(`/${collection}`)).body.items.map((item: Made) => item.etag))
  }
  const flow = await world.makeFlow()
  etags.push((await world.client.post(`/flows/${flow.id}/action?op=disable`)).body.etag)
  etags.push(...(await world.client.get('/runs')).body.items.map((item: Made) => item.etag))
  return etags
}

statement(40, 'an etag holds its double quotes', async () => {
  const etags = await collectEtags()
  expect(etags.length).toBeGreaterThan(20)
  for (const etag of etags) expect(etag).toMatch(/^"[^"]+"$/)
})

statement(41, 'between its quotes an etag has the form of the documented ones', async () => {
  for (const etag of await collectEtags()) expect(etag).toMatch(ETAG)
})

statement(42, 'the last group of an etag is the second of the update in hex, then four zeros', async () => {
  const tailOf = (ms: number): string =>
    `-${Math.floor(ms / 1000)
      .toString(16)
      .padStart(8, '0')}0000"`
  for (const { collection, made } of created) {
    const path = `/${collection}/${made.id}`
    const { etag, createdAt, updatedAt } = onlyItem(await world.client.get(path))
    expect(updatedAt).toBe(createdAt)
    expect(etag.endsWith(tailOf(updatedAt)), `${etag} at ${updatedAt}`).toBe(true)
  }
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    await world.client.patch(path, [{ op: 'replace', path: '/name', value: 'new' }], etag)
    const item = onlyItem(await world.client.get(path))
    expect(item.etag.endsWith(tailOf(item.updatedAt)), `${item.etag} at ${item.updatedAt}`).toBe(true)
  }
})

statement(
  43,
  'a GET by id answers one item in an array and nothing else, for all seven collections',
  async () => {
    const wanted = [...created.map(({ collection, made }) => ({ collection, id: made.id })), ...SPECS]
    expect(wanted).toHaveLength(7)
    for (const { collection, id } of wanted) {
      const { status, body } = await world.client.get(`/${collection}/${id}`)
      expect([collection, status, Object.keys(body)]).toEqual([collection, 200, ['items']])
      expect(body.items).toHaveLength(1)
      expect(body.items[0].id).toBe(id)
    }
  },
)

statement(44, 'an item has the etag that its create answered', async () => {
  for (const { collection, made } of created) {
    expect(onlyItem(await world.client.get(`/${collection}/${made.id}`)).etag).toBe(made.etag)
  }
})

statement(45, 'connections, sources, targets and flows have a version, which is the etag', async () => {
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    expect(onlyItem(await world.client.get(path))).toMatchObject({ version: etag, etag })
    const patched = await world.client.patch(path, [{ op: 'replace', path: '/name', value: 'x' }], etag)
    const next = patched.body.etag
    expect(onlyItem(await world.client.get(path))).toMatchObject({ version: next, etag: next })
    const listed = (await world.client.get(`/${collection}?property=id==${id}`)).body.items
    expect(listed).toMatchObject([{ version: next, etag: next }])
  }
})

statement(46, 'createdAt and updatedAt are whole epoch milliseconds', async () => {
  for (const { collection, made, before, after } of created) {
    const { createdAt, updatedAt } = onlyItem(await world.client.get(`/${collection}/${made.id}`))
    for (const time of [createdAt, updatedAt]) {
      expect(Number.isInteger(time)).toBe(true)
      expect(time).toBeGreaterThanOrEqual(before)
      expect(time).toBeLessThanOrEqual(after)
    }
  }
})

statement(47, 'a PATCH moves updatedAt on, be it at once, and leaves createdAt', async () => {
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    let last = { ...onlyItem(await world.client.get(path)), etag }
    const { createdAt } = last
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      const body = [{ op: 'replace', path: '/name', value: name }]
      expect((await world.client.patch(path, body, last.etag)).status).toBe(200)
      const next = onlyItem(await world.client.get(path))
      expect(next.createdAt).toBe(createdAt)
      expect(next.updatedAt).toBeGreaterThan(last.updatedAt)
      last = next
    }
  }
})

statement(48, 'every item tells who made and changed it, where and with what', async () => {
  const client = world.client.headers['x-api-key']
  const org = world.client.headers['x-gw-ims-org-id']
  for (const { collection, made } of created) {
    const one = onlyItem(await world.client.get(`/${collection}/${made.id}`))
    const [listed] = (await world.client.get(`/${collection}?property=id==${made.id}`)).body.items
    for (const item of [one, listed]) {
      expect(item, collection).toMatchObject({
        createdBy: expect.stringMatching(/^\S+@\S+$/),
        updatedBy: item.createdBy,
        createdClient: client,
        updatedClient: client,
        sandboxId: expect.stringMatching(LOWER_UUID),
        sandboxName: 'prod',
        imsOrgId: org,
      })
    }
  }
  const sandbox = await world.openSandbox()
  const { id } = await world.make('/connections', world.connectionBody(), sandbox)
  const elsewhere = onlyItem(await sandbox.get(`/connections/${id}`))
  expect(elsewhere.sandboxName).toBe(sandbox.headers['x-sandbox-name'])
  const home = onlyItem(await world.client.get(`/connections/${(await world.ready()).connectionId}`))
  expect(elsewhere.sandboxId).not.toBe(home.sandboxId)
})
