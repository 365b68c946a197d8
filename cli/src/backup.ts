import { resolve } from 'node:path'
import { backUp } from '@headwater/server/boot/backup/back-up.ts'
import type { Backup } from '@headwater/server/boot/backup/backup-file.ts'
import { restore } from '@headwater/server/boot/backup/restore.ts'
import { createLog } from '@headwater/server/log/log.ts'
import { Command } from 'commander'
import { formatJson } from './print.ts'
import { type StoreOptions, storeSettings, withStoreOptions } from './store-options.ts'

interface BackupOptions extends StoreOptions {
  readonly lake: boolean
  readonly key: boolean
}

/** `headwater backup` */
export function backupCommand(): Command {
  return withStoreOptions(new Command('backup'))
    .description('Write metadata, key and lake into a folder, beside a server that goes on working')
    .argument('<folder>', 'a new one, or one that holds a backup: then only new files of the lake are copied')
    .option('--no-lake', 'without the files of the lake')
    .option('--no-key', 'without master.key, which opens the passwords of sources')
    .option('--json', 'print JSON, for programs')
    .addHelpText(
      'after',
      '\nKeep the folder as safe as the data folder: with master.key in it, it opens what it holds.' +
        '\n\nExamples:\n  headwater backup /backup/headwater' +
        '\n  headwater backup --no-key --data-dir /srv/headwater /backup/headwater',
    )
    .action(async (folder: string, { lake, key, ...options }: BackupOptions) => {
      const settings = storeSettings(options)
      const backup = await backUp({ settings, folder: resolve(folder), withLake: lake, withKey: key })
      process.stdout.write(options.json ? formatJson(describe(backup)) : tell(backup, 'Backed up'))
    })
}

/** `headwater restore` */
export function restoreCommand(): Command {
  return withStoreOptions(new Command('restore'))
    .description('Make an empty data folder, or an empty database, what a backup was made of')
    .argument('<folder>', 'with backup.json')
    .option('--json', 'print JSON, for programs')
    .addHelpText(
      'after',
      '\nFlows go on where they were when the backup was made. Never start it beside what it was made of.' +
        '\n\nExamples:\n  headwater restore /backup/headwater --data-dir /srv/headwater' +
        '\n  DATABASE_URL=postgres://… headwater restore /backup/headwater',
    )
    .action(async (folder: string, options: StoreOptions) => {
      const settings = storeSettings(options)
      const log = createLog({ level: 'warn' })
      const backup = await restore({ settings, folder: resolve(folder), log })
      process.stdout.write(options.json ? formatJson(describe(backup)) : tell(backup, 'Restored'))
    })
}

function describe({ dump, steps, lake, ...backup }: Backup) {
  const { program, takenAt, keyId, hasKey } = backup
  const rowCount = dump.tables.reduce((sum, table) => sum + table.rowCount, 0)
  return { program, takenAt, level: dump.level, rowCount, stepCount: steps.length, keyId, hasKey, lake }
}

function tell(backup: Backup, what: string): string {
  const { takenAt, rowCount, stepCount, hasKey, lake } = describe(backup)
  const files =
    lake.files === undefined
      ? 'without the lake'
      : `${lake.files.count} files of the lake (${lake.files.bytes} bytes)`
  const key = hasKey ? 'with its key' : 'without its key'
  return `${what}: ${rowCount} rows of metadata as of ${takenAt}, ${stepCount} steps to be done, ${files}, ${key}.\n`
}
