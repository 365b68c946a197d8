import { expireLake, setLakePolicy } from '@headwater/server/boot/tend-lake.ts'
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
}

/** `headwater lake policy` */
export function policyCommand(): Command {
  return withStoreOptions(new Command('policy'))
    .description('Say how much of its past the table of a dataset keeps')
    .argument('<dataset>', 'the id of the dataset')
    .option('--keep-days <days>', 'days, or "default"', orDefault(parseAmount))
    .option('--keep-snapshots <count>', 'snapshots, or "default"', orDefault(parseCount))
    .option('--json', 'print JSON, for programs')
    .action(async (datasetId: string, { keepDays, keepSnapshots, ...options }: PolicyOptions) => {
      const changes = { keepDays, keepSnapshots }
      const policy = await setLakePolicy(storeSettings(options), datasetId, changes)
      const { keepDays: days = 7, keepSnapshots: count = 100 } = policy
      const told = `keeps ${count} snapshots at most, each for ${days} days after the next one\n`
      process.stdout.write(options.json ? formatJson(policy) : told)
    })
}

function orDefault(parse: (text: string) => number): (text: string) => number | null {
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
