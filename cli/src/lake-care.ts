import {
  type CompactedTable,
  compactLake,
  expireLake,
  type LakePolicy,
  setLakePolicy,
  type TendedTable,
} from '@headwater/server/boot/tend-lake.ts'
import { Command, InvalidArgumentError } from 'commander'
import { formatJson, formatTable } from './print.ts'
import { type StoreOptions, storeSettings, withStoreOptions } from './store-options.ts'

export interface CareOptions extends StoreOptions {
  readonly dryRun?: boolean | undefined
}

/** A command that changes tables: all of them, or those that are named. */
export function careCommand(name: string, description: string): Command {
  return withStoreOptions(new Command(name))
    .description(description)
    .argument('[dataset...]', 'ids of datasets; all when none is given')
    .option('--dry-run', 'change nothing, only count')
    .option('--json', 'print JSON, for programs')
}

/** `headwater lake compact` */
export function compactCommand(): Command {
  return careCommand('compact', 'Make few files of the many small ones of tables').action(
    async (datasetIds: readonly string[], { dryRun = false, ...options }: CareOptions) => {
      const settings = storeSettings(options)
      const tables = await Array.fromAsync(compactLake(settings, { datasetIds, isDryRun: dryRun }))
      if (tables.some(({ refusals }) => refusals.length > 0)) process.exitCode = 1
      process.stdout.write(options.json ? formatJson(tables) : describeCompacted(tables))
    },
  )
}

function describeCompacted(tables: readonly (TendedTable & CompactedTable)[]): string {
  const rows = tables.map((one) => [one.datasetId, one.name, one.replacedFiles, one.newFiles])
  const refusals = tables.flatMap(({ name, refusals }) => refusals.map((reason) => `${name}: ${reason}\n`))
  return formatTable(['DATASET', 'NAME', 'SMALL FILES', 'BECAME'], rows) + refusals.join('')
}

interface ExpireOptions extends CareOptions {
  readonly keepDays?: number | undefined
  readonly keepSnapshots?: number | undefined
  readonly graceHours?: number | undefined
}

/** `headwater lake expire` */
export function expireCommand(): Command {
  return careCommand('expire', 'Forget old snapshots of tables, and remove what only they held')
    .option('--keep-days <days>', 'instead of what the dataset says (7)', parseAmount)
    .option('--keep-snapshots <count>', 'instead of what the dataset says (100)', parseCount)
    .option('--grace-hours <hours>', 'how long queries may read what has expired (24)', parseAmount)
    .action(async (datasetIds: readonly string[], { dryRun = false, ...options }: ExpireOptions) => {
      const tables = await Array.fromAsync(
        expireLake(storeSettings(options), { ...options, datasetIds, isDryRun: dryRun }),
      )
      const rows = tables.map((one) => [one.datasetId, one.name, one.expiredSnapshots, one.removedFiles])
      const head = ['DATASET', 'NAME', 'EXPIRED', 'FILES REMOVED']
      process.stdout.write(options.json ? formatJson(tables) : formatTable(head, rows))
    })
}

interface PolicyOptions extends StoreOptions {
  readonly keepDays?: number | null | undefined
  readonly keepSnapshots?: number | null | undefined
  readonly compact?: boolean | null | undefined
}

/** `headwater lake policy` */
export function policyCommand(): Command {
  return withStoreOptions(new Command('policy'))
    .description('Say how much of its past the table of a dataset keeps, and whether small files become few')
    .argument('<dataset>', 'the id of the dataset')
    .option('--keep-days <days>', 'days, or "default"', orDefault(parseAmount))
    .option('--keep-snapshots <count>', 'snapshots, or "default"', orDefault(parseCount))
    .option('--compact <when>', '"auto", "never" or "default" (auto)', orDefault(parseCompact))
    .option('--json', 'print JSON, for programs')
    .action(async (datasetId: string, { keepDays, keepSnapshots, compact, ...options }: PolicyOptions) => {
      const changes = { keepDays, keepSnapshots, compact }
      const policy = await setLakePolicy(storeSettings(options), datasetId, changes)
      process.stdout.write(options.json ? formatJson(policy) : describePolicy(policy))
    })
}

function describePolicy({ keepDays = 7, keepSnapshots = 100, compact = true }: LakePolicy): string {
  const files = compact ? 'small files become few' : 'small files stay as they are'
  return `keeps ${keepSnapshots} snapshots at most, each for ${keepDays} days after the next one; ${files}\n`
}

function parseCompact(text: string): boolean {
  if (text === 'auto' || text === 'never') return text === 'auto'
  throw new InvalidArgumentError('must be auto, never or default.')
}

function orDefault<Value>(parse: (text: string) => Value): (text: string) => Value | null {
  return (text) => (text === 'default' ? null : parse(text))
}

function parseAmount(text: string): number {
  const amount = Number(text)
  if (text.trim() === '' || !(amount >= 0 && amount <= 36_500))
    throw new InvalidArgumentError('must be a number from 0 to 36500.')
  return amount
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!(Number.isInteger(count) && count >= 1 && count <= 10_000))
    throw new InvalidArgumentError('must be a whole number from 1 to 10000.')
  return count
}
