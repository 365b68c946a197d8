import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { LakeWorld } from '@headwater/testkit/lake-world.ts'
import { ORG, openServiceWorld, type ServiceWorld } from '@headwater/testkit/service-world.ts'
import { openTestS3, S3_CREDENTIALS, s3Title } from '@headwater/testkit/test-s3.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { openS3Storage } from '#lake/storage/s3-storage.ts'
import { registerExport } from './routes.ts'

/** Files go from the lake to the client piece by piece: at the pace of the client, and no further than it reads. */
const DATASET = '5c8c3c555033b814b69f9471'
const BATCH = '01JAZZZZZZZZZZZZZZZZZZZZZ1'
const KEY = `prod/${DATASET}/data/big.parquet`
const MIB = 1024 * 1024
const SIZE = 96 * MIB
/** What sockets and streams between lake and client may hold. */
const ON_THE_WAY = 32 * MIB

async function openFolder(stack: AsyncDisposableStack): Promise<LakeStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'export-stream-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  return stack.use(await openFolderStorage(folder))
}

async function openBucket(stack: AsyncDisposableStack): Promise<LakeStorage> {
  const { endpoint, url } = stack.use(await openTestS3())
  return stack.use(openS3Storage({ endpoint, url, region: 'us-east-1', forcePathStyle: true }))
}

describe.each([
  ['a folder', openFolder],
  [s3Title, openBucket],
])('a big file from %s', (_name, open) => {
  let resources: AsyncDisposableStack
  let world: ServiceWorld
  let bytes: Buffer
  /** Of the lake, and how much came out of each. */
  const streams: { readonly stream: Readable; sizeBytes: number }[] = []

  beforeAll(async () => {
    for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
    resources = new AsyncDisposableStack()
    const storage = await open(resources)
    bytes = Buffer.alloc(SIZE)
    for (let at = 0; at < SIZE; at += MIB) bytes.writeUInt32BE(at, at)
    await storage.put(KEY, bytes)
    world = resources.use(
      await openServiceWorld(async (app, { db, gateway }) => {
        const lake = resources.use(await LakeWorld.open(db))
        await registerExport(app, {
          ...{ db, gateway, readLakeTable: lake.readLakeTable, readRows: async () => [] },
          storage: counting(storage),
        })
        await lake.addDataset(DATASET, 'Big', 'big')
        await lake.startBatch(DATASET, BATCH)
      }),
    )
    await world.db
      .insertInto('batch_file')
      .values({ batch_id: BATCH, ordinal: 1, key: KEY, row_count: 1, size_bytes: SIZE })
      .execute()
    await world.db.updateTable('batch').set({ status: 'success' }).execute()
    await world.app.listen({ host: '127.0.0.1', port: 0 })
  })

  afterAll(async () => {
    vi.unstubAllEnvs()
    await resources?.disposeAsync()
  })

  function counting(storage: LakeStorage): LakeStorage {
    return new Proxy(storage, {
      get(target, name) {
        if (name !== 'openRead') return Reflect.get(target, name).bind?.(target)
        return async (...args: Parameters<LakeStorage['openRead']>) => {
          const stream = await target.openRead(...args)
          const counted = { stream, sizeBytes: 0 }
          streams.push(counted)
          const through = new PassThrough()
          through.on('close', () => stream.destroy())
          stream.on('data', (chunk: Buffer) => {
            counted.sizeBytes += chunk.length
          })
          return stream.pipe(through)
        }
      },
    })
  }

  async function download(headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const { port } = world.app.server.address() as AddressInfo
    const sent = request({
      host: '127.0.0.1',
      port,
      path: `/data/foundation/export/files/${BATCH}-1?path=big.parquet`,
      headers: {
        authorization: 'Bearer valid',
        'x-api-key': 'client',
        'x-gw-ims-org-id': ORG,
        'x-sandbox-name': 'prod',
        ...headers,
      },
    })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return response
  }

  const newest = () => streams.at(-1) ?? { stream: undefined, sizeBytes: 0 }

  /** Waits until nothing comes out of the lake any more. */
  async function standsStill(): Promise<number> {
    let before = -1
    await vi.waitUntil(
      () => {
        const isStill = before === newest().sizeBytes && before > 0
        before = newest().sizeBytes
        return isStill
      },
      { timeout: 20_000, interval: 200 },
    )
    return before
  }

  test('is read from the lake no faster than the client reads it, and arrives whole', async () => {
    const response = await download()
    expect([response.statusCode, response.headers['content-length']]).toEqual([200, String(SIZE)])
    response.pause()
    const waiting = await standsStill()
    expect(waiting).toBeLessThan(ON_THE_WAY)
    let at = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      expect(chunk.equals(bytes.subarray(at, at + chunk.length))).toBe(true)
      at += chunk.length
    }
    expect([at, newest().sizeBytes]).toEqual([SIZE, SIZE])
  })

  test('a part in its middle is read alone', async () => {
    const [start, end] = [40 * MIB, 40 * MIB + 999]
    const response = await download({ range: `bytes=${start}-${end}` })
    expect([response.statusCode, response.headers['content-range']]).toEqual([
      206,
      `bytes ${start}-${end}/${SIZE}`,
    ])
    const part = Buffer.concat(await response.toArray())
    expect(part.equals(bytes.subarray(start, end + 1))).toBe(true)
    expect(newest().sizeBytes).toBe(1000)
  })

  test('is let go of when the client goes away', async () => {
    const response = await download()
    response.pause()
    await standsStill()
    response.destroy()
    await vi.waitUntil(() => newest().stream?.destroyed, { timeout: 20_000, interval: 50 })
    expect(newest().sizeBytes).toBeLessThan(SIZE)
  })

  test('many at once take no more memory than their pieces', async () => {
    const before = process.memoryUsage().arrayBuffers
    const responses = await Promise.all(Array.from({ length: 6 }, () => download()))
    for (const response of responses) response.pause()
    await standsStill()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(6 * ON_THE_WAY)
    for (const response of responses) response.destroy()
  })
})
