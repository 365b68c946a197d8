import type { SandboxList } from '@headwater/contract/sandboxes.ts'
import { Command, Option } from 'commander'
import { formatJson, formatTable } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'

/** `headwater sandboxes …` */
export function sandboxesCommand(): Command {
  return new Command('sandboxes')
    .description('Sandboxes: worlds of their own inside an organisation')
    .addCommand(withServerOptions(listCommand()))
    .addCommand(withServerOptions(createCommand()))
    .addCommand(withServerOptions(resetCommand()))
    .addCommand(withServerOptions(deleteCommand()))
}

function listCommand(): Command {
  return new Command('list').description('list them').action(async (options: ServerOptions) => {
    const client = await openClient(options, process.env)
    const { sandboxes }: SandboxList = await client.sandboxes.list({ limit: 200, offset: 0 })
    const rows = sandboxes.map(({ name, title, type, state, isDefault }) => [
      ...[name, title, type, state, isDefault ? 'yes' : ''],
    ])
    const titles = ['NAME', 'TITLE', 'TYPE', 'STATE', 'DEFAULT']
    process.stdout.write(options.json ? formatJson(sandboxes) : formatTable(titles, rows))
  })
}

interface CreateOptions extends ServerOptions {
  readonly title?: string | undefined
  readonly type: 'development' | 'production'
}

function createCommand(): Command {
  return new Command('create')
    .description('make one; it can be used a moment later')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--title <text>', 'for people')
    .addOption(
      new Option('--type <type>', 'what it is for')
        .choices(['development', 'production'])
        .default('development'),
    )
    .action(async (name: string, { title, type, ...options }: CreateOptions) => {
      const client = await openClient(options, process.env)
      const made = await client.sandboxes.create({ name, type, ...(title === undefined ? {} : { title }) })
      process.stdout.write(options.json ? formatJson(made) : `${made.name}  ${made.state}\n`)
    })
}

function resetCommand(): Command {
  return new Command('reset')
    .description('empty one: everything in it goes, for good')
    .argument('<name>')
    .action(async (name: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const changing = await client.sandboxes.reset(name)
      process.stdout.write(options.json ? formatJson(changing) : `${name} is being emptied\n`)
    })
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete one with everything in it, for good')
    .argument('<name>')
    .action(async (name: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const changing = await client.sandboxes.delete(name)
      process.stdout.write(options.json ? formatJson(changing) : `${name} is being deleted\n`)
    })
}
