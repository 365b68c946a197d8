import { randomBytes } from 'node:crypto'
import { openS3Storage } from '@headwater/server/lake/storage/s3-storage.ts'
import { BUCKET, type S3Server, startS3Server } from './s3-server.ts'
import { findVersitygw, startVersitygw } from './s3-versitygw.ts'

const ENDPOINT = process.env['HEADWATER_TEST_S3_ENDPOINT']

/** Says in a test's name which server it speaks to. */
export const s3Title: string =
  ENDPOINT === undefined
    ? 'S3 (in memory; HEADWATER_TEST_S3_ENDPOINT names another)'
    : `S3 at ${new URL(ENDPOINT).host}`

/** False when the requests that arrive can't be looked at or interfered with. */
export const isS3InMemory: boolean = ENDPOINT === undefined

/** What the standard search for AWS credentials finds in the environment of a test. */
export const S3_CREDENTIALS: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
  AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
}

/** A prefix of its own in a bucket. */
export interface TestS3 extends AsyncDisposable {
  readonly endpoint: string
  /** `s3://bucket/prefix`. */
  readonly url: string
  /** The server, unless HEADWATER_TEST_S3_ENDPOINT names one. */
  readonly memory: S3Server | undefined
}

/**
 * A place in the S3 server that HEADWATER_TEST_S3_ENDPOINT names, in the bucket HEADWATER_TEST_S3_BUCKET (default
 * `lake`) with the environment's AWS credentials, or else in a server of the test's own. Disposing it removes what
 * the test left.
 */
export async function openTestS3(): Promise<TestS3> {
  const prefix = `test/${randomBytes(6).toString('hex')}`
  if (ENDPOINT !== undefined) {
    const bucket = process.env['HEADWATER_TEST_S3_BUCKET'] ?? BUCKET
    const url = `s3://${bucket}/${prefix}`
    const clear = (): Promise<void> => removeAll(ENDPOINT, url)
    return { endpoint: ENDPOINT, url, memory: undefined, [Symbol.asyncDispose]: clear }
  }
  // Two keys a page, so that paging is seen.
  const memory = await startS3Server({ pageSize: 2 })
  return {
    endpoint: memory.endpoint,
    url: `s3://${BUCKET}/${prefix}`,
    memory,
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  }
}

const VERSITYGW = ENDPOINT === undefined ? findVersitygw() : undefined

/** As {@link s3Title}, of {@link openForeignS3}. */
export const foreignS3Title: string =
  VERSITYGW === undefined ? s3Title : 'S3 (versitygw, built by scripts/build-versitygw.sh)'

/**
 * As {@link openTestS3}, but in a server that we have not written, where one is: the one that the environment names,
 * or versitygw in a process of its own.
 */
export async function openForeignS3(): Promise<TestS3> {
  if (VERSITYGW === undefined) return openTestS3()
  const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '' } = S3_CREDENTIALS
  const server = await startVersitygw(VERSITYGW, { id, secret })
  return {
    endpoint: server.endpoint,
    url: `s3://${BUCKET}/fleet`,
    memory: undefined,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function removeAll(endpoint: string, url: string): Promise<void> {
  await using storage = openS3Storage({ url, endpoint, region: 'us-east-1', forcePathStyle: true })
  const keys: string[] = []
  for await (const { key } of storage.list('')) keys.push(key)
  await storage.remove(keys)
}
