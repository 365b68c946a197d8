import { type IssuedCredentials, issueCredentials } from '@headwater/server/boot/credentials.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { Command } from 'commander'

interface CreateOptions {
  readonly dataDir?: string | undefined
  readonly port?: string | undefined
  readonly name: string
  readonly admin?: boolean | undefined
  readonly json?: boolean | undefined
  readonly shell?: boolean | undefined
}

/** `headwater credentials …` */
export function credentialsCommand(): Command {
  return new Command('credentials').description('Clients that may use the API').addCommand(createCommand())
}

function createCommand(): Command {
  return new Command('create')
    .description('Make a client and show its secret, once; works while the server runs')
    .option('--data-dir <folder>', 'the data folder of the server')
    .option('--port <number>', 'the port of the server, when it does not run')
    .option('--name <text>', 'what the client is for', 'command line')
    .option('--admin', 'an administrator: may also write connection specs and flow specs')
    .option('--json', 'print one JSON object')
    .option('--shell', 'print export lines for a shell: eval "$(… --shell)"')
    .addHelpText('after', '\nExample:\n  headwater credentials create --data-dir .headwater --json')
    .action(async (options: CreateOptions) => {
      const flags = [
        ...(options.dataDir === undefined ? [] : ['--data-dir', options.dataDir]),
        ...(options.port === undefined ? [] : ['--port', options.port]),
      ]
      const wanted = { name: options.name, isAdmin: options.admin }
      const issued = await issueCredentials(readSettings(flags, process.env), wanted)
      process.stdout.write(format(issued, options))
    })
}

function format(issued: IssuedCredentials, { json, shell }: CreateOptions): string {
  if (json) return `${JSON.stringify(issued)}\n`
  return shell ? toExports(issued) : describe(issued)
}

/** No value holds a quote: they are URLs, ids and random letters. */
function toExports(issued: IssuedCredentials): string {
  return Object.entries(issued)
    .map(([name, value]) => `export ${name.toUpperCase()}='${value}'\n`)
    .join('')
}

function describe(issued: IssuedCredentials): string {
  return `The secret is shown this once and kept nowhere.

  client id      ${issued.client_id}   (also the x-api-key)
  client secret  ${issued.client_secret}
  organisation   ${issued.ims_org}
  scopes         ${issued.scopes}

A token:

  curl -s ${issued.token_url} -d grant_type=client_credentials \\
    -d client_id=${issued.client_id} -d client_secret=${issued.client_secret} -d scope=${issued.scopes}
`
}
