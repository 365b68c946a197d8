import type { TestResult } from '@headwater/contract/flow-service/connection-test.ts'
import { Command } from 'commander'
import { formatJson, formatTable, formatTime } from './print.ts'
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
    const connections = await Array.fromAsync(openClient(options, process.env).connections.all())
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
      process.stdout.write(formatJson(await openClient(options, process.env).connections.get(id)))
    })
}

function testCommand(): Command {
  return new Command('test')
    .description('try to open a session with the source; exit code 1 when that fails')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const tested = await openClient(options, process.env).connections.test(id)
      process.stdout.write(options.json ? formatJson(tested) : describeTest(tested))
      if (!tested.result) process.exitCode = 1
    })
}

/** What was found, worst first, each with what to do about it. */
export function describeTest({ result, diagnosis }: TestResult): string {
  const head = result ? 'The source can be read.' : `The source cannot be read: ${diagnosis?.message ?? ''}`
  const findings = diagnosis?.findings ?? []
  const lines = findings.map(
    ({ severity, code, message, remedy }) => `${severity}  ${code}: ${message}\n         ${remedy}`,
  )
  const remedy = findings.length === 0 && diagnosis?.remedy !== undefined ? [diagnosis.remedy] : []
  return `${[head, ...remedy, ...lines].join('\n')}\n`
}
