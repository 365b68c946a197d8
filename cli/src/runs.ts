import type { HeadwaterClient } from '@headwater/client/client.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { Command } from 'commander'
import { describeRun, summarizeRun } from './describe-run.ts'
import { findFlow } from './find-by-name.ts'
import { formatJson, formatTable, formatTime } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'

interface ListOptions extends ServerOptions {
  readonly flow?: string | undefined
  readonly status?: string | undefined
  readonly limit: string
}

/** `headwater runs …` */
export function runsCommand(): Command {
  return new Command('runs')
    .description('Runs: single executions of flows')
    .addCommand(withServerOptions(listCommand()))
    .addCommand(withServerOptions(showCommand()))
    .addCommand(withServerOptions(watchCommand()))
    .addCommand(withServerOptions(replayCommand()))
    .addCommand(withServerOptions(retriggerCommand()))
    .addCommand(withServerOptions(cancelCommand()))
}

function listCommand(): Command {
  return new Command('list')
    .description('list the newest')
    .option('--flow <flow>', 'only those of this flow, by its id or name')
    .option('--status <status>', 'only those that are inProgress, success, failed …')
    .option('--limit <number>', 'how many', '20')
    .action(async (options: ListOptions) => {
      const client = await openClient(options, process.env)
      const flow = options.flow === undefined ? undefined : await findFlow(client, options.flow)
      const conditions = { flowId: flow?.id, state: options.status }
      const property = Object.entries(conditions).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}==${value}`],
      )
      const limit = Number(options.limit)
      const { items } = await client.runs.list({ property, limit })
      const titles = ['ID', 'FLOW', 'STATUS', 'STARTED', 'READ', 'WRITTEN', 'FAILED']
      process.stdout.write(options.json ? formatJson(items) : formatTable(titles, items.map(rowOf)))
    })
}

function rowOf({ id, flowId, metrics }: Run): readonly (string | number | undefined)[] {
  const { statusSummary, durationSummary, recordSummary: records } = metrics
  return [
    ...[id, flowId, statusSummary.status, formatTime(durationSummary?.startedAtUTC)],
    ...[records?.inputRecordCount, records?.outputRecordCount, records?.failedRecordCount],
  ]
}

function showCommand(): Command {
  return new Command('show')
    .description('show one')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const run = await client.runs.get(id)
      process.stdout.write(options.json ? formatJson(run) : describeRun(run))
    })
}

function watchCommand(): Command {
  return new Command('watch')
    .description('follow one to its end; exit code 1 when it fails')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) =>
      watchRun(await openClient(options, process.env), id, options),
    )
}

interface ReplayOptions extends ServerOptions {
  readonly wait: boolean
}

function replayCommand(): Command {
  return new Command('replay')
    .description('bring in the rows that one has set aside, by the mapping as it is now')
    .argument('<id>', 'its id')
    .option('--no-wait', 'print the id of the new run and do not wait')
    .action(async (id: string, options: ReplayOptions) => {
      const client = await openClient(options, process.env)
      const { id: runId } = await client.runs.replay(id)
      if (options.wait) await watchRun(client, runId, options)
      else process.stdout.write(options.json ? formatJson({ id: runId }) : `${runId}\n`)
    })
}

function retriggerCommand(): Command {
  return new Command('retrigger')
    .description('do one that has failed once more, over the same window')
    .argument('<id>', 'its id')
    .option('--no-wait', 'print the id of the new run and do not wait')
    .action(async (id: string, options: ReplayOptions) => {
      const client = await openClient(options, process.env)
      const { id: runId } = await client.runs.retrigger(id)
      if (options.wait) await watchRun(client, runId, options)
      else process.stdout.write(options.json ? formatJson({ id: runId }) : `${runId}\n`)
    })
}

function cancelCommand(): Command {
  return new Command('cancel')
    .description('end one that is under way; nothing of it lands')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const reference = await client.runs.cancel(id)
      process.stdout.write(options.json ? formatJson(reference) : `cancelled ${id}\n`)
    })
}

/** Follows a run to its end, a line for each change; with `json` the run at its end. Sets the exit code. */
export async function watchRun(
  client: HeadwaterClient,
  id: string,
  { json }: { readonly json?: boolean | undefined },
): Promise<void> {
  let shown = ''
  let last: Run | undefined
  for await (const run of client.runs.watch(id)) {
    last = run
    const line = summarizeRun(run)
    if (!json && line !== shown) process.stdout.write(line)
    shown = line
  }
  if (json && last !== undefined) process.stdout.write(formatJson(last))
  if (last?.metrics.statusSummary.status !== 'success') process.exitCode = 1
}
