import { type RelocatedLake, relocateLake } from '@headwater/server/boot/relocate-lake.ts'
import { Command } from 'commander'
import { formatJson } from './print.ts'
import { type StoreOptions, storeSettings, withStoreOptions } from './store-options.ts'

/** `headwater lake relocate` */
export function relocateCommand(): Command {
  return withStoreOptions(new Command('relocate'))
    .description(
      'Copy the lake to another folder or bucket, where its tables name their files by the new address',
    )
    .argument('<place>', 'a folder, or s3://bucket/prefix with HEADWATER_S3_… as the server takes them')
    .option('--json', 'print JSON, for programs')
    .addHelpText(
      'after',
      '\nThe old place stays as it is. Run it while servers work, stop them, run it again for the rest, and start them' +
        '\nwith HEADWATER_LAKE set to the new place.' +
        '\n\nExamples:\n  headwater lake relocate /srv/lake\n  headwater lake relocate s3://company-lake/headwater',
    )
    .action(async (place: string, options: StoreOptions) => {
      const { config } = storeSettings(options, settingsOf(place))
      const relocated = await relocateLake(storeSettings(options, settingsOf(HERE)), config.lake)
      process.stdout.write(options.json ? formatJson(relocated) : tell(relocated))
    })
}

const HERE = process.env['HEADWATER_LAKE']

/** The environment of a lake: settings of S3 are refused where it is a folder. */
function settingsOf(place: string | undefined): NodeJS.ProcessEnv {
  const isS3 = /^s3:/i.test(place ?? '')
  const strays = Object.keys(process.env).filter((name) => !isS3 && name.startsWith('HEADWATER_S3_'))
  return { HEADWATER_LAKE: place, ...Object.fromEntries(strays.map((name) => [name, undefined])) }
}

function tell({ from, to, tables, files, bytes, rewritten, isComplete }: RelocatedLake): string {
  const done = `${tables} tables are at ${to} as well as at ${from}: ${files} files, ${bytes} bytes, ${rewritten} of the files written anew.\n`
  const next = isComplete
    ? `Set HEADWATER_LAKE to ${to.replace('file://', '').replace(/\/$/, '')} and start the servers again.\n`
    : 'Servers were at work meanwhile: stop them and run it again for what they have written.\n'
  return done + next
}
