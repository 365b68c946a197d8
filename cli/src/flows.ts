import { Command } from 'commander'
import { describeFlow } from './describe-flow.ts'
import { findFlow } from './find-by-name.ts'
import { formatJson, formatTable, formatTime, PAGE } from './print.ts'
import { watchRun } from './runs.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'

/** `headwater flows …` */
export function flowsCommand(): Command {
  return new Command('flows')
    .description('Flows: standing orders to bring a table into a dataset')
    .addCommand(withServerOptions(listCommand()))
    .addCommand(withServerOptions(showCommand()))
    .addCommand(withServerOptions(stateCommand('enable', 'let its schedule make runs again')))
    .addCommand(withServerOptions(stateCommand('disable', 'let its schedule make no more runs')))
    .addCommand(withServerOptions(runCommand()))
    .addCommand(withServerOptions(deleteCommand()))
}

function listCommand(): Command {
  return new Command('list')
    .description('list them, newest first')
    .option('--state <state>', 'only enabled, disabled or draft ones')
    .action(async (options: ServerOptions & { readonly state?: string | undefined }) => {
      const property = options.state === undefined ? [] : [`state==${options.state}`]
      const client = await openClient(options, process.env)
      const flows = await Array.fromAsync(client.flows.all({ ...PAGE, property }))
      const rows = flows.map(({ id, name, state, lastRunDetails: last }) => [
        ...[id, name, state],
        ...[last?.state, formatTime(last?.completedAtUTC)],
      ])
      process.stdout.write(
        options.json ? formatJson(flows) : formatTable(['ID', 'NAME', 'STATE', 'LAST RUN', 'ENDED'], rows),
      )
    })
}

function showCommand(): Command {
  return new Command('show')
    .description('show one')
    .argument('<flow>', 'its id or name')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const flow = await findFlow(client, id)
      process.stdout.write(options.json ? formatJson(flow) : describeFlow(flow))
    })
}

function stateCommand(action: 'enable' | 'disable', description: string): Command {
  return new Command(action)
    .description(description)
    .argument('<flow>', 'its id or name')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const reference = await client.flows[action]((await findFlow(client, id)).id)
      process.stdout.write(options.json ? formatJson(reference) : `${action}d ${id}\n`)
    })
}

function runCommand(): Command {
  return new Command('run')
    .description('run one now and wait for the end; exit code 1 when the run fails')
    .argument('<flow>', 'its id or name')
    .option('--no-wait', 'print the id of the run and do not wait')
    .action(async (id: string, options: ServerOptions & { readonly wait: boolean }) => {
      const client = await openClient(options, process.env)
      const { id: flowId } = await findFlow(client, id)
      const { id: runId } = await client.runs.create({ flowId })
      if (options.wait) await watchRun(client, runId, options)
      else process.stdout.write(options.json ? formatJson({ id: runId }) : `${runId}\n`)
    })
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete one; its runs and what has landed stay')
    .argument('<flow>', 'its id or name')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const flow = await findFlow(client, id)
      await client.flows.delete(flow.id)
      process.stdout.write(options.json ? formatJson({ id: flow.id }) : `deleted ${flow.id}\n`)
    })
}
