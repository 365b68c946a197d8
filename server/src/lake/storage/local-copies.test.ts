import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type S3Server, startS3Server } from '@headwater/testkit/s3-server.ts'
import { S3_CREDENTIALS } from '@headwater/testkit/test-s3.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openFolderStorage } from './folder-storage.ts'
import { type LakeStorage, ObjectNotFoundError } from './lake-storage.ts'
import { createLocalCopies } from './local-copies.ts'
import { openS3Storage } from './s3-storage.ts'

let folder: string
let cacheDir: string
let server: S3Server
let storage: LakeStorage

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-copies-'))
  cacheDir = join(folder, 'cache')
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  server = await startS3Server()
  const { endpoint } = server
  storage = openS3Storage({ url: 's3://lake/x', endpoint, region: 'us-east-1', forcePathStyle: true })
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await storage[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const put = (key: string, text = key) => storage.put(key, Buffer.from(text))
const gets = () => server.requests.filter((request) => request.startsWith('GET')).length
const nameOf = (key: string) => createHash('sha256').update(key).digest('hex')

/** As if it had been asked for an hour ago. */
async function age(name: string): Promise<void> {
  const then = new Date(Date.now() - 3_600_000)
  await utimes(join(cacheDir, name), then, then)
}

test('an object is fetched once, however many ask for it at the same time and later', async () => {
  await put('a', 'hello')
  const copies = createLocalCopies(storage, cacheDir)
  const paths = await Promise.all([1, 2, 3].map(() => copies.pathOf('a')))
  expect(new Set([...paths, await copies.pathOf('a')]).size).toBe(1)
  expect(await readFile(String(paths[0]), 'utf8')).toBe('hello')
  expect(gets()).toBe(1)
})

test('a folder’s objects are not copied', async () => {
  await using lake = await openFolderStorage(join(folder, 'lake'))
  await lake.put('a', Buffer.from('x'))
  expect(await createLocalCopies(lake, cacheDir).pathOf('a')).toBe(lake.localPath('a'))
  expect(await readdir(folder)).toEqual(['lake'])
})

test('what fails leaves nothing, and is tried again', async () => {
  const copies = createLocalCopies(storage, cacheDir)
  await expect(copies.pathOf('a')).rejects.toThrow(ObjectNotFoundError)
  expect(await readdir(cacheDir)).toEqual([])
  await put('a', 'late')
  expect(await readFile(await copies.pathOf('a'), 'utf8')).toBe('late')
})

test('a reader that gives up does not take the download from the others', async () => {
  await put('a', 'x'.repeat(1_000_000))
  const copies = createLocalCopies(storage, cacheDir)
  const leaving = new AbortController()
  const first = copies.pathOf('a', { signal: leaving.signal })
  const second = copies.pathOf('a')
  leaving.abort()
  await expect(first).rejects.toThrow(/abort/i)
  expect(await readFile(await second)).toHaveLength(1_000_000)
  expect(gets()).toBe(1)
})

test('a download stops when its last reader gives up, and begins anew for the next', async () => {
  await put('a', 'x'.repeat(1_000_000))
  const copies = createLocalCopies(storage, cacheDir)
  const leaving = new AbortController()
  const only = copies.pathOf('a', { signal: leaving.signal })
  leaving.abort()
  await expect(only).rejects.toThrow(/abort/i)
  expect(await readFile(await copies.pathOf('a'))).toHaveLength(1_000_000)
  await vi.waitFor(async () => expect(await readdir(cacheDir)).toEqual([nameOf('a')]))
})

test('idle copies make room for others, those in use do not', async () => {
  for (const key of ['a', 'b', 'c', 'd']) await put(key, key.repeat(10))
  const copies = createLocalCopies(storage, cacheDir, { maxBytes: 25 })
  for (const key of ['a', 'b', 'c']) await copies.pathOf(key)
  // All three were asked for just now.
  expect(await readdir(cacheDir)).toHaveLength(3)
  await age(nameOf('a'))
  await age(nameOf('b'))
  await copies.pathOf('a')
  await copies.pathOf('d')
  expect((await readdir(cacheDir)).sort()).toEqual(['a', 'c', 'd'].map(nameOf).sort())
})

test('unfinished downloads of a killed process go, those under way stay', async () => {
  await put('a')
  await put('b')
  const copies = createLocalCopies(storage, cacheDir)
  await copies.pathOf('a')
  const [old, young] = [`${nameOf('old')}.1`, `${nameOf('young')}.1`]
  await writeFile(join(cacheDir, old), 'half')
  await writeFile(join(cacheDir, young), 'half')
  await age(old)
  await copies.pathOf('b')
  expect((await readdir(cacheDir)).sort()).toEqual([nameOf('a'), nameOf('b'), young].sort())
})
