import { constants } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { relocateFiles, rootOf } from '#lake/iceberg/relocate-files.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Log } from '#log/log.ts'
import { submitPendingSteps } from '#queue/pending-steps.ts'
import { openQueue } from '#queue/pg-boss-queue.ts'
import { findFileKeys, keyFilePath } from '#secrets/key-file.ts'
import { openKeyring } from '#secrets/keyring.ts'
import { digestFile } from '#store/backup/digest-stream.ts'
import { loadStore } from '#store/backup/load-store.ts'
import { migrate } from '#store/database.ts'
import { openLake } from '../open-lake.ts'
import { type OpenStore, openStore } from '../open-store.ts'
import type { StoreSettings } from '../read-settings.ts'
import { holdsTables } from './back-up.ts'
import { type Backup, BackupError, findBackup, KEY_FILE, LAKE_FOLDER } from './backup-file.ts'

export interface RestoreOptions {
  readonly settings: StoreSettings
  /** Absolute. */
  readonly folder: string
  readonly log: Log
}

/**
 * Makes of a backup what it was made of: an empty metadata database gets its rows, the lake its files, the data folder
 * its key. What is there already is never changed. The metadata of an older program is brought to the newest form.
 *
 * @throws BackupError
 */
export async function restore(options: RestoreOptions): Promise<Backup> {
  const { settings, folder, log } = options
  const backup = await findBackup(folder)
  if (backup === undefined)
    throw new BackupError(`${folder} holds no backup. Name the folder with backup.json.`)
  await assertWhole(folder, backup)
  await using storage = await openLake(settings.config.lake)
  assertSameRoot(backup, storage)
  await restoreKey(options, backup)
  await using store = await openStore(settings.config, settings.secrets, { level: backup.dump.level })
  await assertEmpty(store)
  await restoreLake(folder, backup, storage)
  await restoreSteps(store, backup, log)
  await restoreRows(store, { folder, backup, storage })
  await migrate(store.db)
  return backup
}

async function assertWhole(folder: string, { store, dump }: Backup): Promise<void> {
  for (const { file, sha256 } of dump.tables) {
    const found = await digestFile(join(folder, store, file)).catch(() => undefined)
    if (found === sha256) continue
    const fault = found === undefined ? "can't be read" : 'was altered'
    throw new BackupError(`${join(store, file)} of the backup ${fault}. Take another backup.`)
  }
}

/** Without its files a lake has to be where it was. */
function assertSameRoot({ lake }: Backup, storage: LakeStorage): void {
  const here = rootOf(storage)
  if (lake.files !== undefined || lake.root === here) return
  throw new BackupError(
    `The backup holds no files of the lake, and its tables name theirs by ${lake.root}, while the lake is at ${here}. Set HEADWATER_LAKE to where it was.`,
  )
}

async function restoreKey({ settings, folder }: RestoreOptions, { keyId, hasKey }: Backup): Promise<void> {
  const { config, secrets } = settings
  if (hasKey && secrets.masterKey === undefined) {
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
    const to = keyFilePath(config.dataDir)
    await copyFile(join(folder, KEY_FILE), to, constants.COPYFILE_EXCL).catch(unlessThere)
  }
  const file = keyFilePath(config.dataDir)
  // Without one, opening would make one.
  const hasSome = secrets.masterKey !== undefined || findFileKeys(file) !== undefined
  const keyring = hasSome ? openKeyring({ dataDir: config.dataDir, masterKey: secrets.masterKey }) : undefined
  if (keyring?.activeKeyId === keyId) return
  const found = keyring === undefined ? 'there is none' : `there is ${keyring.activeKeyId}`
  throw new BackupError(
    `The secrets of the backup are sealed with the key ${keyId}, and here ${found}. Set HEADWATER_MASTER_KEY to that key, or put it into ${file}.`,
  )
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

async function assertEmpty({ db, description }: OpenStore): Promise<void> {
  const org = await db.selectFrom('org').select('id').limit(1).executeTakeFirst()
  if (org === undefined) return
  throw new BackupError(
    `There is something in ${description} already, and a restore replaces nothing. Name an empty data folder with --data-dir, or an empty database with DATABASE_URL.`,
  )
}

/** Files of one name have one content, so that those which are there may stay. */
async function restoreLake(folder: string, { lake }: Backup, storage: LakeStorage): Promise<void> {
  if (lake.files === undefined) return
  await using saved = await openFolderStorage(join(folder, LAKE_FOLDER))
  if (rootOf(storage) === lake.root) await assertFits(saved, storage)
  await relocateFiles({ from: saved, to: storage, oldRoot: lake.root })
}

async function assertFits(saved: LakeStorage, storage: LakeStorage): Promise<void> {
  const sizes = new Map<string, number>()
  for await (const { key, sizeBytes } of saved.list('')) sizes.set(key, sizeBytes)
  for await (const { key, sizeBytes } of storage.list('')) {
    const isOther = sizes.has(key) && sizes.get(key) !== sizeBytes && key.endsWith('.parquet')
    if (isOther) throw new BackupError(`The lake has another file ${key}, and a restore replaces nothing.`)
  }
}

/** Before the rows: with them the store is no longer empty, and a restore that was interrupted can't be repeated. */
async function restoreSteps({ db, pool }: OpenStore, { steps }: Backup, log: Log): Promise<void> {
  const queue = await openQueue({ db, pool, log, isOnlyWorker: false })
  try {
    await submitPendingSteps(db, queue, steps)
  } finally {
    await queue.stop()
  }
}

interface Rows {
  readonly folder: string
  readonly backup: Backup
  readonly storage: LakeStorage
}

async function restoreRows({ pool }: OpenStore, rows: Rows): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await loadStore(client, rows.backup.dump, join(rows.folder, rows.backup.store))
    await assertLakeWhole(client, rows.storage)
    await client.query('commit')
  } finally {
    // Whatever was not committed ends with the connection.
    client.release(true)
  }
}

/** A lake that is no part of the backup may have gone on, or be gone. */
async function assertLakeWhole(client: pg.ClientBase, storage: LakeStorage): Promise<void> {
  const { rows } = await client.query<{ location: string; metadata_key: string }>(
    'select location, metadata_key from lake_table',
  )
  for (const { location, metadata_key: metadataKey } of rows) {
    const files = await Array.fromAsync(storage.list(`${location}/`))
    const keys = new Set(files.map(({ key }) => key))
    if (await holdsTables(storage, [metadataKey], keys)) continue
    throw new BackupError(
      `The lake at ${rootOf(storage)} lacks files of ${location} that the backup refers to. Take a backup that holds the lake, or bring the files back.`,
    )
  }
}
