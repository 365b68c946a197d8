import type { LakeConfig } from '#config/config.ts'
import { readTable } from '#lake/iceberg/table.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Database } from '#store/database.ts'

/** The lake that the configuration names can't be used. The message is for the operator. */
export class LakeUnusableError extends Error {
  override readonly name = 'LakeUnusableError'
  readonly isExplained = true
}

/** The lake that the configuration names. @throws LakeUnusableError when the bucket can't be listed */
export async function openLake(config: LakeConfig): Promise<LakeStorage> {
  if (config.kind === 'folder') return openFolderStorage(config.root)
  // The client of S3 takes some 30 MB, which a lake in a folder has no use for.
  const { openS3Storage } = await import('#lake/storage/s3-storage.ts')
  const storage = openS3Storage(config)
  try {
    await listFirst(storage)
    return storage
  } catch (error) {
    await storage[Symbol.asyncDispose]()
    throw new LakeUnusableError(explain(config, error), { cause: error })
  }
}

/**
 * Tables name their files by absolute address, so a lake that was moved can't be read where it is now.
 * @throws LakeUnusableError
 */
export async function assertInPlace(db: Database, storage: LakeStorage): Promise<void> {
  const table = await db
    .selectFrom('lake_table')
    .select(['location', 'metadata_key'])
    .limit(1)
    .executeTakeFirst()
  if (table === undefined) return
  const { location } = await readTable(storage, table.metadata_key)
  const expected = storage.uri(table.location)
  if (location === expected) return
  const written = location.slice(0, location.length - table.location.length)
  throw new LakeUnusableError(
    `The tables of this lake were written at ${written} and name their files by that address, but the lake is now at ${expected.slice(0, expected.length - table.location.length)}. Move it back, or point HEADWATER_LAKE to where it was.`,
  )
}

/** Where the lake is, for people. */
export function describeLake(config: LakeConfig): string {
  return config.kind === 'folder' ? config.root : config.url
}

const PATIENCE_MS = 15_000

/** Asks for one object, which shows that address, bucket and credentials are right; there need not be one. */
async function listFirst(storage: LakeStorage): Promise<void> {
  for await (const _ of storage.list('', { signal: AbortSignal.timeout(PATIENCE_MS) })) return
}

const CREDENTIALS = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or another source of AWS credentials.'

/** What to do about the errors that a wrong setting brings about. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['NoSuchBucket', 'Make the bucket, or correct HEADWATER_LAKE.'],
  ['AccessDenied', 'Allow these credentials to list, read, write and delete there.'],
  ['CredentialsProviderError', CREDENTIALS],
  ['InvalidAccessKeyId', CREDENTIALS],
  ['SignatureDoesNotMatch', CREDENTIALS],
  ['PermanentRedirect', 'Set HEADWATER_S3_REGION to the region of the bucket.'],
  ['AuthorizationHeaderMalformed', 'Set HEADWATER_S3_REGION to the region of the bucket.'],
])

function explain(config: LakeConfig & { readonly kind: 's3' }, error: unknown): string {
  const { name, code } = error as { readonly name?: string; readonly code?: string }
  const place = config.endpoint === undefined ? config.url : `${config.url} at ${config.endpoint}`
  const isLate = name === 'AbortError' || name === 'TimeoutError'
  const reason = isLate ? 'no answer in time' : (code ?? reasonOf(error))
  const remedy = REMEDIES.get(name ?? '') ?? 'Check HEADWATER_LAKE, HEADWATER_S3_ENDPOINT and the network.'
  return `The lake ${place} can't be used (${reason}). ${remedy}`
}

function reasonOf(error: unknown): string {
  const { name, message } = error as Error
  return message === '' || message === 'UnknownError' ? name : `${name}: ${message.replace(/\.$/, '')}`
}
