import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type pg from 'pg'
import type { LakeConfig } from '#config/config.ts'
import { listNeededFiles } from '#lake/iceberg/list-table-files.ts'
import { rootOf } from '#lake/iceberg/relocate-files.ts'
import { type LakeStorage, ObjectNotFoundError } from '#lake/storage/lake-storage.ts'
import { listPendingSteps } from '#queue/pending-steps.ts'
import { keyFilePath } from '#secrets/key-file.ts'
import { openKeyring } from '#secrets/keyring.ts'
import { dumpStore } from '#store/backup/dump-store.ts'
import { openLake } from '../open-lake.ts'
import { joinExistingStore } from '../open-store.ts'
import type { StoreSettings } from '../read-settings.ts'
import { VERSION } from '../version.ts'
import { BACKUP_FILE, type Backup, BackupError, findBackup, KEY_FILE, LAKE_FOLDER } from './backup-file.ts'
import { copyFiles, type FileSizes, removeOthers } from './copy-files.ts'

export interface BackUpOptions {
  readonly settings: StoreSettings
  /** Absolute. Where a backup is already, only new files of the lake are copied. */
  readonly folder: string
  readonly withLake: boolean
  readonly withKey: boolean
}

/** How often the lake is copied anew because tables went meanwhile. */
const ATTEMPTS = 3

/**
 * Writes a backup of metadata, key and lake, beside a server that goes on working. The metadata is as it was at one
 * moment, and the copy of the lake has all that it refers to.
 *
 * @throws BackupError
 */
export async function backUp(options: BackUpOptions): Promise<Backup> {
  const { settings, folder } = options
  await using store = await joinExistingStore(settings, { isMigrated: false })
  await using storage = await openLake(settings.config.lake)
  await prepareFolder(options)
  const { activeKeyId: keyId } = openKeyring({
    dataDir: settings.config.dataDir,
    masterKey: settings.secrets.masterKey,
  })
  const { lakeFiles, ...metadata } = await copyAll(options, { pool: store.pool, storage })
  const hasKey = await copyKey(options)
  const backup: Backup = { format: 1, program: VERSION, ...metadata, keyId, hasKey }
  await writeWhole(join(folder, BACKUP_FILE), `${JSON.stringify(backup, undefined, 2)}\n`)
  await removeOld(folder, backup, lakeFiles)
  return backup
}

async function prepareFolder({ folder, settings }: BackUpOptions): Promise<void> {
  const { lake } = settings.config
  if (lake.kind === 'folder' && !relative(lake.root, folder).startsWith('..'))
    throw new BackupError(`${folder} lies in the lake that it would copy. Name a folder outside of it.`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const before = await findBackup(folder)
  const names = await readdir(folder)
  if (before === undefined && names.some((name) => !OURS.test(name)))
    throw new BackupError(`${folder} holds other files. Name a new folder, or one that holds a backup.`)
}

/** What is left of an attempt that was interrupted goes when the next one has ended. */
const OURS = /^(store-.*|lake|master\.key|backup\.json(\.part)?)$/

interface Tools {
  readonly pool: pg.Pool
  readonly storage: LakeStorage
}

type Metadata = Pick<Backup, 'takenAt' | 'store' | 'dump' | 'steps'>

async function copyAll(
  options: BackUpOptions,
  { pool, storage }: Tools,
): Promise<Metadata & Pick<Backup, 'lake'> & { readonly lakeFiles: FileSizes | undefined }> {
  const root = rootOf(storage)
  const from = options.withLake ? folderOf(options.settings.config.lake) : undefined
  for (let attempt = 1; ; attempt++) {
    const { metadataKeys, ...metadata } = await copyMetadata(options, pool)
    if (from === undefined) return { ...metadata, lake: { root }, lakeFiles: undefined }
    const to = join(options.folder, LAKE_FOLDER)
    const lakeFiles = await copyFiles(from, to)
    if (await holdsTables(storage, metadataKeys, lakeFiles)) {
      const bytes = [...lakeFiles.values()].reduce((sum, size) => sum + size, 0)
      return { ...metadata, lake: { root, files: { count: lakeFiles.size, bytes } }, lakeFiles }
    }
    if (attempt === ATTEMPTS)
      throw new BackupError('Tables were deleted again and again while the lake was copied. Try again later.')
  }
}

/** Everything of one transaction, and thus of one moment. */
async function copyMetadata(
  { folder }: BackUpOptions,
  pool: pg.Pool,
): Promise<Metadata & { readonly metadataKeys: readonly string[] }> {
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const { rows } = await client.query<{ metadata_key: string }>('select metadata_key from lake_table')
    const takenAt = new Date().toISOString()
    const store = `store-${takenAt.replaceAll(/[:.]/g, '-')}`
    const dump = await dumpStore(client, join(folder, store))
    const steps = await listPendingSteps(client)
    await client.query('commit')
    return { takenAt, store, dump, steps, metadataKeys: rows.map((row) => row.metadata_key) }
  } finally {
    client.release(true)
  }
}

/** Whether all that tables refer to is among `files`. */
export async function holdsTables(
  storage: LakeStorage,
  metadataKeys: readonly string[],
  files: Pick<ReadonlySet<string>, 'has'>,
): Promise<boolean> {
  try {
    for (const metadataKey of metadataKeys) {
      const needed = await listNeededFiles(storage, metadataKey)
      if (needed.some((key) => !files.has(key))) return false
    }
    return true
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return false
    throw error
  }
}

/** Undefined for a lake that is no folder. */
function folderOf(lake: LakeConfig): string | undefined {
  return lake.kind === 'folder' ? lake.root : undefined
}

async function copyKey({ folder, settings, withKey }: BackUpOptions): Promise<boolean> {
  const to = join(folder, KEY_FILE)
  await rm(to, { force: true })
  // A key that comes with the environment is kept where that is kept.
  if (!withKey || settings.secrets.masterKey !== undefined) return false
  await copyFile(keyFilePath(settings.config.dataDir), to)
  return true
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(`${path}.part`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}

/** Stores and files of backups before this one, and of attempts that were interrupted. */
async function removeOld(folder: string, { store }: Backup, lakeFiles: FileSizes | undefined): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith('store-') && name !== store) await rm(join(folder, name), { recursive: true })
  const lake = join(folder, LAKE_FOLDER)
  if (lakeFiles === undefined) await rm(lake, { recursive: true, force: true })
  else await removeOthers(lake, lakeFiles)
}
