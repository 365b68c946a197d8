import { HeadwaterClient } from '@headwater/client/client.ts'
import { type Command, Option } from 'commander'

/** What every command that asks the server takes. */
export interface ServerOptions {
  readonly sandbox?: string | undefined
  readonly json?: boolean | undefined
}

/** The environment does not say which server, or who asks. */
export class NoCredentialsError extends Error {
  override readonly name = 'NoCredentialsError'
  readonly isExplained = true

  constructor(missing: readonly string[]) {
    super(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set: they say which server is asked, and by whom.\n` +
        'Make a client and put it into this shell with\n\n  eval "$(npm run --silent headwater -- credentials create --shell)"',
    )
  }
}

const NAMES = ['BASE_URL', 'IMS_ORG', 'CLIENT_ID', 'CLIENT_SECRET'] as const

/**
 * A client of the server that the environment names, as `credentials create --shell` writes it.
 *
 * @throws NoCredentialsError when something is missing
 */
export function openClient(
  { sandbox }: ServerOptions,
  env: Readonly<Record<string, string | undefined>>,
): HeadwaterClient {
  const missing = NAMES.filter((name) => (env[name] ?? '') === '')
  if (missing.length > 0) throw new NoCredentialsError(missing)
  const [baseUrl = '', orgId = '', clientId = '', clientSecret = ''] = NAMES.map((name) => env[name])
  return new HeadwaterClient({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    credentials: { orgId, clientId, clientSecret, scopes: env['SCOPES'] },
    sandbox,
  })
}

/** Gives a command the options of {@link ServerOptions}. */
export function withServerOptions(command: Command): Command {
  return command
    .addOption(new Option('--sandbox <name>', 'the sandbox; the default one when absent').env('SANDBOX_NAME'))
    .option('--json', 'print JSON, for programs')
}
