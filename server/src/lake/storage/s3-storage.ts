import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import {
  assertKey,
  type ByteRange,
  type LakeStorage,
  type NewObject,
  ObjectExistsError,
  ObjectNotFoundError,
  type StorageOptions,
  type StoredObject,
  stripRoot,
} from './lake-storage.ts'

export interface S3StorageOptions {
  /** `s3://bucket` or `s3://bucket/prefix`. */
  readonly url: string
  /** Another server than AWS: `http://127.0.0.1:9000`. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** The bucket in the path instead of the host name; what most servers other than AWS want. */
  readonly forcePathStyle?: boolean | undefined
  /** How the server seals what is written; undefined as the bucket does. */
  readonly encryption?: S3Sealing | undefined
}

/** `aws:kms` without a key takes the account's own. */
export interface S3Sealing {
  readonly algorithm: 'AES256' | 'aws:kms'
  readonly kmsKeyId?: string | undefined
}

/** Some keys could not be removed. */
export class RemoveObjectsError extends Error {
  override readonly name = 'RemoveObjectsError'
}

/** A URL of another form than `s3://bucket/prefix`. */
export class S3UrlError extends Error {
  override readonly name = 'S3UrlError'
}

/**
 * Opens a bucket, or a prefix of one, as the lake's storage. Nothing is asked of the server yet. Credentials come
 * from the SDK's standard chain: environment, shared files, container or instance role.
 */
export function openS3Storage(options: S3StorageOptions): LakeStorage {
  const match = /^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/.exec(options.url)
  if (!match?.[1]) {
    throw new S3UrlError(`'${options.url}' is not of the form s3://bucket/prefix`)
  }
  const prefix = match[2] ? `${match[2]}/` : ''
  if (match[2]) {
    assertKey(match[2])
  }
  const place = { bucket: match[1], prefix, sealing: sealingOf(options.encryption) }
  return new S3Storage(new S3Client(clientConfigOf(options)), place)
}

/** What every write says. */
type Sealing = Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>

function sealingOf(encryption: S3Sealing | undefined): Sealing {
  if (encryption === undefined) return {}
  const { algorithm, kmsKeyId } = encryption
  return { ServerSideEncryption: algorithm, ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }) }
}

interface Place {
  readonly bucket: string
  readonly prefix: string
  readonly sealing: Sealing
}

function clientConfigOf(options: S3StorageOptions): S3ClientConfig {
  return {
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.region !== undefined && { region: options.region }),
    ...(options.forcePathStyle !== undefined && { forcePathStyle: options.forcePathStyle }),
    // Servers other than AWS often don't know the newer checksums that the SDK would add by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The SDK waits for ever by default, and a step that waits for ever is a run that never ends.
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  }
}

const CONNECT_TIMEOUT_MS = 10_000
/** Without a byte in either direction; a reader of ours that pauses counts as well. */
const IDLE_TIMEOUT_MS = 120_000
/** A download that a client reads slowly keeps its socket, and must not keep the runs from theirs. */
const MAX_SOCKETS = 256

const PART_SIZE_BYTES = 8 * 1024 * 1024
const MAX_PARTS = 10_000
/** Of what has no size beforehand: enough for 80 GB. */
const STREAM_PART_BYTES = PART_SIZE_BYTES
const MAX_KEYS_PER_REMOVAL = 1000
/** Tries of a write that met another writer of the same key in the act. */
const MAX_CONFLICTS = 5
const CONFLICT_PAUSE_MS = 100

class S3Storage implements LakeStorage {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string
  readonly #rootUri: string
  readonly #sealing: Sealing

  constructor(client: S3Client, { bucket, prefix, sealing }: Place) {
    this.#client = client
    this.#bucket = bucket
    this.#prefix = prefix
    this.#rootUri = `s3://${bucket}/${prefix}`
    this.#sealing = sealing
  }

  uri(key: string): string {
    assertKey(key)
    return this.#rootUri + key
  }

  keyOf(uri: string): string {
    return stripRoot(uri, this.#rootUri)
  }

  localPath(): undefined {
    return undefined
  }

  async put(key: string, bytes: Uint8Array, options: StorageOptions = {}): Promise<void> {
    const command = new PutObjectCommand({
      ...this.#target(key),
      ...this.#sealing,
      Body: bytes,
      IfNoneMatch: '*',
    })
    try {
      await settleConflicts(() => this.#client.send(command, sendOptions(options)), options.signal)
    } catch (error) {
      const isOurs = wasRetried(error, 412) && Buffer.from(bytes).equals(await this.get(key, options))
      throwUnlessWritten(key, error, isOurs)
    }
  }

  async putAll(objects: readonly NewObject[], options: StorageOptions = {}): Promise<void> {
    const written = await Promise.allSettled(objects.map(({ key, bytes }) => this.put(key, bytes, options)))
    const failed = written.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  async replace(key: string, bytes: Uint8Array, options: StorageOptions = {}): Promise<void> {
    const command = new PutObjectCommand({ ...this.#target(key), ...this.#sealing, Body: bytes })
    await this.#client.send(command, sendOptions(options))
  }

  async putFile(key: string, localPath: string, options: StorageOptions = {}): Promise<void> {
    const { size } = await stat(localPath)
    try {
      await settleConflicts(() => {
        const partSize = Math.max(PART_SIZE_BYTES, Math.ceil(size / MAX_PARTS))
        return this.#upload(key, createReadStream(localPath), partSize, options.signal)
      }, options.signal)
    } catch (error) {
      options.signal?.throwIfAborted()
      // A completed upload is unknown to the server afterwards, hence 404.
      const isOurs = wasRetried(error, 412, 404) && (await this.stat(key))?.sizeBytes === size
      throwUnlessWritten(key, error, isOurs)
    }
    await rm(localPath)
  }

  async putStream(key: string, stream: Readable, options: StorageOptions = {}): Promise<void> {
    try {
      await this.#upload(key, stream, STREAM_PART_BYTES, options.signal)
    } catch (error) {
      options.signal?.throwIfAborted()
      throwUnlessWritten(key, error, false)
    }
  }

  async get(key: string, options: StorageOptions = {}): Promise<Uint8Array> {
    const { Body: body } = await this.#getObject(key, undefined, options)
    return body === undefined ? new Uint8Array(0) : body.transformToByteArray()
  }

  async openRead(key: string, range?: ByteRange, options: StorageOptions = {}): Promise<Readable> {
    const { Body: body } = await this.#getObject(key, range && `bytes=${range.start}-${range.end}`, options)
    return body instanceof Readable ? body : Readable.from([])
  }

  async stat(key: string): Promise<{ readonly sizeBytes: number } | undefined> {
    try {
      const head = await this.#client.send(new HeadObjectCommand(this.#target(key)))
      return { sizeBytes: head.ContentLength ?? 0 }
    } catch (error) {
      if (statusOf(error) === 404) {
        return undefined
      }
      throw error
    }
  }

  async *list(prefix: string, options: StorageOptions = {}): AsyncGenerator<StoredObject> {
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: this.#prefix + prefix },
      sendOptions(options),
    )
    for await (const page of pages) {
      for (const { Key: key, Size: sizeBytes, LastModified: modifiedAt } of page.Contents ?? []) {
        // A key that ends in a slash is the mark of a folder that some browsers of buckets make.
        if (key !== undefined && !key.endsWith('/')) {
          const modifiedAtMs = modifiedAt?.getTime() ?? 0
          yield { key: key.slice(this.#prefix.length), sizeBytes: sizeBytes ?? 0, modifiedAtMs }
        }
      }
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += MAX_KEYS_PER_REMOVAL) {
      const some = keys.slice(at, at + MAX_KEYS_PER_REMOVAL)
      const result = await this.#client.send(
        new DeleteObjectsCommand({
          Bucket: this.#bucket,
          Delete: { Quiet: true, Objects: some.map((key) => ({ Key: this.#target(key).Key })) },
        }),
      )
      const failure = result.Errors?.find((error) => error.Code !== 'NoSuchKey')
      if (failure) {
        throw new RemoveObjectsError(
          `object '${failure.Key}' could not be removed: ${failure.Code} ${failure.Message ?? ''}`.trimEnd(),
        )
      }
    }
  }

  async removeFolder(folder: string, options: StorageOptions = {}): Promise<void> {
    assertKey(folder)
    let keys: string[] = []
    for await (const { key } of this.list(`${folder}/`, options)) {
      keys.push(key)
      if (keys.length < MAX_KEYS_PER_REMOVAL) continue
      await this.remove(keys)
      keys = []
    }
    if (keys.length > 0) await this.remove(keys)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy()
  }

  #target(key: string): { Bucket: string; Key: string } {
    assertKey(key)
    return { Bucket: this.#bucket, Key: this.#prefix + key }
  }

  async #getObject(
    key: string,
    range: string | undefined,
    options: StorageOptions,
  ): Promise<GetObjectCommandOutput> {
    try {
      const command = new GetObjectCommand({ ...this.#target(key), ...(range && { Range: range }) })
      return await this.#client.send(command, sendOptions(options))
    } catch (error) {
      throw statusOf(error) === 404 ? new ObjectNotFoundError(key, { cause: error }) : error
    }
  }

  async #upload(
    key: string,
    body: Readable,
    partSize: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted()
    const upload = new Upload({
      client: this.#client,
      params: { ...this.#target(key), ...this.#sealing, Body: body, IfNoneMatch: '*' },
      partSize,
      queueSize: 2,
    })
    const abort = () => void upload.abort()
    signal?.addEventListener('abort', abort, { once: true })
    try {
      await upload.done()
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }
}

/** `isOurs`: the first try was written although its answer got lost, and only the second was refused. */
function throwUnlessWritten(key: string, error: unknown, isOurs: boolean): void {
  if (isOurs) {
    return
  }
  throw statusOf(error) === 412 ? new ObjectExistsError(key, { cause: error }) : error
}

/** 409: another writer of the key is at it; whether it or we were first is known a moment later. */
async function settleConflicts(
  write: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await write()
      return
    } catch (error) {
      if (statusOf(error) !== 409 || attempt === MAX_CONFLICTS) {
        throw error
      }
      await sleep(attempt * CONFLICT_PAUSE_MS, undefined, { signal })
    }
  }
}

function sendOptions(options: StorageOptions): { abortSignal?: AbortSignal } {
  return options.signal === undefined ? {} : { abortSignal: options.signal }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

function wasRetried(error: unknown, ...statuses: readonly number[]): boolean {
  const status = statusOf(error)
  const isRefusal = status !== undefined && statuses.includes(status)
  return isRefusal && ((error as S3ServiceException).$metadata.attempts ?? 1) > 1
}
