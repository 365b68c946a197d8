import type { HeadwaterClient } from '@headwater/client/client.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { Command } from 'commander'
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
}

function listCommand(): Command {
  return new Command('list')
    .description('list the newest')
    .option('--flow <id>', 'only those of this flow')
    .option('--status <status>', 'only those that are inProgress, success, failed …')
    .option('--limit <number>', 'how many', '20')
    .action(async (options: ListOptions) => {
      const conditions = { flowId: options.flow, state: options.status }
      const property = Object.entries(conditions).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}==${value}`],
      )
      const limit = Number(options.limit)
      const { items } = await openClient(options, process.env).runs.list({ property, limit })
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
      process.stdout.write(formatJson(await openClient(options, process.env).runs.get(id)))
    })
}

function watchCommand(): Command {
  return new Command('watch')
    .description('follow one to its end; exit code 1 when it fails')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) =>
      watchRun(openClient(options, process.env), id, options),
    )
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
    const line = describeRun(run)
    if (!json && line !== shown) process.stdout.write(line)
    shown = line
  }
  if (json && last !== undefined) process.stdout.write(formatJson(last))
  if (last?.metrics.statusSummary.status !== 'success') process.exitCode = 1
}

/** A run in a line, and its errors below. */
export function describeRun({ id, metrics, progress }: Run): string {
  const { statusSummary, recordSummary: records } = metrics
  const reading =
    progress && `${progress.rowsRead} rows read, slice ${progress.slicesDone} of ${progress.slicesTotal}`
  const brought = records && `${records.outputRecordCount ?? 0} of ${records.inputRecordCount ?? 0} records`
  const errors = (statusSummary.errors ?? []).map(({ code, message }) => `  ${code}: ${message}`)
  const line = [id, statusSummary.status, brought ?? reading].filter((part) => part !== undefined).join('  ')
  return `${[line, ...errors].join('\n')}\n`
}
