import { randomBytes } from 'node:crypto'
import { HeadwaterClient } from '@headwater/client/client.ts'
import { revokeCredentials } from '@headwater/server/boot/credentials.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { FLOW, finishedRun } from '@headwater/testkit/journey.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './conformance/world.ts'

/** What `/monitoring` tells of what really happens, and to whom. */
/** Of all servers that share a database. */
const KEY = randomBytes(32).toString('base64')

let world: World
let owner: ApiClient
let flowId: string
let run: Answer

beforeAll(async () => {
  world = await openWorld({ env: { HEADWATER_MASTER_KEY: KEY } })
  owner = world.server.client
  flowId = (await world.makeFlow()).id
  await world.makeRun(flowId)
  run = await finishedRun(owner, flowId)
}, 60_000)

afterAll(async () => world?.[Symbol.asyncDispose]())

function typed(client: ApiClient, url = client.baseUrl): HeadwaterClient {
  const { client_id: clientId, ims_org: orgId } = client.credentials
  return new HeadwaterClient({
    baseUrl: url,
    credentials: { clientId, orgId, token: client.token },
    sandbox: 'prod',
  })
}

test('a run counts once, at its source and at its flow', async () => {
  const dayMs = 86_400_000
  const [start, end] = [-1, 1].map((days) => new Date(Date.now() + days * dayMs).toISOString())
  const body = await typed(owner).monitoring.ingestion({ start: start ?? '', end: end ?? '', flowId })
  const { inputRecordCount, outputRecordCount } = run.metrics.recordSummary
  const figures = { succeeded: 1, failed: 0, received: inputRecordCount, ingested: outputRecordCount }
  expect(body.total).toMatchObject(figures)
  expect(body.flows).toMatchObject([{ id: flowId, ...figures }])
  expect(body.sources).toMatchObject([{ flows: 1, ...figures }])
})

test('a run that has ended has all of its slices done', async () => {
  const detail = await typed(owner).monitoring.run(run.id)
  expect(detail).toMatchObject({ stage: 'ended', status: 'success', flowId, rows: 5 })
  expect(detail.slices.map(({ state }) => state)).toEqual(detail.slices.map(() => 'done'))
})

test('changes and refusals are listed with who asked, and reads are not', async () => {
  const viewer = await world.server.createClient({ permissions: ['View Sources'] })
  const etag = (await owner.get(`${FLOW}/flows/${flowId}`)).body.items[0].etag
  const renamed = [{ op: 'replace', path: '/name', value: 'Renamed' }]
  const headers = { 'if-match': etag }
  expect((await viewer.call('PATCH', `${FLOW}/flows/${flowId}`, { headers, body: renamed })).status).toBe(403)
  expect((await owner.call('PATCH', `${FLOW}/flows/${flowId}`, { headers, body: renamed })).status).toBe(200)
  const { entries } = await typed(owner).monitoring.audit({ resourceId: flowId })
  expect(entries.map(({ operation, outcome, clientId }) => [operation, outcome, clientId])).toEqual([
    ['patchFlow', 'done', owner.credentials.client_id],
    ['patchFlow', 'denied', viewer.credentials.client_id],
    ['createFlow', 'done', owner.credentials.client_id],
  ])
})

test('who may view datasets only hears of batches, and of nothing else', async () => {
  const reader = await world.server.createClient({ permissions: ['View Datasets'] })
  const { events } = await typed(reader).monitoring.events({ since: '1' })
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['batch', 'change']))
  const { entries } = await typed(reader).monitoring.audit()
  expect(new Set(entries.map(({ area }) => area))).toEqual(new Set(['Datasets']))
  expect((await reader.get(`/monitoring/runs/${run.id}`)).status).toBe(403)
})

/** The kinds of what is heard of a run, until it has ended. */
async function hearRun(client: HeadwaterClient, ready: () => void, signal: AbortSignal): Promise<string[]> {
  const kinds: string[] = []
  for await (const heard of client.monitoring.listen({ signal })) {
    if (heard.kind === 'ready') ready()
    if (heard.kind !== 'run' || heard.facts['flowId'] !== flowId) continue
    kinds.push(String(heard.facts['status']))
    if (['success', 'failed'].includes(String(heard.facts['status']))) return kinds
  }
  return kinds
}

test('a server tells of the runs of all servers', async () => {
  const other: TestServer = await startTestServer({
    env: {
      DATABASE_URL: world.server.databaseUrl,
      HEADWATER_LAKE: world.server.lakeDir,
      HEADWATER_MASTER_KEY: KEY,
    },
    client: owner,
  })
  await using _ = other
  const listening = new AbortController()
  const { promise: isReady, resolve } = Promise.withResolvers<void>()
  const heard = hearRun(typed(owner, other.url), resolve, listening.signal)
  await isReady
  await world.makeRun(flowId)
  expect((await heard).at(-1)).toBe('success')
}, 60_000)

test('a stream ends with the stop of its server, and the server stops at once', async () => {
  const server = await startTestServer()
  const response = await fetch(`${server.url}/monitoring/events`, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${server.client.token}`,
      'x-api-key': server.client.credentials.client_id,
      'x-gw-ims-org-id': server.client.credentials.ims_org,
    },
  })
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await chunks?.read())?.value).toContain('retry:')
  await server[Symbol.asyncDispose]()
  while ((await chunks?.read())?.done === false);
})

test('a client that was revoked is not told anything more', async () => {
  const guest = await world.server.createClient({ permissions: ['View Sources'] })
  const settings = readSettings([], {
    HEADWATER_DATA_DIR: world.server.dataDir,
    DATABASE_URL: world.server.databaseUrl,
  })
  await revokeCredentials(settings, guest.credentials.client_id)
  await expect(async () => {
    for await (const _ of typed(guest).monitoring.listen({})) break
  }).rejects.toMatchObject({ status: 403 })
})
