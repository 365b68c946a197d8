import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type S3Server, startS3Server } from '@headwater/testkit/s3-server.ts'
import { openTestS3, S3_CREDENTIALS, s3Title, type TestS3 } from '@headwater/testkit/test-s3.ts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openFolderStorage } from './folder-storage.ts'
import { type LakeStorage, ObjectExistsError, ObjectNotFoundError } from './lake-storage.ts'
import { openS3Storage } from './s3-storage.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

let folder: string
let s3: TestS3

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lake-storage-'))
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  s3 = await openTestS3()
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await s3[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const openFolder = () => openFolderStorage(join(folder, 'lake'))
const openS3 = async () => openS3Storage({ ...serverOf(s3), url: s3.url })
const serverOf = ({ endpoint }: { readonly endpoint: string }) =>
  ({ endpoint, region: 'us-east-1', forcePathStyle: true }) as const

async function keysOf(storage: LakeStorage, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys
}

describe.each([
  ['folder', openFolder],
  [s3Title, openS3],
])('%s storage', (_name, open) => {
  it('puts, gets and tells the size', async () => {
    await using storage = await open()
    await storage.put('a/b/c.txt', bytesOf('hello'))
    expect(textOf(await storage.get('a/b/c.txt'))).toBe('hello')
    expect(await storage.stat('a/b/c.txt')).toEqual({ sizeBytes: 5 })
  })

  it('holds empty objects', async () => {
    await using storage = await open()
    await storage.put('empty', new Uint8Array(0))
    expect(await storage.get('empty')).toHaveLength(0)
    expect(await storage.stat('empty')).toEqual({ sizeBytes: 0 })
  })

  it('takes a stream of any size, and of one that breaks off nothing', async () => {
    await using storage = await open()
    const piece = new Uint8Array(1024 * 1024).fill(7)
    await storage.putStream('small', Readable.from([bytesOf('hello')]))
    await storage.putStream('none', Readable.from([]))
    await storage.putStream('large', Readable.from(Array.from({ length: 20 }, () => piece)))
    expect(textOf(await storage.get('small'))).toBe('hello')
    expect(await storage.stat('none')).toEqual({ sizeBytes: 0 })
    expect(await storage.stat('large')).toEqual({ sizeBytes: 20 * piece.length })
    const breaking = Readable.from(
      (async function* () {
        for (let count = 0; count < 12; count++) yield piece
        throw new Error('the client is gone')
      })(),
    )
    await expect(storage.putStream('broken', breaking)).rejects.toThrow('the client is gone')
    expect(await storage.stat('broken')).toBeUndefined()
    const again = storage.putStream('small', Readable.from([bytesOf('other')]))
    await expect(again).rejects.toThrow(ObjectExistsError)
    expect(textOf(await storage.get('small'))).toBe('hello')
  })

  it('never overwrites by put or putFile', async () => {
    await using storage = await open()
    const local = join(folder, 'local')
    await writeFile(local, 'third')
    await storage.put('a', bytesOf('first'))
    await expect(storage.put('a', bytesOf('second'))).rejects.toThrow(ObjectExistsError)
    await expect(storage.putFile('a', local)).rejects.toThrow(ObjectExistsError)
    expect(textOf(await storage.get('a'))).toBe('first')
    expect(existsSync(local)).toBe(true)
  })

  it('has one winner among many writers of one key', async () => {
    await using storage = await open()
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, writer) => storage.put('contested', bytesOf(String(writer)))),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const winner = results.findIndex(({ status }) => status === 'fulfilled')
    expect(textOf(await storage.get('contested'))).toBe(String(winner))
  })

  it('replaces', async () => {
    await using storage = await open()
    await storage.replace('hint', bytesOf('1'))
    await storage.replace('hint', bytesOf('2'))
    expect(textOf(await storage.get('hint'))).toBe('2')
  })

  it('takes a local file over', async () => {
    await using storage = await open()
    const local = join(folder, 'local')
    await writeFile(local, 'data')
    await storage.putFile('data/1.parquet', local)
    expect(textOf(await storage.get('data/1.parquet'))).toBe('data')
    expect(existsSync(local)).toBe(false)
  })

  it('takes a large local file over whole', async () => {
    await using storage = await open()
    const local = join(folder, 'local')
    const large = Buffer.alloc(20 * 1024 * 1024, 'headwater ')
    await writeFile(local, large)
    await storage.putFile('large', local)
    expect(large.equals(await storage.get('large'))).toBe(true)
  })

  it('reads ranges as streams', async () => {
    await using storage = await open()
    await storage.put('a', bytesOf('0123456789'))
    const part = await storage.openRead('a', { start: 2, end: 4 })
    expect(Buffer.concat(await part.toArray()).toString()).toBe('234')
    const whole = await storage.openRead('a')
    expect(Buffer.concat(await whole.toArray()).toString()).toBe('0123456789')
  })

  it('says what is missing', async () => {
    await using storage = await open()
    await expect(storage.get('no')).rejects.toThrow(ObjectNotFoundError)
    await expect(storage.openRead('no')).rejects.toThrow(ObjectNotFoundError)
    expect(await storage.stat('no')).toBeUndefined()
  })

  it('lists by prefix in the order of keys', async () => {
    await using storage = await open()
    for (const key of ['t/b/2', 't/a/1', 't/a.txt', 't/ab', 'u', 't/b/10']) {
      await storage.put(key, bytesOf(key))
    }
    expect(await keysOf(storage, 't/')).toEqual(['t/a.txt', 't/a/1', 't/ab', 't/b/10', 't/b/2'])
    expect(await keysOf(storage, 't/a')).toEqual(['t/a.txt', 't/a/1', 't/ab'])
    expect(await keysOf(storage, 't/b/1')).toEqual(['t/b/10'])
    expect(await keysOf(storage, '')).toHaveLength(6)
    expect(await keysOf(storage, 'none/at/all')).toEqual([])
    for await (const found of storage.list('u')) {
      expect(found.sizeBytes).toBe(1)
      expect(found.modifiedAtMs).toBeGreaterThan(1_600_000_000_000)
    }
  })

  it('removes what is there and what is not', async () => {
    await using storage = await open()
    await storage.put('a/1', bytesOf('1'))
    await storage.put('a/2', bytesOf('2'))
    await storage.remove(['a/1', 'a/none'])
    expect(await keysOf(storage, 'a/')).toEqual(['a/2'])
    await storage.remove([])
  })

  it('removes a folder with everything below it, and nothing beside it', async () => {
    await using storage = await open()
    for (const key of ['box/d1/data/1', 'box/d1/metadata/2', 'box/d1', 'box/d10/3', 'box/d2/4', 'other/d1/5'])
      await storage.put(key === 'box/d1' ? 'box/d1.txt' : key, bytesOf(key))
    await storage.removeFolder('box/d1')
    expect(await keysOf(storage, '')).toEqual(['box/d1.txt', 'box/d10/3', 'box/d2/4', 'other/d1/5'])
    await storage.removeFolder('box/d1')
    await storage.removeFolder('other/d1')
    expect(await keysOf(storage, 'other/')).toEqual([])
    await storage.put('other/d1/6', bytesOf('6'))
    for (const folder of ['', '..', '../box', 'box//d2'])
      await expect(storage.removeFolder(folder)).rejects.toThrow()
    expect(await keysOf(storage, 'box/d2')).toEqual(['box/d2/4'])
  })

  it('keeps keys with characters that URLs and XML give a meaning', async () => {
    await using storage = await open()
    const keys = ["q/a b+c&d=e's.txt", 'q/é%20ü#?<x>"y".txt', 'q/日本.txt']
    for (const key of keys) await storage.put(key, bytesOf(key))
    expect(await keysOf(storage, 'q/')).toEqual(keys)
    for (const key of keys) expect(textOf(await storage.get(key))).toBe(key)
    await storage.remove(keys)
    expect(await keysOf(storage, 'q/')).toEqual([])
  })

  it('turns keys to URIs and back, and refuses foreign ones', async () => {
    await using storage = await open()
    expect(storage.keyOf(storage.uri('a b/c.parquet'))).toBe('a b/c.parquet')
    expect(() => storage.keyOf('s3://elsewhere/a')).toThrow("'s3://elsewhere/a' does not lie in")
    expect(() => storage.keyOf(`${storage.uri('a')}/../../x`)).toThrow("a segment '..'")
  })

  it.each(['', '/a', 'a//b', 'a/', '../a', 'a/../b', './a', 'a\\b', 'a\0b', 'a\nb'])(
    'refuses the key %j',
    async (key) => {
      await using storage = await open()
      expect(() => storage.uri(key)).toThrow('is no key')
      await expect(storage.put(key, bytesOf('x'))).rejects.toThrow('is no key')
      await expect(storage.get(key)).rejects.toThrow('is no key')
      await expect(storage.remove([key])).rejects.toThrow('is no key')
    },
  )

  it('stops when told to', async () => {
    await using storage = await open()
    const signal = AbortSignal.abort()
    await expect(storage.put('a', bytesOf('x'), { signal })).rejects.toThrow(/abort/i)
    const local = join(folder, 'local')
    await writeFile(local, 'data')
    await expect(storage.putFile('b', local, { signal })).rejects.toThrow(/abort/i)
    expect(await keysOf(storage, '')).toEqual([])
  })
})

describe('folder storage', () => {
  it('gives paths and readable URIs', async () => {
    await symlink(folder, join(folder, 'alias'))
    await using storage = await openFolderStorage(join(folder, 'alias', 'lake'))
    await storage.put('a/b', bytesOf('x'))
    expect(storage.uri('a/b')).toBe(`file://${storage.localPath('a/b')}`)
    expect(await readFile(storage.localPath('a/b') ?? '', 'utf8')).toBe('x')
  })

  it('keeps unfinished files out of sight', async () => {
    await using storage = await openFolder()
    await writeFile(join(folder, 'lake', '.unfinished', 'left-over'), 'x')
    expect(await keysOf(storage, '')).toEqual([])
    await expect(storage.put('.unfinished/x', bytesOf('x'))).rejects.toThrow('is for unfinished files')
  })
})

describe('S3 storage', () => {
  let server: S3Server
  let storage: LakeStorage

  beforeEach(async () => {
    server = await startS3Server({ pageSize: 2 })
    storage = openS3Storage({ ...serverOf(server), url: 's3://lake/some/prefix' })
  })

  afterEach(async () => {
    await storage[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  async function largeFile(): Promise<string> {
    const local = join(folder, 'local')
    await writeFile(local, Buffer.alloc(17 * 1024 * 1024, 'headwater '))
    return local
  }

  it('uploads large files in parts, conditionally, and leaves no part behind', async () => {
    await storage.putFile('large', await largeFile())
    expect(server.requests.filter((request) => request.includes('partNumber='))).toHaveLength(3)
    await expect(storage.putFile('large', await largeFile())).rejects.toThrow(ObjectExistsError)
    expect(server.openUploads).toBe(0)
  })

  it.each([
    ['put', (key: string) => storage.put(key, bytesOf('mine')), 'PUT'],
    ['putFile in parts', async (key: string) => storage.putFile(key, await largeFile()), 'POST'],
  ])('knows its own object when only the answer to %s got lost', async (_name, write, method) => {
    let isFirst = true
    server.onRequest = (request) => {
      // Of an upload in parts, the end: by then the object is there.
      const isLast =
        request.method === method && (method === 'PUT' || server.requests.at(-1)?.includes('uploadId'))
      if (isLast !== true || !isFirst) return undefined
      isFirst = false
      return 'drop'
    }
    await write('a')
    expect(isFirst).toBe(false)
    expect(await keysOf(storage, '')).toEqual(['a'])
  })

  it.each(['SlowDown', 'ConditionalRequestConflict'] as const)('tries again after %s', async (code) => {
    let refusals = 2
    server.onRequest = () => (refusals-- > 0 ? code : undefined)
    await storage.put('a', bytesOf('mine'))
    expect(textOf(await storage.get('a'))).toBe('mine')
    expect(server.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(3)
  })

  it('keeps to its prefix', async () => {
    await storage.put('a', bytesOf('x'))
    server.objects.set('lake/some/other', { body: Buffer.from('y'), modifiedAtMs: 0 })
    expect([...server.objects.keys()]).toContain('lake/some/prefix/a')
    expect(storage.uri('a')).toBe('s3://lake/some/prefix/a')
    expect(await keysOf(storage, '')).toEqual(['a'])
  })

  it('has everything sealed as it was told', async () => {
    const encryption = { algorithm: 'aws:kms', kmsKeyId: 'alias/lake' } as const
    await using sealed = openS3Storage({ ...serverOf(server), url: 's3://lake/sealed', encryption })
    await sealed.put('put', bytesOf('x'))
    await sealed.replace('replaced', bytesOf('x'))
    await sealed.putFile('in parts', await largeFile())
    await storage.put('plain', bytesOf('x'))
    const found = [...server.objects].map(([key, { sealing }]) => [key.split('/').at(-1), sealing])
    expect(Object.fromEntries(found)).toEqual({
      put: 'aws:kms alias/lake',
      replaced: 'aws:kms alias/lake',
      'in parts': 'aws:kms alias/lake',
      plain: undefined,
    })
  })

  it('works at the top of a bucket', async () => {
    await using top = openS3Storage({ ...serverOf(server), url: 's3://lake/' })
    await top.put('a/b', bytesOf('x'))
    expect(top.uri('a/b')).toBe('s3://lake/a/b')
    expect(await keysOf(top, 'a/')).toEqual(['a/b'])
  })

  it.each(['lake', 's3:///x', 'https://lake', 's3://lake/../x'])('refuses the URL %s', (url) => {
    expect(() => openS3Storage({ url })).toThrow(
      url.startsWith('s3://lake') ? 'is no key' : 'is not of the form',
    )
  })
})

it('a folder that is opened loses what was left unfinished a day ago, and nothing newer', async () => {
  await using storage = await openFolder()
  const unfinished = join(folder, 'lake', '.unfinished')
  await writeFile(join(unfinished, 'old'), 'x')
  await writeFile(join(unfinished, 'new'), 'x')
  const dayAgo = new Date(Date.now() - 25 * 3_600_000)
  await utimes(join(unfinished, 'old'), dayAgo, dayAgo)
  await using again = await openFolder()
  expect(await readdir(unfinished)).toEqual(['new'])
  expect(again.localPath('a')).toBe(storage.localPath('a'))
})
