import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { LakeStorage } from './lake-storage.ts'

/** Turns keys of the lake into local paths, for readers that open files themselves. */
export interface LocalCopies {
  /** The path of the object's bytes: the object itself in a folder, a copy that is kept otherwise. */
  pathOf(key: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<string>
}

/** `cacheDir` is used only when the storage is not a folder. Objects never change, so a copy never goes stale. */
export function createLocalCopies(storage: LakeStorage, cacheDir: string): LocalCopies {
  const inFlight = new Map<string, Promise<string>>()
  return {
    async pathOf(key, options = {}) {
      const local = storage.localPath(key)
      if (local !== undefined) return local
      const running = inFlight.get(key)
      if (running !== undefined) return running
      const fetching = fetchCopy(storage, key, cacheDir, options.signal).finally(() => inFlight.delete(key))
      inFlight.set(key, fetching)
      return fetching
    },
  }
}

async function fetchCopy(
  storage: LakeStorage,
  key: string,
  cacheDir: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const path = join(cacheDir, createHash('sha256').update(key).digest('hex'))
  if (await exists(path)) return path
  await mkdir(cacheDir, { recursive: true })
  // A copy that was cut short must not be taken for the object.
  const partial = `${path}.${randomUUID()}`
  try {
    await pipeline(await storage.openRead(key), createWriteStream(partial), { signal })
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
  return path
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
