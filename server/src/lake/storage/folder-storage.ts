import { randomUUID } from 'node:crypto'
import { createWriteStream, type Dirent } from 'node:fs'
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  assertKey,
  type ByteRange,
  InvalidKeyError,
  type LakeStorage,
  type NewObject,
  ObjectExistsError,
  ObjectNotFoundError,
  type StorageOptions,
  type StoredObject,
  stripRoot,
} from './lake-storage.ts'

/**
 * Opens a folder as the lake's storage and creates it if need be. A new object is written beside the others,
 * synced, and linked to its name, which fails if the name is taken: writers of one key have one winner, and a
 * reader sees a whole file or none.
 */
export async function openFolderStorage(root: string): Promise<LakeStorage> {
  await mkdir(join(root, TEMPORARY_FOLDER), { recursive: true })
  await removeAbandoned(join(root, TEMPORARY_FOLDER))
  return new FolderStorage(await realpath(root))
}

/** Unfinished files; on the same file system as the objects, so that they can be linked. */
const TEMPORARY_FOLDER = '.unfinished'

/** Nobody writes to one file for that long without a byte. */
const ABANDONED_MS = 24 * 3_600_000

/** What servers left behind that died while they wrote. Others may be at work on the same folder. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const entry of await readFolder(folder)) {
    const path = join(folder, entry.name)
    const found = await statFile(path)
    if (found !== undefined && found.mtimeMs < Date.now() - ABANDONED_MS) await rm(path, { force: true })
  }
}

class FolderStorage implements LakeStorage {
  readonly #root: string
  readonly #rootUri: string

  constructor(root: string) {
    this.#root = root
    this.#rootUri = `file://${root.endsWith('/') ? root : `${root}/`}`
  }

  // @NOTE a plain prefix, not percent-encoded: readers of table metadata cut `file://` off and open the rest.
  uri(key: string): string {
    assertKey(key)
    return this.#rootUri + key
  }

  keyOf(uri: string): string {
    return stripRoot(uri, this.#rootUri)
  }

  localPath(key: string): string {
    return this.#pathOf(key)
  }

  put(key: string, bytes: Uint8Array, options: StorageOptions = {}): Promise<void> {
    return this.putAll([{ key, bytes }], options)
  }

  /** A folder that gets several names is synced once. */
  async putAll(objects: readonly NewObject[], { signal }: StorageOptions = {}): Promise<void> {
    const paths = objects.map(({ key }) => this.#pathOf(key))
    await settleAll(objects.map((object, index) => this.#putUnsynced(object, paths[index] ?? '', signal)))
    await settleAll([...new Set(paths.map((path) => dirname(path)))].map(syncPath))
  }

  async replace(key: string, bytes: Uint8Array, options: StorageOptions = {}): Promise<void> {
    const path = this.#pathOf(key)
    const temporary = await this.#writeTemporary(bytes, options.signal)
    try {
      // Not synced: after a power failure the old bytes may be back.
      await rename(temporary, path).catch(async (error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error
        await makeFolder(dirname(path))
        await rename(temporary, path)
      })
    } catch (error) {
      await removeFile(temporary)
      throw error
    }
  }

  async putFile(key: string, localPath: string, options: StorageOptions = {}): Promise<void> {
    const path = this.#pathOf(key)
    options.signal?.throwIfAborted()
    await syncPath(localPath)
    try {
      await linkNew(key, localPath, path)
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') {
        throw error
      }
      await this.#copyNew(key, localPath, path)
    }
    await unlink(localPath)
  }

  async putStream(key: string, stream: Readable, options: StorageOptions = {}): Promise<void> {
    const path = this.#pathOf(key)
    const temporary = this.#temporaryPath()
    try {
      const file = createWriteStream(temporary, { flags: 'wx', flush: true })
      await pipeline(stream, file, options.signal === undefined ? {} : { signal: options.signal })
      await linkNew(key, temporary, path)
    } finally {
      await removeFile(temporary)
    }
  }

  async get(key: string, options: StorageOptions = {}): Promise<Uint8Array> {
    try {
      return await readFile(this.#pathOf(key), { signal: options.signal })
    } catch (error) {
      throw asNotFound(key, error)
    }
  }

  async openRead(key: string, range?: ByteRange, options: StorageOptions = {}): Promise<Readable> {
    const path = this.#pathOf(key)
    if ((await statFile(path)) === undefined) {
      throw new ObjectNotFoundError(key)
    }
    const file = await open(path, 'r')
    return file.createReadStream({ ...range, ...(options.signal && { signal: options.signal }) })
  }

  async stat(key: string): Promise<{ readonly sizeBytes: number } | undefined> {
    const found = await statFile(this.#pathOf(key))
    return found && { sizeBytes: found.size }
  }

  async *list(prefix: string, options: StorageOptions = {}): AsyncGenerator<StoredObject> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    if (folder !== '') {
      assertKey(folder.slice(0, -1))
    }
    yield* this.#walk(folder, prefix, options.signal)
  }

  async remove(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => rm(this.#pathOf(key), { force: true })))
  }

  async removeFolder(folder: string, options: StorageOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    const path = this.#pathOf(folder)
    await rm(path, { recursive: true, force: true })
    await this.#removeEmpty(dirname(path))
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** The folders above what was removed, as far as nothing else is in them. */
  async #removeEmpty(path: string): Promise<void> {
    if (path === this.#root) return
    const isGone = await rmdir(path).then(
      () => true,
      () => false,
    )
    if (isGone) await this.#removeEmpty(dirname(path))
  }

  async #putUnsynced(
    { key, bytes }: NewObject,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const temporary = await this.#writeTemporary(bytes, signal)
    try {
      await linkUnsynced(key, temporary, path)
    } finally {
      await removeFile(temporary)
    }
  }

  #pathOf(key: string): string {
    assertKey(key)
    if (key === TEMPORARY_FOLDER || key.startsWith(`${TEMPORARY_FOLDER}/`)) {
      throw new InvalidKeyError(key, `'${TEMPORARY_FOLDER}' is for unfinished files`)
    }
    return join(this.#root, key)
  }

  #temporaryPath(): string {
    return join(this.#root, TEMPORARY_FOLDER, randomUUID())
  }

  async #writeTemporary(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<string> {
    const path = this.#temporaryPath()
    const file = await open(path, 'wx')
    try {
      await file.writeFile(bytes, { signal })
      await file.sync()
    } catch (error) {
      await removeFile(path)
      throw error
    } finally {
      await file.close()
    }
    return path
  }

  async #copyNew(key: string, localPath: string, path: string): Promise<void> {
    const temporary = this.#temporaryPath()
    try {
      await copyFile(localPath, temporary)
      await syncPath(temporary)
      await linkNew(key, temporary, path)
    } finally {
      await removeFile(temporary)
    }
  }

  async *#walk(
    folder: string,
    prefix: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<StoredObject> {
    for (const entry of await readFolder(join(this.#root, folder))) {
      signal?.throwIfAborted()
      const key = folder + entry.name
      if (entry.isDirectory()) {
        const isCandidate = `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)
        if (isCandidate && key !== TEMPORARY_FOLDER) {
          yield* this.#walk(`${key}/`, prefix, signal)
        }
      } else if (key.startsWith(prefix)) {
        const found = await statFile(join(this.#root, key))
        if (found) {
          yield { key, sizeBytes: found.size, modifiedAtMs: Math.trunc(found.mtimeMs) }
        }
      }
    }
  }
}

/** Gives `path` to a finished file, unless the name is taken. */
async function linkNew(key: string, finished: string, path: string): Promise<void> {
  await linkUnsynced(key, finished, path)
  await syncPath(dirname(path))
}

async function linkUnsynced(key: string, finished: string, path: string): Promise<void> {
  try {
    await link(finished, path).catch(async (error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
      await makeFolder(dirname(path))
      await link(finished, path)
    })
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? new ObjectExistsError(key, { cause: error }) : error
  }
}

/** Waits for all, so that nothing goes on in the background, and throws the first error. */
async function settleAll(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** Creates a folder and those above it, so that they survive a power failure. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true })
  if (first !== undefined) {
    for (let made = path; made.length >= first.length; made = dirname(made)) {
      await syncPath(dirname(made))
    }
  }
}

/** Entries in the order of the bytes of their keys, in which a folder counts with its slash. */
async function readFolder(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    const orderOf = (entry: Dirent) => Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name)
    return entries.sort((a, b) => Buffer.compare(orderOf(a), orderOf(b)))
  } catch (error) {
    if (isAbsence(error)) {
      return []
    }
    throw error
  }
}

async function statFile(
  path: string,
): Promise<{ readonly size: number; readonly mtimeMs: number } | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? found : undefined
  } catch (error) {
    if (isAbsence(error)) {
      return undefined
    }
    throw error
  }
}

/** One file, which may be gone. */
async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Makes a file's bytes, or a folder's names, survive a power failure. */
async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

function asNotFound(key: string, error: unknown): unknown {
  return isAbsence(error) || codeOf(error) === 'EISDIR'
    ? new ObjectNotFoundError(key, { cause: error })
    : error
}

function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
