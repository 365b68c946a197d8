import { HeadwaterClient } from '@headwater/client/client.ts'
import type { Credentials } from '@headwater/client/credentials.ts'
import { findServer, openLocalAccess } from '@headwater/server/boot/local-access.ts'
import { readSettings, type Settings } from '@headwater/server/boot/read-settings.ts'
import { type Command, Option } from 'commander'

/** What every command that asks the server takes. */
export interface ServerOptions {
  readonly dataDir?: string | undefined
  readonly sandbox?: string | undefined
  readonly json?: boolean | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment says who asks, but not all of it. */
export class NoCredentialsError extends Error {
  override readonly name = 'NoCredentialsError'
  readonly isExplained = true

  constructor(missing: readonly string[]) {
    super(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set: they say which server is asked, and by whom.\n` +
        'Make a client and put it into this shell with\n\n  eval "$(npm run --silent headwater -- credentials create --shell)"\n\n' +
        'or unset CLIENT_ID and CLIENT_SECRET to ask the server of the data folder.',
    )
  }
}

/** As `credentials create --shell` writes them. */
const NAMES = ['BASE_URL', 'IMS_ORG', 'CLIENT_ID', 'CLIENT_SECRET'] as const

/**
 * A client of the server that the environment names; without one, of the server that runs on the data folder,
 * where no credentials are needed. A folder that was asked for comes first.
 *
 * @throws NoCredentialsError when the environment names only half, NoServerError when no server runs on the folder
 */
export async function openClient(options: ServerOptions, env: Environment): Promise<HeadwaterClient> {
  const { baseUrl, credentials } = isNamed(options, env, ['CLIENT_ID', 'CLIENT_SECRET'])
    ? readCaller(env)
    : await openFolder(settingsOf(options, env))
  return new HeadwaterClient({ baseUrl, credentials, sandbox: options.sandbox })
}

/** Where the server is that {@link openClient} would ask, for what needs no token. */
export function findAddress(options: ServerOptions, env: Environment): string {
  if (isNamed(options, env, ['BASE_URL'])) return env['BASE_URL'] ?? ''
  return findServer(settingsOf(options, env).config)
}

/** Gives a command the options of {@link ServerOptions}. */
export function withServerOptions(command: Command): Command {
  return withFolderOption(command)
    .addOption(new Option('--sandbox <name>', 'the sandbox; the default one when absent').env('SANDBOX_NAME'))
    .option('--json', 'print JSON, for programs')
}

export function withFolderOption(command: Command): Command {
  return command.option(
    '--data-dir <folder>',
    'ask the server that runs on this folder, whoever the environment names',
  )
}

interface Caller {
  readonly baseUrl: string
  readonly credentials: Credentials
}

function isNamed({ dataDir }: ServerOptions, env: Environment, names: readonly string[]): boolean {
  return dataDir === undefined && names.some((name) => (env[name] ?? '') !== '')
}

function readCaller(env: Environment): Caller {
  const missing = NAMES.filter((name) => (env[name] ?? '') === '')
  if (missing.length > 0) throw new NoCredentialsError(missing)
  const [baseUrl = '', orgId = '', clientId = '', clientSecret = ''] = NAMES.map((name) => env[name])
  return { baseUrl, credentials: { orgId, clientId, clientSecret, scopes: env['SCOPES'] } }
}

async function openFolder(settings: Settings): Promise<Caller> {
  const { baseUrl, ...credentials } = await openLocalAccess(settings)
  return { baseUrl, credentials }
}

function settingsOf({ dataDir }: ServerOptions, env: Environment): Settings {
  return readSettings(dataDir === undefined ? [] : ['--data-dir', dataDir], env)
}
