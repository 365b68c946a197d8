import {
  type DescribedClient,
  grantCredentials,
  type IssuedCredentials,
  issueCredentials,
  listCredentials,
  retireCredentials,
  revokeCredentials,
  rotateCredentials,
} from '@headwater/server/boot/credentials.ts'
import { Command, Option } from 'commander'
import { type CredentialFormat, FORMATS, formatCredentials } from './credential-formats.ts'
import { formatJson, formatTable, formatTime } from './print.ts'
import { collect, type StoreOptions, storeSettings, withStoreOptions } from './store-options.ts'
import { reserveSecretFile } from './write-secret.ts'

/** `headwater credentials …` */
export function credentialsCommand(): Command {
  return new Command('credentials')
    .description('Clients that may use the API; works beside the server and without it')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(grantCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand())
}

interface OutputOptions extends StoreOptions {
  readonly format: CredentialFormat
  readonly shell?: boolean | undefined
  readonly output?: string | undefined
  readonly port?: string
}

interface GrantOptions {
  readonly permission?: readonly string[] | undefined
  readonly sandbox?: readonly string[] | undefined
}

interface CreateOptions extends OutputOptions, GrantOptions {
  readonly name: string
  readonly admin?: boolean | undefined
  readonly org?: string | undefined
}

function createCommand(): Command {
  return withGrantOptions(withOutputOptions(withStoreOptions(new Command('create'))))
    .description('Make a client and show its secret, once')
    .option('--name <text>', 'what the client is for', 'command line')
    .option('--org <id>', 'id or tenant of its organisation; the one of the server when absent')
    .option('--admin', 'an administrator: may also write connection specs and flow specs')
    .addHelpText(
      'after',
      '\nExamples:\n  headwater credentials create --data-dir .headwater --json' +
        '\n  headwater credentials create --permission "View Datasets" --sandbox dev --format aepp --output aepp.json',
    )
    .action(async ({ name, admin, org, permission, sandbox, ...options }: CreateOptions) => {
      const wanted = { name, org, isAdmin: admin, permissions: permission, sandboxes: sandbox }
      await handOver(options, () => issueCredentials(storeSettings(options), wanted))
    })
}

function rotateCommand(): Command {
  return withOutputOptions(withStoreOptions(new Command('rotate')))
    .description('Give a client a second secret; both are good until the older one is retired')
    .argument('<client id>')
    .option('--retire', 'remove the older secret instead; tokens that it brought run on until they expire')
    .action(async (clientId: string, options: OutputOptions & { readonly retire?: boolean }) => {
      if (options.retire !== true)
        return handOver(options, () => rotateCredentials(storeSettings(options), clientId))
      const count = await retireCredentials(storeSettings(options), clientId)
      const told = count === 0 ? 'It has one secret only, which stays.' : 'The older secret is gone.'
      process.stdout.write(`${told}\n`)
    })
}

function revokeCommand(): Command {
  return withStoreOptions(new Command('revoke'))
    .description('Refuse a client and the tokens that it has, from now on and for good')
    .argument('<client id>')
    .action(async (clientId: string, options: StoreOptions) => {
      await revokeCredentials(storeSettings(options), clientId)
      process.stdout.write(`The client ${clientId} is refused from now on.\n`)
    })
}

function listCommand(): Command {
  return withStoreOptions(new Command('list'))
    .description('Show the clients and what they may do')
    .option('--all', 'also those that were revoked')
    .option('--json', 'print JSON, for programs')
    .action(async (options: StoreOptions & { readonly all?: boolean }) => {
      const clients = await listCredentials(storeSettings(options), { withRevoked: options.all })
      process.stdout.write(options.json ? formatJson(clients) : formatClients(clients))
    })
}

function grantCommand(): Command {
  return withGrantOptions(withStoreOptions(new Command('grant')))
    .description('Let a client do more, or with --only something else than before')
    .argument('<client id>')
    .option('--only', 'this and nothing else from now on')
    .action(async (clientId: string, options: StoreOptions & GrantOptions & { readonly only?: boolean }) => {
      const permissions = await grantCredentials(storeSettings(options), {
        clientId,
        isReplacing: options.only === true,
        permissions: options.permission,
        sandboxes: options.sandbox,
      })
      process.stdout.write(permissions.map((line) => `${line}\n`).join(''))
    })
}

function withGrantOptions(command: Command): Command {
  return command
    .option('--permission <name>', 'e.g. "Manage Sources"; may be repeated; all when absent', collect)
    .option('--sandbox <name>', 'where; may be repeated; everywhere when absent', collect)
}

function withOutputOptions(command: Command): Command {
  return command
    .option('--port <number>', 'the port of the server, when it does not run')
    .addOption(
      new Option('--format <form>', 'what to print or write').choices([...FORMATS]).default('text' as const),
    )
    .option('--output <file>', 'write it to a new file that only you can read')
    .option('--json', 'short for --format json')
    .option('--shell', 'short for --format shell: eval "$(… --shell)"')
}

/** Prints the credentials, or writes them to the file that was asked for. */
async function handOver(options: OutputOptions, issue: () => Promise<IssuedCredentials>): Promise<void> {
  const format = options.json ? 'json' : options.shell ? 'shell' : options.format
  if (options.output === undefined) return void process.stdout.write(formatCredentials(await issue(), format))
  await using file = await reserveSecretFile(options.output)
  const issued = await issue()
  await file.write(formatCredentials(issued, format))
  process.stdout.write(`The client ${issued.client_id} is in ${options.output}.\n`)
}

function formatClients(clients: readonly DescribedClient[]): string {
  const titles = ['CLIENT ID', 'NAME', 'TENANT', 'SECRETS', 'CREATED', 'STATE', 'PERMISSIONS']
  const rows = clients.map((client) => [
    client.clientId,
    client.name,
    client.tenantId,
    client.secretCount,
    formatTime(client.createdAt),
    client.revokedAt === null ? 'active' : 'revoked',
    client.permissions.join('; '),
  ])
  return formatTable(titles, rows)
}
