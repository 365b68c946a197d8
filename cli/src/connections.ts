import { Command } from 'commander'
import { describeConnection, describeTest } from './describe-connection.ts'
import { formatJson, formatTable, formatTime, PAGE } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'

/** `headwater connections …` */
export function connectionsCommand(): Command {
  return new Command('connections')
    .description('Base connections: credentials of one source')
    .addCommand(withServerOptions(listCommand()))
    .addCommand(withServerOptions(showCommand()))
    .addCommand(withServerOptions(testCommand()))
}

function listCommand(): Command {
  return new Command('list').description('list them, newest first').action(async (options: ServerOptions) => {
    const client = await openClient(options, process.env)
    const connections = await Array.fromAsync(client.connections.all(PAGE))
    const rows = connections.map(({ id, name, state, updatedAt }) => [id, name, state, formatTime(updatedAt)])
    process.stdout.write(
      options.json ? formatJson(connections) : formatTable(['ID', 'NAME', 'STATE', 'UPDATED'], rows),
    )
  })
}

function showCommand(): Command {
  return new Command('show')
    .description('show one, its secrets masked')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const connection = await client.connections.get(id)
      process.stdout.write(options.json ? formatJson(connection) : describeConnection(connection))
    })
}

function testCommand(): Command {
  return new Command('test')
    .description('try to open a session with the source; exit code 1 when that fails')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const tested = await client.connections.test(id)
      process.stdout.write(options.json ? formatJson(tested) : describeTest(tested))
      if (!tested.result) process.exitCode = 1
    })
}
