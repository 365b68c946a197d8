import { readSettings, type Settings } from '@headwater/server/boot/read-settings.ts'
import type { Command } from 'commander'

/** What every command takes that works on the metadata of a server. */
export interface StoreOptions {
  readonly dataDir?: string | undefined
  readonly json?: boolean | undefined
}

export function withStoreOptions(command: Command): Command {
  return command.option('--data-dir <folder>', 'the data folder of the server')
}

/** The settings that the options and the environment make; `others` stand in place of those of the environment. */
export function storeSettings(
  { dataDir, port }: StoreOptions & { readonly port?: string },
  others: NodeJS.ProcessEnv = {},
): Settings {
  const flags = [
    ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
    ...(port === undefined ? [] : ['--port', port]),
  ]
  return readSettings(flags, { ...process.env, ...others })
}

/** An option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
