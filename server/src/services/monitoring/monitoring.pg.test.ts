import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { DEV, ORG, openServiceWorld, PROD, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTableLake } from '#boot/table-lake.ts'
import { newUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { insertAuditEntry } from './audit-store.ts'
import { EventFeeds } from './event-feeds.ts'
import { registerMonitoring } from './routes.ts'

const HOUR = 3_600_000
const NOON = Date.parse('2026-03-01T12:00:00Z')
const ORDERS = '5c8c3c555033b814b69f9471'

let world: ServiceWorld
let lake: LakeWorld
let nowMs = NOON

beforeAll(async () => {
  world = await openServiceWorld(async (app, { db, gateway }) => {
    lake = await LakeWorld.open(db)
    const now = () => nowMs
    const feeds = new EventFeeds({ db, log: { debug: () => {} }, now, pauseMs: 10 })
    app.addHook('onClose', () => feeds[Symbol.asyncDispose]())
    await registerMonitoring(app, { db, gateway, now, feeds, tableLake: createTableLake(lake.storage) })
  })
  await lake.addDataset(ORDERS, 'Web orders', 'web_orders')
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await lake[Symbol.asyncDispose]()
})

interface Made {
  readonly flowId: string
  readonly endedMs?: number
  readonly state?: string
  readonly records?: readonly [received: number, ingested: number, skipped: number, failed: number]
  readonly sandboxId?: string
}

async function makeRun(made: Made): Promise<string> {
  const { flowId, endedMs, state = 'success', records = [0, 0, 0, 0], sandboxId = PROD } = made
  const id = newUuid()
  const [inputRecordCount, outputRecordCount, skippedRecordCount, failedRecordCount] = records
  const metrics: JsonObject = {
    statusSummary: { status: state },
    ...(endedMs === undefined
      ? {}
      : {
          durationSummary: { startedAtUTC: endedMs - 1_000, completedAtUTC: endedMs },
          recordSummary: { inputRecordCount, outputRecordCount, skippedRecordCount, failedRecordCount },
          sizeSummary: { inputBytes: inputRecordCount * 10, outputBytes: outputRecordCount * 3 },
        }),
  }
  await world.db
    .insertInto('flow_run')
    .values({
      id,
      org_id: ORG,
      sandbox_id: sandboxId,
      flow_id: flowId,
      flow_name: 'Orders as they were',
      state: state as 'success',
      origin: 'request',
      scheduled_for: nowMs,
      epoch: 1,
      started_at: endedMs === undefined ? nowMs - 10_000 : endedMs - 1_000,
      completed_at: endedMs ?? null,
      etag: '"1"',
      document: JSON.stringify({ id, metrics }),
      created_at: endedMs ?? nowMs,
      updated_at: endedMs ?? nowMs,
    })
    .execute()
  return id
}

const at = (ms: number) => new Date(ms).toISOString()

test('figures come by bucket, flow and source, from the runs that ended in the range', async () => {
  const flowId = newUuid()
  await makeRun({ flowId, endedMs: NOON - 3 * HOUR, records: [100, 90, 3, 7] })
  await makeRun({ flowId, endedMs: NOON - HOUR, records: [50, 50, 0, 0] })
  await makeRun({ flowId, endedMs: NOON - HOUR + 1, state: 'failed', records: [20, 0, 0, 20] })
  await makeRun({ flowId, endedMs: NOON, records: [1_000, 1_000, 0, 0] })
  await makeRun({ flowId, endedMs: NOON - HOUR, records: [9, 9, 0, 0], sandboxId: DEV })
  const query = `start=${at(NOON - 4 * HOUR)}&end=${at(NOON)}&granularity=hour`
  const { status, body } = await world.call('GET', `/monitoring/ingestion?${query}`)
  expect(status).toBe(200)
  expect(body.buckets.map((bucket: JsonObject) => [at(Number(bucket['at'])), bucket['received']])).toEqual([
    ['2026-03-01T08:00:00.000Z', 0],
    ['2026-03-01T09:00:00.000Z', 100],
    ['2026-03-01T10:00:00.000Z', 0],
    ['2026-03-01T11:00:00.000Z', 70],
  ])
  const total = {
    ...{ succeeded: 2, failed: 1, received: 170, ingested: 140, skipped: 3, rejected: 27 },
    ...{ bytesIn: 1_700, bytesOut: 420, busyMs: 3_000 },
  }
  expect(body.total).toEqual(total)
  expect(body.flows).toEqual([
    { id: flowId, name: 'Orders as they were', lastRunAt: NOON - HOUR + 1, ...total },
  ])
  const other = await world.call('GET', `/monitoring/ingestion?${query}&flowId=${newUuid()}`)
  expect([other.body.total.received, other.body.buckets.length]).toEqual([0, 4])
})

test('figures of a long range are read from the index alone', async () => {
  await sql`vacuum analyze flow_run`.execute(world.db)
  const plan = await world.db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx)
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select sum(records_in), sum(bytes_out), count(*) filter (where state = 'failed') from flow_run
      where org_id = ${ORG} and sandbox_id = ${PROD} and completed_utc > -9007199254740992
        and completed_utc >= 1 and completed_utc < 9000000000000`.execute(tx)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })
  expect(plan).toMatch(/Index Only Scan using flow_run_figures/)
})

test.each([
  ['start=2026-01-01', "'end' must be a time"],
  ['start=yesterday&end=2026-01-01', "not 'yesterday'"],
  ['start=2026-01-02&end=2026-01-01', "'start' must be before 'end'"],
  ['start=2020-01-01&end=2026-01-01&granularity=minute', 'more than 1500 buckets'],
  ['start=2026-01-01&end=2026-01-02&granularity=century', 'must be one of MINUTE'],
  ['start=2026-01-01&end=2026-01-02&flowId=7', "'flowId' must be an id"],
])('figures of %s are refused', async (query, words) => {
  const { status, body } = await world.call('GET', `/monitoring/ingestion?${query}`)
  expect([status, body.title]).toEqual([400, 'BadRequestError'])
  expect(body.detail).toContain(words)
})

test('a run tells its slices, its pace, and when it may be done', async () => {
  const id = await makeRun({ flowId: newUuid(), state: 'inProgress' })
  await sql`update flow_run set plan = ${JSON.stringify({
    relation: 'public.orders',
    datasetId: ORDERS,
    estimatedRows: 2_000,
    estimatedBytes: 9_000.4,
  })}::jsonb where id = ${id}`.execute(world.db)
  const slice = { ranges: [], sizeBytes: 4_500.2 }
  const common = { run_id: id, epoch: 1, attempt: 1, slice: JSON.stringify(slice) }
  await world.db
    .insertInto('run_slice')
    .values([
      {
        ...common,
        ordinal: 0,
        state: 'done',
        row_count: 400,
        byte_count: 4_000,
        completed_at: nowMs,
        result: JSON.stringify({ rowsRejected: 2 }),
      },
      { ...common, ordinal: 1, state: 'pending', attempt: 0, row_count: 100, byte_count: 1_000 },
      { ...common, ordinal: 2, state: 'pending', attempt: 0, row_count: 0, byte_count: 0 },
      // Of a life of the run that was given up.
      { ...common, epoch: 0, ordinal: 0, state: 'done', row_count: 9_999, byte_count: 9_999 },
    ])
    .execute()
  const { body } = await world.call('GET', `/monitoring/runs/${id}`)
  expect(body).toMatchObject({
    ...{
      stage: 'copying',
      relation: 'public.orders',
      rows: 500,
      bytes: 5_000,
      slicesDone: 1,
      slicesTotal: 3,
    },
    ...{ rowsPerSecond: 50, bytesPerSecond: 500, estimatedRows: 2_000 },
    // A third of the slices in ten seconds.
    etaMs: 20_000,
  })
  expect(body.slices.map((it: JsonObject) => [it['state'], it['rows'], it['rejected']])).toEqual([
    ['done', 400, 2],
    ['copying', 100, 0],
    ['pending', 0, 0],
  ])
  expect((await world.call('GET', `/monitoring/runs/${newUuid()}`)).status).toBe(404)
})

test('a table tells its fields, snapshots and files', async () => {
  await lake.addBatch(ORDERS, '01JAZZZZZZZZZZZZZZZZZZZZZ1', [[1n, 'Ada', 2.5]])
  const key = await lake.addBatch(ORDERS, '01JAZZZZZZZZZZZZZZZZZZZZZ2', [
    [2n, 'Bob', 1.5],
    [3n, 'Ada', 4],
  ])
  const { body } = await world.call('GET', `/monitoring/datasets/${ORDERS}`)
  expect(body).toMatchObject({ tableName: 'web_orders', namespace: 'prod', snapshotCount: 2 })
  expect(body.fields).toContainEqual({ path: 'person.name.firstName', type: 'string', required: false })
  expect(
    body.snapshots.map((it: JsonObject) => [it['isCurrent'], it['addedRecords'], it['totalRecords']]),
  ).toEqual([
    [true, 2, 3],
    [false, 1, 1],
  ])
  const files = (await world.call('GET', `/monitoring/datasets/${ORDERS}/files?limit=1`)).body
  expect([files.total, files.rowCount, files.files.length]).toEqual([2, 3, 1])
  expect(files.files[0].path).toBe(lake.storage.uri(key))
  const old = body.snapshots[1].id
  const before = (await world.call('GET', `/monitoring/datasets/${ORDERS}/files?snapshot=${old}`)).body
  expect([before.total, before.rowCount]).toEqual([1, 1])
  const missing = await world.call('GET', `/monitoring/datasets/${ORDERS}/files?snapshot=7`)
  expect([missing.status, missing.body.detail]).toEqual([404, "There is no snapshot '7' in this sandbox."])
})

test('the audit list goes back page by page and is confined to the sandbox', async () => {
  const scope = {
    orgId: ORG,
    sandbox: { id: PROD, name: 'prod', type: 'production' },
    userId: 'user',
    clientId: 'client',
  } as const
  const entry = { scope, area: 'Sources', outcome: 'done', status: 200, requestId: 'r', atMs: NOON } as const
  for (const operation of ['createFlow', 'patchFlow', 'deleteFlow'])
    await insertAuditEntry(world.db, { ...entry, operation, resourceId: 'f1' })
  await insertAuditEntry(world.db, { ...entry, operation: 'deleteFlow', outcome: 'denied', status: 403 })
  await insertAuditEntry(world.db, {
    ...entry,
    operation: 'createDataset',
    scope: { ...scope, sandbox: { ...scope.sandbox, id: DEV } },
  })
  const first = (await world.call('GET', '/monitoring/audit?limit=2&resourceId=f1')).body
  const second = (
    await world.call('GET', `/monitoring/audit?limit=2&resourceId=f1&continuationToken=${first.next}`)
  ).body
  const names = [...first.entries, ...second.entries].map((it: JsonObject) => it['operation'])
  expect([names, second.next]).toEqual([['deleteFlow', 'patchFlow', 'createFlow'], undefined])
  const denied = (await world.call('GET', '/monitoring/audit?outcome=denied')).body.entries
  expect(denied).toMatchObject([{ operation: 'deleteFlow', status: 403 }])
})

/** Reads a stream until an event of that name has come; gives all that have. */
async function readUntil(
  response: Response,
  name: string,
  onReady: () => Promise<void> = async () => {},
): Promise<string> {
  let text = ''
  let isReady = false
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  while (!text.includes(`event: ${name}\n`)) {
    const { value, done } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) throw new Error(`the stream ended with ${text}`)
    text += decoder.decode(value, { stream: true })
    if (isReady || !text.includes('event: ready\n')) continue
    isReady = true
    await onReady()
  }
  await reader?.cancel()
  return text
}

const HEADERS = {
  authorization: 'Bearer valid',
  'x-api-key': 'client',
  'x-gw-ims-org-id': ORG,
  'x-sandbox-name': 'prod',
  accept: 'text/event-stream',
}

test('who listens hears of a run and of its progress, and who comes again of what was missed', async () => {
  const url = `${await listen()}/monitoring/events`
  const stream = await fetch(url, { headers: HEADERS })
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  nowMs += 1_000
  const flowId = newUuid()
  let id = ''
  const text = await readUntil(stream, 'run', async () => {
    id = await makeRun({ flowId, state: 'inProgress' })
  })
  expect(text).toMatch(/^retry: \d+\n\nid: \d+\nevent: ready\n/)
  expect(text).toContain(`"flowId": "${flowId}"`.replace(': ', ':'))
  const since = /id: (\d+)\nevent: ready/.exec(text)?.[1] ?? ''
  const missed = await readUntil(await fetch(url, { headers: { ...HEADERS, 'last-event-id': since } }), 'run')
  expect(missed).toContain(id)
  const page = (await world.call('GET', `/monitoring/events?since=${since}&kinds=run`)).body
  expect(page.events.map((event: JsonObject) => event['id'])).toContain(id)
  const dev = await world.call('GET', `/monitoring/events?since=1`, { headers: { 'x-sandbox-name': 'dev' } })
  expect(JSON.stringify(dev.body)).not.toContain(id)
})

async function listen(): Promise<string> {
  return await world.app.listen({ host: '127.0.0.1', port: 0 })
}

test.each([
  ['since=tomorrow', "not 'tomorrow'"],
  ['kinds=run,rain', "there is no 'rain'"],
])('events of %s are refused', async (query, words) => {
  const { status, body } = await world.call('GET', `/monitoring/events?${query}`)
  expect(status).toBe(400)
  expect(body.detail).toContain(words)
})
