import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, open, readFile, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  codeOf,
  isAbsence,
  linkNew,
  linkUnsynced,
  makeFolder,
  readFolder,
  removeFile,
  settleAll,
  statFile,
  syncPath,
} from './durable-files.ts'
import {
  assertKey,
  type ByteRange,
  InvalidKeyError,
  type LakeStorage,
  type NewObject,
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

function asNotFound(key: string, error: unknown): unknown {
  return isAbsence(error) || codeOf(error) === 'EISDIR'
    ? new ObjectNotFoundError(key, { cause: error })
    : error
}
