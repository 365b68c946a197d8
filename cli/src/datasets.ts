import type { HeadwaterClient } from '@headwater/client/client.ts'
import type { Identified } from '@headwater/client/resources/catalog.ts'
import type { Dataset } from '@headwater/contract/catalog.ts'
import { Command } from 'commander'
import { formatFacts, formatJson, formatRecords, formatTable, formatTime } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'

/** `headwater datasets …` */
export function datasetsCommand(): Command {
  return new Command('datasets')
    .description('Datasets: the tables of the lake')
    .addCommand(withServerOptions(listCommand()))
    .addCommand(withServerOptions(showCommand()))
    .addCommand(withServerOptions(previewCommand()))
    .addCommand(withServerOptions(deleteCommand()))
}

function listCommand(): Command {
  return new Command('list').description('list them, newest first').action(async (options: ServerOptions) => {
    const client = await openClient(options, process.env)
    const datasets = await Array.fromAsync(allDatasets(client))
    const rows = datasets.map(({ id, name, state, updated, statsCache }) => [
      ...[
        id,
        name,
        state,
        numberOf(statsCache, 'rowCount'),
        numberOf(statsCache, 'fileCount'),
        formatTime(updated),
      ],
    ])
    const titles = ['ID', 'NAME', 'STATE', 'ROWS', 'FILES', 'UPDATED']
    process.stdout.write(options.json ? formatJson(datasets) : formatTable(titles, rows))
  })
}

const PAGE_SIZE = 100

async function* allDatasets(client: HeadwaterClient): AsyncGenerator<Identified<Dataset>> {
  for (let start = 0; ; start += PAGE_SIZE) {
    const page = await client.datasets.list({ limit: PAGE_SIZE, start, orderBy: 'desc:created' })
    yield* page
    if (page.length < PAGE_SIZE) return
  }
}

function showCommand(): Command {
  return new Command('show')
    .description('show one')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const dataset = await client.datasets.get(id)
      process.stdout.write(options.json ? formatJson(dataset) : describe(dataset))
    })
}

function describe({
  id,
  name,
  state,
  basePath,
  schemaRef,
  created,
  updated,
  statsCache,
}: Identified<Dataset>): string {
  return formatFacts(name, {
    id,
    state,
    folder: basePath,
    schema: schemaRef.id,
    rows: numberOf(statsCache, 'rowCount')?.toLocaleString('en'),
    bytes: numberOf(statsCache, 'storageSize')?.toLocaleString('en'),
    files: numberOf(statsCache, 'fileCount')?.toLocaleString('en'),
    created: formatTime(created),
    updated: formatTime(updated),
  })
}

function numberOf(stats: Readonly<Record<string, unknown>> | undefined, name: string): number | undefined {
  const value = Number(stats?.[name] ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

function previewCommand(): Command {
  return new Command('preview')
    .description('show its newest rows, 100 at most')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const { data } = await client.datasets.preview(id)
      process.stdout.write(options.json ? formatJson(data) : formatRecords(data))
    })
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete one with its batches and files, for good')
    .argument('<id>', 'its id')
    .option('--force', 'also one that a flow writes into')
    .action(async (id: string, options: ServerOptions & { readonly force?: boolean }) => {
      const client = await openClient(options, process.env)
      await client.datasets.delete(id, { force: options.force })
      process.stdout.write(options.json ? formatJson({ id }) : `deleted ${id}\n`)
    })
}
