import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo, FLOW, finishedRun, type Ingested, ingest } from '@headwater/testkit/journey.ts'
import { createCredentials, startServerProcess } from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer } from '@headwater/testkit/test-server.ts'
import { answers, type ReceivedWebhook, WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'

/** Whoever subscribes hears of runs: over HTTP only, with the reference library of Standard Webhooks. */
const PATIENCE = { timeout: 45_000, interval: 20 }
const SUBSCRIPTIONS = `${FLOW}/subscriptions`

let source: TestDatabase
let receiver: WebhookReceiver

beforeAll(async () => {
  source = await createTestDatabase()
  await source.query('create table thing (id bigint primary key); insert into thing values (1), (2), (3)')
})
beforeEach(async () => {
  receiver = await WebhookReceiver.start()
})
afterEach(async () => receiver[Symbol.asyncDispose]())
afterAll(async () => source?.drop())

async function makeFlow(client: ApiClient, tableName: string, startTime?: number): Promise<Ingested> {
  const connection = await connectTo(client, source)
  return ingest(client, connection, {
    tableName,
    fields: { id: { type: 'integer' } },
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' }],
    ...(startTime === undefined ? {} : { scheduleParams: { startTime, frequency: 'once' } }),
  })
}

async function subscribe(client: ApiClient, changes: Answer = {}): Promise<Answer> {
  const answer = await client.post(SUBSCRIPTIONS, { name: 'listener', url: receiver.url, ...changes })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}

function untilReceived(count: number): Promise<unknown> {
  return vi.waitUntil(() => receiver.received.length >= count, PATIENCE)
}

/** What the receiver would take: signature, time and form are the library's to judge. */
function opened(secret: string, { raw, headers }: ReceivedWebhook): Answer {
  return new Webhook(secret).verify(raw, { ...headers })
}

test('a run that lands and one that fails are told as start, success and failure', async () => {
  await using server = await startTestServer()
  const { client } = server
  const { id, secret } = await subscribe(client, { headers: { authorization: 'Bearer 31415926' } })
  const { flowId } = await makeFlow(client, 'public.thing')
  const landed = await finishedRun(client, flowId)
  await source.query('create table doomed (id bigint primary key)')
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400
  const doomed = await makeFlow(client, 'public.doomed', tomorrow)
  await source.query('drop table doomed')
  await client.post(`${FLOW}/runs`, { flowId: doomed.flowId })
  const failed = await finishedRun(client, doomed.flowId)
  expect([landed.metrics.statusSummary.status, failed.metrics.statusSummary.status]).toEqual([
    'success',
    'failed',
  ])

  await untilReceived(3)
  const [start, success, failure] = receiver.received.map((received) => opened(secret, received))
  const header = (eventCode: string) => ({
    _adobeio: {
      imsOrgId: client.credentials.ims_org,
      providerMetadata: 'aep_observability_catalog_events',
      eventCode,
    },
  })
  const { body: flow } = await client.get(`${FLOW}/flows/${flowId}`)
  expect(start.event).toMatchObject({
    ...{ id: landed.id, flowId, flowName: flow.items[0].name, sandboxName: 'prod' },
    metrics: { statusSummary: { status: 'inProgress' } },
    header: header('sources_flow_run_info'),
  })
  const { body: shown } = await client.get(`${FLOW}/runs/${landed.id}`)
  expect(success.event).toEqual({
    ...shown.items[0],
    flowName: flow.items[0].name,
    header: header('sources_flow_run_info'),
  })
  expect(success.event.metrics.recordSummary).toMatchObject({ inputRecordCount: 3, outputRecordCount: 3 })
  const { body: shownFailure } = await client.get(`${FLOW}/runs/${failed.id}`)
  expect(failure.event).toMatchObject({ ...shownFailure.items[0], header: header('sources_flow_run_error') })
  expect(failure.event.metrics.statusSummary.errors[0].code).toBe('CONNECTOR-1001-500')
  expect(receiver.received.map(({ headers }) => headers['authorization'])).toEqual(
    Array(3).fill('Bearer 31415926'),
  )

  await vi.waitUntil(async () => {
    const { body } = await client.get(
      `${SUBSCRIPTIONS}/${id}/deliveries?property=state==delivered&count=true`,
    )
    return body.count === 3
  }, PATIENCE)
  const text = `${server.log.join('')}${receiver.received.map(({ raw }) => raw).join('')}`
  for (const hidden of ['31415926', secret, secret.slice(6), source.password])
    expect(text).not.toContain(hidden)
})

test('what receivers get is in the API docs, as a callback of the subscription', async () => {
  await using server = await startTestServer()
  const { paths } = (await (await fetch(`${server.url}/docs/json`)).json()) as Answer
  const { callbacks } = paths[SUBSCRIPTIONS].post
  const operation = callbacks.flowRunEvent['{$request.body#/url}'].post
  expect(operation.parameters.map(({ name }: Answer) => name)).toEqual([
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
  ])
  expect(operation.requestBody.content['application/json'].schema).toBeDefined()
  expect(Object.keys(operation.responses).sort()).toEqual(['2XX', '410', 'default'])
})

test('a server that is not allowed to call a host says so, and whose list it is', async () => {
  await using server = await startTestServer({ env: { HEADWATER_WEBHOOK_HOSTS: 'hooks.example, public' } })
  const answer = await server.client.post(SUBSCRIPTIONS, { name: 'n', url: receiver.url })
  expect([answer.status, answer.body.errorMessage]).toEqual([
    400,
    expect.stringContaining('127.0.0.1, which is not among the hosts that this server may notify'),
  ])
  const { id } = await subscribe(server.client, { url: `http://localhost:${receiver.port}/` })
  const { body } = await server.client.post(`${SUBSCRIPTIONS}/${id}/action?op=test`)
  expect(body).toMatchObject({ result: false, error: expect.stringContaining('HEADWATER_WEBHOOK_HOSTS') })
  expect(receiver.received).toEqual([])
})

// A whole server is started twice, with its PostgreSQL.
const TWO_STARTS = { timeout: 180_000 }

test(
  'a server that is killed while it tells somebody tells it again at its next start',
  TWO_STARTS,
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'headwater-notifications-'))
    let server = await startServerProcess(dataDir)
    try {
      const client = new ApiClient(await createCredentials(dataDir))
      await client.authenticate()
      receiver.behave(() => {})
      const { secret } = await subscribe(client, { events: ['success'] })
      const { flowId } = await makeFlow(client, 'public.thing')
      await finishedRun(client, flowId)
      await untilReceived(1)
      await server.end('SIGKILL')
      receiver.behave(answers(204))
      server = await startServerProcess(dataDir)
      await untilReceived(2)
      const [before, after] = receiver.received
      if (before === undefined || after === undefined) throw new Error('nothing arrived')
      expect(opened(secret, after)).toEqual(opened(secret, before))
      expect(after.headers['webhook-id']).toBe(before.headers['webhook-id'])
    } finally {
      await server.end('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
    }
  },
)
