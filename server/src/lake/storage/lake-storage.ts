import type { Readable } from 'node:stream'

/** Bytes of an object, both ends included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface StoredObject {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

export interface NewObject {
  readonly key: string
  readonly bytes: Uint8Array
}

export interface StorageOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Where the lake's files lie. Objects are written once, whole, under names that are never used again; only a
 * version hint is replaced. Keys are relative, `a/b/c.parquet`: no empty segment, no `.` or `..`
 * (InvalidKeyError).
 */
export interface LakeStorage extends AsyncDisposable {
  /** What a table's metadata records for a key: `file:///abs/key` or `s3://bucket/prefix/key`. */
  uri(key: string): string
  /** The inverse of `uri`. Throws ForeignUriError for a URI of another place. */
  keyOf(uri: string): string
  /** Writes a new object, complete or not at all. Throws ObjectExistsError. */
  put(key: string, bytes: Uint8Array, options?: StorageOptions): Promise<void>
  /** Writes several new objects, each complete or not at all; some may be there when it throws ObjectExistsError. */
  putAll(objects: readonly NewObject[], options?: StorageOptions): Promise<void>
  /**
   * Writes an object in place of whatever has this key; a reader sees the old bytes or the new ones, after a power
   * failure too.
   */
  replace(key: string, bytes: Uint8Array, options?: StorageOptions): Promise<void>
  /** Moves a finished local file to a new key; the local file is gone afterwards. Throws ObjectExistsError. */
  putFile(key: string, localPath: string, options?: StorageOptions): Promise<void>
  /** Writes a new object from a stream, complete or not at all. Throws ObjectExistsError, or what the stream ends in. */
  putStream(key: string, stream: Readable, options?: StorageOptions): Promise<void>
  /** Throws ObjectNotFoundError. */
  get(key: string, options?: StorageOptions): Promise<Uint8Array>
  /** Throws ObjectNotFoundError before it returns a stream. */
  openRead(key: string, range?: ByteRange, options?: StorageOptions): Promise<Readable>
  stat(key: string): Promise<{ readonly sizeBytes: number } | undefined>
  /** Objects whose key starts with `prefix` (a text, not a folder), by key in the order of its bytes. */
  list(prefix: string, options?: StorageOptions): AsyncIterable<StoredObject>
  /** Removes objects; one that isn't there is no error. */
  remove(keys: readonly string[]): Promise<void>
  /** Removes everything below a folder, `a/b`, and where there are folders the folder itself; none is no error. */
  removeFolder(folder: string, options?: StorageOptions): Promise<void>
  /** Path of the file behind a key, for readers that need one; `undefined` unless the storage is a folder. */
  localPath(key: string): string | undefined
}

/** A key with an empty segment, `.`, `..`, a backslash or a control character. */
export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError'
  constructor(key: string, reason: string) {
    super(`'${key}' is no key of an object: ${reason}`)
  }
}

/** `put` or `putFile` to a key that is taken. */
export class ObjectExistsError extends Error {
  override readonly name = 'ObjectExistsError'
  readonly key: string
  constructor(key: string, options?: ErrorOptions) {
    super(`object '${key}' exists already and is never overwritten`, options)
    this.key = key
  }
}

export class ObjectNotFoundError extends Error {
  override readonly name = 'ObjectNotFoundError'
  readonly key: string
  constructor(key: string, options?: ErrorOptions) {
    super(`object '${key}' does not exist`, options)
    this.key = key
  }
}

/** A URI that doesn't lie in this storage. */
export class ForeignUriError extends Error {
  override readonly name = 'ForeignUriError'
  constructor(uri: string, root: string) {
    super(`'${uri}' does not lie in the lake's storage '${root}'`)
  }
}

/** Throws InvalidKeyError unless `key` names an object. */
export function assertKey(key: string): void {
  if (UNSAFE_CHARACTERS.test(key)) {
    throw new InvalidKeyError(key, 'it has a backslash or a control character')
  }
  for (const segment of key.split('/')) {
    if (segment === '') {
      throw new InvalidKeyError(key, 'it has an empty segment')
    }
    if (segment === '.' || segment === '..') {
      throw new InvalidKeyError(key, `it has a segment '${segment}'`)
    }
  }
}

/** The key of `uri` under `root` (which ends in a slash). Throws ForeignUriError. */
export function stripRoot(uri: string, root: string): string {
  if (!uri.startsWith(root)) {
    throw new ForeignUriError(uri, root)
  }
  const key = uri.slice(root.length)
  assertKey(key)
  return key
}

const UNSAFE_CHARACTERS = /[\\\p{Cc}]/u
