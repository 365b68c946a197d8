import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PendingStep } from '#queue/pending-steps.ts'
import type { StoreDump } from '#store/backup/dump-store.ts'

/**
 * What a folder with a backup holds:
 *
 *   backup.json     this description, written last: without it there is no backup
 *   store-…/        the rows of the metadata, a file for each table
 *   lake/           the files of a lake that is a folder, under their keys
 *   master.key      the key of the data folder
 */
export interface Backup {
  readonly format: 1
  /** Version of the program that made it. */
  readonly program: string
  /** ISO 8601: the metadata is as it was then. */
  readonly takenAt: string
  /** Name of the folder of the store. */
  readonly store: string
  readonly dump: StoreDump
  readonly steps: readonly PendingStep[]
  /** Id of the key that secrets are sealed with. */
  readonly keyId: string
  readonly hasKey: boolean
  readonly lake: BackupLake
}

export interface BackupLake {
  /** The address that tables name their files by, with a slash at its end. */
  readonly root: string
  /** Undefined: the files are not part of the backup. */
  readonly files?: { readonly count: number; readonly bytes: number } | undefined
}

export const BACKUP_FILE = 'backup.json'
export const LAKE_FOLDER = 'lake'
export const KEY_FILE = 'master.key'

/** Neither a backup can be made of this, nor one be read there. The message is for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly isExplained = true
}

/** The description of a backup; `undefined` where there is none. @throws BackupError */
export async function findBackup(folder: string): Promise<Backup | undefined> {
  const path = join(folder, BACKUP_FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const found = parse(text)
  if (found === undefined) throw new BackupError(`${path} is damaged: it is no description of a backup.`)
  if (found.format === 1) return found
  throw new BackupError(
    `${folder} holds a backup of form ${found.format}, which this version does not know. Use the version that made it (${found.program}), or one after it.`,
  )
}

function parse(text: string): Backup | undefined {
  try {
    const found = JSON.parse(text) as Backup
    return typeof found?.format === 'number' ? found : undefined
  } catch {
    return undefined
  }
}
