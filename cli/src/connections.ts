import { Command } from 'commander'
import { describeConnection, describeTest } from './describe-connection.ts'
import { findConnection } from './find-by-name.ts'
import { formatJson, formatTable, formatTime, PAGE } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'

/** `headwater connections …` */
export function connectionsCommand(): Command {
  return new Command('connections')
    .description('Base connections: credentials of one source')
    .addCommand(withServerOptions(listCommand()))
    .addCommand(withServerOptions(showCommand()))
    .addCommand(withServerOptions(testCommand()))
    .addCommand(withServerOptions(deleteCommand()))
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
    .argument('<connection>', 'its id or name')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const connection = await findConnection(client, id)
      process.stdout.write(options.json ? formatJson(connection) : describeConnection(connection))
    })
}

function testCommand(): Command {
  return new Command('test')
    .description('try to open a session with the source; exit code 1 when that fails')
    .argument('<connection>', 'its id or name')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const tested = await client.connections.test((await findConnection(client, id)).id)
      process.stdout.write(options.json ? formatJson(tested) : describeTest(tested))
      if (!tested.result) process.exitCode = 1
    })
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete one that no flow uses')
    .argument('<connection>', 'its id or name')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const connection = await findConnection(client, id)
      await client.connections.delete(connection.id)
      process.stdout.write(options.json ? formatJson({ id: connection.id }) : `deleted ${connection.id}\n`)
    })
}
