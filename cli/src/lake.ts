import { type CheckedTable, type CheckLakeOptions, checkLake } from '@headwater/server/boot/check-lake.ts'
import { Command, Option } from 'commander'
import { compactCommand, expireCommand, policyCommand } from './lake-care.ts'
import { relocateCommand } from './lake-relocate.ts'
import { formatJson, formatTable } from './print.ts'
import { type StoreOptions, storeSettings, withStoreOptions } from './store-options.ts'

/** `headwater lake …` */
export function lakeCommand(): Command {
  return new Command('lake')
    .description('The tables of the lake')
    .addCommand(checkCommand())
    .addCommand(compactCommand())
    .addCommand(expireCommand())
    .addCommand(policyCommand())
    .addCommand(relocateCommand())
}

interface CheckOptions extends StoreOptions {
  readonly level: CheckLakeOptions['level']
}

function checkCommand(): Command {
  return withStoreOptions(new Command('check'))
    .description('Compare the tables of the lake with what has landed in them')
    .argument('[dataset...]', 'ids of datasets; all when none is given')
    .addOption(
      new Option(
        '--level <level>',
        'files: what is listed and there; digest: read every file and compare its values',
      )
        .choices(['files', 'digest'])
        .default('digest'),
    )
    .option('--json', 'print JSON, for programs')
    .addHelpText('after', '\nThe exit code is 1 when anything is wrong.')
    .action(async (datasetIds: readonly string[], { level, ...options }: CheckOptions) => {
      const checked: CheckedTable[] = []
      for await (const table of checkLake(storeSettings(options), { datasetIds, level })) checked.push(table)
      if (checked.some(({ faults }) => faults.length > 0)) process.exitCode = 1
      process.stdout.write(options.json ? formatJson(checked) : describe(checked))
    })
}

function describe(checked: readonly CheckedTable[]): string {
  const rows = checked.map(({ datasetId, name, fileCount, rowCount, comparedCount, faults }) => [
    datasetId,
    name,
    fileCount,
    rowCount,
    comparedCount,
    faults.length,
  ])
  const faults = checked.flatMap((table) => table.faults.map(({ message }) => `${table.name}: ${message}\n`))
  return formatTable(['DATASET', 'NAME', 'FILES', 'ROWS', 'COMPARED', 'FAULTS'], rows) + faults.join('')
}
