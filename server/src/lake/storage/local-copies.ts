import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { LakeStorage } from './lake-storage.ts'

/** Turns keys of the lake into local paths, for readers that open files themselves. */
export interface LocalCopies {
  /** The path of the object's bytes: the object itself in a folder, a copy that is kept for a while otherwise. */
  pathOf(key: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<string>
  /** Removes the copies of objects that are deleted; what a reader has open it can read to its end. */
  forget(keys: readonly string[]): Promise<void>
}

export interface LocalCopiesOptions {
  /** Copies beyond this are removed, those that nobody asked for longest first. */
  readonly maxBytes?: number | undefined
  /** A copy that was asked for within this time stays, whatever the sum: its reader may not be done with it. */
  readonly graceMs?: number | undefined
}

/** `cacheDir` is used only when the storage is not a folder. Objects never change, so a copy never goes stale. */
export function createLocalCopies(
  storage: LakeStorage,
  cacheDir: string,
  { maxBytes = 8 * 2 ** 30, graceMs = 10 * 60_000 }: LocalCopiesOptions = {},
): LocalCopies {
  const cache = new CopyCache({ storage, cacheDir, maxBytes, graceMs })
  return {
    pathOf: async (key, { signal } = {}) => storage.localPath(key) ?? cache.pathOf(key, signal),
    forget: async (keys) => {
      for (const key of keys) await rm(copyPath(cacheDir, key), { force: true })
    },
  }
}

interface CacheParts {
  readonly storage: LakeStorage
  readonly cacheDir: string
  readonly maxBytes: number
  readonly graceMs: number
}

/** A download that several readers may wait for. It ends early when the last of them has gone. */
interface Download {
  readonly done: Promise<string>
  readonly stop: AbortController
  readerCount: number
}

/** Downloads at a time: a table may have thousands of files. */
const DOWNLOAD_SLOTS = 8

function copyPath(cacheDir: string, key: string): string {
  return join(cacheDir, createHash('sha256').update(key).digest('hex'))
}

class CopyCache {
  readonly #parts: CacheParts
  readonly #downloads = new Map<string, Download>()
  readonly #waiting: (() => void)[] = []
  #freeSlots = DOWNLOAD_SLOTS

  constructor(parts: CacheParts) {
    this.#parts = parts
  }

  async pathOf(key: string, signal: AbortSignal | undefined): Promise<string> {
    signal?.throwIfAborted()
    const path = copyPath(this.#parts.cacheDir, key)
    const download = this.#downloads.get(path) ?? this.#begin(key, path)
    download.readerCount += 1
    try {
      return await orAborted(download.done, signal)
    } finally {
      download.readerCount -= 1
      if (download.readerCount === 0) this.#end(path, download)
    }
  }

  #begin(key: string, path: string): Download {
    const stop = new AbortController()
    const download = { done: this.#provide(key, path, stop.signal), stop, readerCount: 0 }
    // Its readers may all be gone when it fails.
    download.done.catch(() => {})
    this.#downloads.set(path, download)
    return download
  }

  #end(path: string, download: Download): void {
    if (this.#downloads.get(path) === download) this.#downloads.delete(path)
    download.stop.abort()
  }

  async #provide(key: string, path: string, signal: AbortSignal): Promise<string> {
    if (await touch(path)) return path
    await this.#takeSlot()
    try {
      await fetchCopy(this.#parts, key, path, signal)
    } finally {
      this.#giveSlot()
    }
    await makeRoom(this.#parts)
    return path
  }

  async #takeSlot(): Promise<void> {
    if (this.#freeSlots > 0) this.#freeSlots -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #giveSlot(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#freeSlots += 1
    else next()
  }
}

async function fetchCopy(
  { storage, cacheDir }: CacheParts,
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  await mkdir(cacheDir, { recursive: true })
  // A copy that was cut short must not be taken for the object.
  const partial = `${path}.${randomUUID()}`
  try {
    const source = await storage.openRead(key, undefined, { signal })
    await pipeline(source, createWriteStream(partial, { mode: 0o600 }), { signal })
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}

/** Notes that a copy is asked for; false when there is none. */
async function touch(path: string): Promise<boolean> {
  const now = new Date()
  return utimes(path, now, now).then(
    () => true,
    () => false,
  )
}

/** Removes what is too much, and the unfinished downloads of a process that was killed. */
async function makeRoom({ cacheDir, maxBytes, graceMs }: CacheParts): Promise<void> {
  const files = await listFiles(cacheDir)
  let sum = files.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
  const idleSince = Date.now() - graceMs
  for (const { path, sizeBytes, isPartial } of files.filter(({ usedAtMs }) => usedAtMs < idleSince)) {
    if (sum <= maxBytes && !isPartial) continue
    await rm(path, { force: true })
    sum -= sizeBytes
  }
}

interface CachedFile {
  readonly path: string
  readonly isPartial: boolean
  readonly sizeBytes: number
  readonly usedAtMs: number
}

/** Those that nobody asked for longest first. */
async function listFiles(folder: string): Promise<CachedFile[]> {
  const files: CachedFile[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile() === true)
      files.push({ path, isPartial: name.includes('.'), sizeBytes: found.size, usedAtMs: found.mtimeMs })
  }
  return files.sort((a, b) => a.usedAtMs - b.usedAtMs)
}

/** What `promise` gives, unless `signal` is aborted before. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
