import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  decodeManifest,
  decodeManifestList,
  type ManifestFile,
} from '@headwater/server/lake/iceberg/manifest.ts'
import type { LakeStorage } from '@headwater/server/lake/storage/lake-storage.ts'
import { openS3Storage } from '@headwater/server/lake/storage/s3-storage.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import {
  CATALOG,
  connectTo,
  finishedRun,
  type Ingested,
  ingest,
  queryRows,
} from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { isS3InMemory, openTestS3, S3_CREDENTIALS, s3Title, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { icebergRead } from 'icebird'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

/** A whole server whose lake is a prefix of a bucket. */
const EXPORT = '/data/foundation/export'
const SMALL_ROWS = 3_000
const BIG_ROWS = 260_000
/** Larger files go to the bucket in parts. */
const PART_BYTES = 8 * 1024 * 1024

let s3: TestS3
let source: TestDatabase
let server: TestServer
let connectionId: string
/** The bucket as seen through the S3 API alone. */
let bucket: LakeStorage
let small: Ingested
let big: Ingested

beforeAll(async () => {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  s3 = await openTestS3()
  source = await createTestDatabase()
  // In tokens nothing repeats, so that the part file of the big table stays large.
  await source.query(`create table small as select i as id, 'row ' || i as label, i * 1.5::float8 as amount,
    case when i % 7 = 0 then null else md5(i::text) end as token from generate_series(1, ${SMALL_ROWS}) as i`)
  await source.query(`create table big as select i as id, 'row ' || i as label, i * 1.5::float8 as amount,
    md5(i::text) || md5((i + 1)::text) || md5((-i)::text) as token from generate_series(1, ${BIG_ROWS}) as i`)
  // No table format has an infinite time, so every tenth row is set aside.
  await source.query(`create table odd as select i as id,
    case when i % 10 = 0 then 'infinity' else '2026-01-01'::timestamptz end as placed from generate_series(1, 50) as i`)
  server = await startTestServer({ env: { HEADWATER_LAKE: s3.url, HEADWATER_S3_ENDPOINT: s3.endpoint } })
  connectionId = await connectTo(server.client, source)
  small = await land('public.small')
  big = await land('public.big')
  bucket = openS3Storage({
    url: s3.url.split('/').slice(0, 3).join('/'),
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
  })
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
  await bucket?.[Symbol.asyncDispose]()
  await s3?.[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

const FIELDS = {
  id: { type: 'integer' },
  label: { type: 'string' },
  amount: { type: 'number' },
  token: { type: 'string' },
  placed: { type: 'string', format: 'date-time' },
}
const COLUMNS = ['id', 'label', 'amount', 'token']

async function land(tableName: string, columns = COLUMNS, options: Answer = undefined): Promise<Ingested> {
  const ingested = await ingest(server.client, connectionId, {
    tableName,
    fields: FIELDS,
    mappings: columns.map((column) => ({
      sourceType: 'ATTRIBUTE',
      source: column,
      destination: `_headwater.${column}`,
    })),
    options,
  })
  const run = await finishedRun(server.client, ingested.flowId)
  expect(run.metrics.statusSummary.status, JSON.stringify(run.metrics)).toBe('success')
  return ingested
}

async function keysOfBucket(): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of bucket.list('')) keys.push(key)
  // The check of health comes and goes.
  return keys.filter((key) => !key.includes('health/'))
}

/** The only batch of a dataset. */
async function batchOf({ datasetId }: Ingested): Promise<string> {
  const { body } = await server.client.get(`${CATALOG}/batches?dataSet=${datasetId}`)
  const ids = Object.keys(body as Record<string, Answer>)
  expect(ids).toHaveLength(1)
  return String(ids[0])
}

/** The only part file of a dataset, as the API names it and as it lies in the lake. */
async function fileOf(ingested: Ingested): Promise<{ path: string; sizeBytes: number; key: string }> {
  const batchId = await batchOf(ingested)
  const listed = await server.client.get(`${EXPORT}/batches/${batchId}/files`)
  expect(listed.body.data).toHaveLength(1)
  const [{ dataSetFileId }] = listed.body.data
  const described = await server.client.get(`${EXPORT}/files/${dataSetFileId}`)
  const [{ name, length }] = described.body.data
  const path = `${EXPORT}/files/${dataSetFileId}?path=${encodeURIComponent(name)}`
  const keys = (await keysBelow(`${prefixOf(ingested)}/data/`)).filter((key) => key.endsWith(`/${name}`))
  expect(keys).toHaveLength(1)
  return { path, sizeBytes: Number(length), key: String(keys[0]) }
}

/** The key of a dataset's table in the bucket. */
function prefixOf({ datasetId }: Ingested): string {
  return `${s3.url.split('/').slice(3).join('/')}/prod/${datasetId}`
}

async function keysBelow(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of bucket.list(prefix)) keys.push(key)
  return keys
}

async function download(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const { token, credentials } = server.client
  return fetch(`${server.url}${path}`, {
    headers: {
      authorization: `Bearer ${token}`,
      'x-api-key': credentials.client_id,
      'x-gw-ims-org-id': credentials.ims_org,
      'x-sandbox-name': 'prod',
      ...headers,
    },
  })
}

/** Files, at any depth, of a folder of the server. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(server.dataDir, folder), { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

describe(s3Title, () => {
  test('runs leave no file on the server’s own disk, neither spooled nor copied', async () => {
    expect(await filesIn('spool')).toEqual([])
    expect(await filesIn('cache')).toEqual([])
    expect(await filesIn('lake')).toEqual([])
  })

  test.for([
    ['small', SMALL_ROWS],
    ['big', BIG_ROWS],
  ] as const)('every value of the %s table can be queried', async ([name, rows]) => {
    const { datasetId } = name === 'small' ? small : big
    const columns = `count(*)::integer as rows, count(token)::integer as tokens,
      sum(id)::varchar as ids, sum(amount)::varchar as amounts,
      md5(string_agg(label || coalesce(token, '-'), ',' order by id)) as digest`
    const sent = await source.query(`select ${columns} from ${name}`)
    const landed = await queryRows(
      server.client,
      `select ${columns} from (select unnest(_headwater) from "${datasetId}")`,
    )
    expect(landed[0]?.slice(0, 3)).toEqual(Object.values(sent.rows[0] ?? {}).slice(0, 3))
    expect(Number(landed[0]?.[3])).toBe(Number(sent.rows[0]?.['amounts']))
    expect(landed[0]?.[4]).toBe(sent.rows[0]?.['digest'])
    expect(landed[0]?.[0]).toBe(rows)
  })

  test('queries keep one copy of each part file, and nothing unfinished', async () => {
    await queryRows(server.client, `select count(*) from "${small.datasetId}", "${big.datasetId}" limit 1`)
    const names = await filesIn('cache')
    expect(names).toHaveLength(2)
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a large part file goes up in parts, of which none is left over', async () => {
    const { key, sizeBytes } = await fileOf(big)
    expect(sizeBytes).toBeGreaterThan(PART_BYTES)
    expect(await bucket.stat(key)).toEqual({ sizeBytes })
    const { memory } = s3
    if (memory === undefined) return
    const parts = memory.requests.filter(
      (request) => request.includes(key) && request.includes('partNumber='),
    )
    expect(parts).toHaveLength(Math.ceil(sizeBytes / PART_BYTES))
    expect(memory.openUploads).toBe(0)
  })

  test('a part file is downloaded whole, or some bytes of it, exactly', async () => {
    const { path, sizeBytes, key } = await fileOf(big)
    const object = Buffer.from(await bucket.get(key))
    expect(object).toHaveLength(sizeBytes)
    const whole = Buffer.from(await (await download(path)).arrayBuffer())
    expect(whole.equals(object)).toBe(true)
    const some = await download(path, { range: 'bytes=1000000-1000999' })
    expect([some.status, some.headers.get('content-range')]).toEqual([
      206,
      `bytes 1000000-1000999/${sizeBytes}`,
    ])
    expect(Buffer.from(await some.arrayBuffer()).equals(object.subarray(1_000_000, 1_001_000))).toBe(true)
    const end = await download(path, { range: 'bytes=-4' })
    expect([end.status, await end.text()]).toEqual([206, 'PAR1'])
    const outside = await download(path, { range: `bytes=${sizeBytes}-` })
    expect(outside.status).toBe(416)
  })

  test('the newest rows are shown', async () => {
    const { body } = await server.client.get(`${EXPORT}/datasets/${small.datasetId}/preview`)
    expect(body.data).toHaveLength(100)
    expect(body.data[0]._headwater).toMatchObject({ label: expect.stringMatching(/^row \d+$/) })
  })

  test('rows that were set aside are told from the lake', async () => {
    const options = { errorDiagnosticsEnabled: true, partialIngestionPercent: 50 }
    const odd = await land('public.odd', ['id', 'placed'], options)
    const batchId = await batchOf(odd)
    const [file] = (await server.client.get(`${EXPORT}/batches/${batchId}/failed`)).body.data
    const lines = await (
      await download(`${EXPORT}/batches/${batchId}/failed?path=${encodeURIComponent(file.name)}`)
    ).text()
    expect(lines.trim().split('\n')).toHaveLength(5)
    expect(await keysBelow(`${prefixOf(odd)}/diagnostics/`)).toHaveLength(1)
  })

  test('all that the metadata of a table refers to lies in the bucket', async () => {
    const uris = await urisOf(small)
    // The table's folder, the metadata before, the list of manifests, a manifest, a part file.
    expect(uris.length).toBeGreaterThanOrEqual(5)
    for (const uri of uris) {
      expect(uri.startsWith(`${s3.url}/prod/${small.datasetId}`), uri).toBe(true)
      expect((await keysBelow(bucket.keyOf(uri))).length, uri).toBeGreaterThan(0)
    }
  })

  test('a reader that is not ours finds the table by its place in the bucket', async () => {
    vi.stubGlobal('fetch', fetchObject)
    try {
      const rows: Answer[] = await icebergRead({ tableUrl: `${s3.url}/prod/${small.datasetId}` })
      const found = rows
        .map(({ _headwater: { id, label, amount, token } }) => ({ id, label, amount, token: token ?? null }))
        .map((row) => ({ ...row, id: Number(row.id) }))
        .sort((a, b) => a.id - b.id)
      expect(found).toEqual((await source.query('select * from small order by id')).rows)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('a batch that is deleted takes its object out of the bucket, and its rows out of the table', async () => {
    const landed = await land('public.small')
    const { body } = await server.client.get(`${CATALOG}/batches?dataSet=${landed.datasetId}`)
    const [batchId = ''] = Object.keys(body)
    const parts = async () => (await keysOf(`${prefixOf(landed)}/data/`)).length
    expect(await parts()).toBe(1)
    expect((await server.client.call('DELETE', `${CATALOG}/batches/${batchId}`)).status).toBe(200)
    expect(await parts()).toBe(0)
    expect(await queryRows(server.client, `select count(*) from "${landed.datasetId}"`)).toEqual([['0']])
    expect(
      (await server.client.call('DELETE', `${CATALOG}/dataSets/${landed.datasetId}?force=true`)).status,
    ).toBe(200)
    expect(await keysOf(`${prefixOf(landed)}/`)).toEqual([])
  })

  test.skipIf(!isS3InMemory)('storage that fails for a while delays a run, and readiness tells', async () => {
    const memory = s3.memory
    if (memory === undefined) throw new Error('there is no server to interfere with')
    // More than the tries of one step.
    let failures = 5
    memory.onRequest = ({ key }) => (key.includes('/data/') && failures-- > 0 ? 'InternalError' : undefined)
    await land('public.small')
    expect(failures).toBeLessThan(0)
    memory.onRequest = ({ key }) => (key.includes('/health/') ? 'InternalError' : undefined)
    const ready = await fetch(`${server.url}/health/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ checks: { metadata: 'ok', lake: 'failed' } })
    memory.onRequest = undefined
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
    expect(await filesIn('spool')).toEqual([])
  })

  test('a sandbox that is deleted leaves nothing in the bucket, and other sandboxes as they were', async () => {
    const boxes = '/data/foundation/sandbox-management/sandboxes'
    const { client } = server
    const body = { name: 'doomed', title: 'Doomed', type: 'development' }
    expect((await client.post(boxes, body)).status).toBe(202)
    const untilState = (state: string) =>
      vi.waitUntil(async () => (await client.get(`${boxes}/doomed`)).body.state === state, {
        timeout: 20_000,
      })
    await untilState('active')
    const before = await keysOfBucket()
    const api = client.in('doomed')
    const ingested = await ingest(api, await connectTo(api, source), {
      tableName: 'public.small',
      fields: FIELDS,
      mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' }],
    })
    await finishedRun(api, ingested.flowId)
    expect(await queryRows(api, `select count(*)::integer from "${ingested.datasetId}"`)).toEqual([
      [SMALL_ROWS],
    ])
    const copies = await readdir(join(server.dataDir, 'cache'))
    const added = (await keysOfBucket()).filter((key) => !before.includes(key))
    expect(added.filter((key) => key.includes('/doomed/')).length).toBeGreaterThan(2)
    expect((await client.call('DELETE', `${boxes}/doomed`)).status).toBe(202)
    await untilState('deleted')
    expect(await keysOfBucket()).toEqual(before)
    // Nor does the copy stay that was made for the query.
    expect(await readdir(join(server.dataDir, 'cache'))).toHaveLength(copies.length - 1)
  })
})

/** Every URI that the newest metadata file of a table mentions, and the manifests below it. */
async function urisOf(ingested: Ingested): Promise<string[]> {
  const folder = `${prefixOf(ingested)}/metadata`
  const version = new TextDecoder().decode(await bucket.get(`${folder}/version-hint.text`))
  const text = new TextDecoder().decode(await bucket.get(`${folder}/v${version}.metadata.json`))
  const mentioned = [...text.matchAll(/"([a-z0-9]+:\/\/[^"]*)"/g)].map(([, uri = '']) => uri)
  const metadata: Answer = JSON.parse(text)
  const list: ManifestFile[] = []
  for (const snapshot of metadata.snapshots) {
    list.push(...decodeManifestList(await bucket.get(bucket.keyOf(snapshot['manifest-list']))))
  }
  const manifests = await Promise.all(
    list.map(async ({ manifest_path }) => decodeManifest(await bucket.get(bucket.keyOf(manifest_path)))),
  )
  const files = manifests.flat().map((entry) => entry.data_file.file_path)
  return [...mentioned, ...list.map(({ manifest_path }) => manifest_path), ...files]
}

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of bucket.list(prefix)) keys.push(key)
  return keys
}

/** The reader asks AWS; this lets it ask the bucket of the test. */
async function fetchObject(input: string | URL, init: RequestInit = {}): Promise<Response> {
  const { hostname, pathname, searchParams } = new URL(String(input))
  if (!hostname.endsWith('.s3.amazonaws.com') || searchParams.size > 0)
    throw new Error(`unexpected request: ${input}`)
  const key = decodeURIComponent(pathname.slice(1))
  const found = await bucket.stat(key)
  if (found === undefined) return new Response(null, { status: 404 })
  if (init.method === 'HEAD')
    return new Response(null, { headers: { 'content-length': String(found.sizeBytes) } })
  const range = /bytes=(\d+)-(\d+)?/.exec(new Headers(init.headers).get('range') ?? '')
  if (range === null) return new Response(Buffer.from(await bucket.get(key)))
  const [start, end] = [Number(range[1]), Number(range[2] ?? found.sizeBytes - 1)]
  const stream = await bucket.openRead(key, { start, end })
  return new Response(Buffer.concat(await stream.toArray()), { status: 206 })
}
