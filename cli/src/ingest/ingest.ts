import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { HeadwaterClient } from '@headwater/client/client.ts'
import { POSTGRES_SPEC } from '@headwater/client/order-table.ts'
import type { Connection } from '@headwater/contract/flow-service/connections.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { Command } from 'commander'
import { summarizeRun } from '../describe-run.ts'
import { formatJson, formatTable } from '../print.ts'
import { openClient } from '../server-client.ts'
import { authOfUrl, nameOfUrl } from '../source-url.ts'
import { startEmbedded } from './embedded-server.ts'
import { findMetadata } from './find-metadata.ts'
import { startIngest } from './ingest-table.ts'
import { ProgressDisplay, progressLine } from './progress-line.ts'

interface IngestOptions {
  readonly to: string
  readonly columns?: string | undefined
  readonly where?: string | undefined
  readonly incremental?: string | undefined
  readonly again?: boolean | undefined
  readonly json?: boolean | undefined
}

/** `headwater ingest` */
export function ingestCommand(): Command {
  return new Command('ingest')
    .description('Bring tables into a lake in a folder, proven; no server needed')
    .argument('<url>', 'postgres://user@host:port/database?sslmode=…; the password may come from PGPASSWORD')
    .argument('<table...>', 'as explore lists them: public.orders')
    .requiredOption('--to <folder>', 'the lake; made if it is not there')
    .option('--columns <names>', 'only these, separated by commas; of one table')
    .option('--where <filter>', 'only rows that pass it, e.g. \'city like "Los%"\'')
    .option('--incremental <column>', 'from the second time on only what is newer by this column')
    .option('--again', 'everything once more, beside what is there')
    .option('--json', 'print JSON, for programs')
    .addHelpText('after', HELP)
    .action(ingest)
}

const HELP = `
What was cut short, by whatever, goes on when the same command is given again.
The exit code is 1 when a table did not land as a whole; rows that were set aside count as landed.

Examples:
  PGPASSWORD=… headwater ingest postgres://reader@db.example.com/shop public.orders --to lake
  headwater ingest "$URL" public.orders public.customers --to lake --incremental updated_at`

async function ingest(url: string, tables: readonly string[], options: IngestOptions): Promise<void> {
  const auth = authOfUrl(url, process.env)
  const lake = resolve(options.to)
  const dataDir = join(lake, '.headwater')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await using _server = await startEmbedded(lake, dataDir)
  const client = await openClient({ dataDir }, {})
  const connectionId = await connect(client, nameOfUrl(url), auth)
  const display = new ProgressDisplay(process.stderr)
  const landed: LandedTable[] = []
  for (const tableName of tables) {
    const run = await ingestOne(client, display, { connectionId, tableName, source: nameOfUrl(url), options })
    landed.push(await describe(client, lake, tableName, run))
  }
  process.stdout.write(options.json ? formatJson(landed) : formatLanded(landed))
  if (landed.some(({ status }) => status !== 'success')) process.exitCode = 1
}

/** The connection of this source, with the password of today. */
async function connect(
  client: HeadwaterClient,
  name: string,
  auth: ReturnType<typeof authOfUrl>,
): Promise<string> {
  const found = client.connections.all({ property: [`name==${name}`] }) as AsyncIterable<Connection>
  const [known] = await Array.fromAsync(found)
  if (known === undefined) {
    return (await client.connections.create({ name, auth, connectionSpec: POSTGRES_SPEC })).id
  }
  await client.connections.patch(known.id, known.etag, [{ op: 'replace', path: '/auth', value: auth }])
  return known.id
}

interface Wanted {
  readonly connectionId: string
  readonly tableName: string
  readonly source: string
  readonly options: IngestOptions
}

async function ingestOne(client: HeadwaterClient, display: ProgressDisplay, wanted: Wanted): Promise<Run> {
  const { connectionId, tableName, source, options } = wanted
  const { columns, where, incremental: watermark, again = false } = options
  const order = { connectionId, tableName, name: `${source} ${tableName}`, where, watermark, again }
  const started = await startIngest(client, {
    ...order,
    columns: columns?.split(',').map((name) => name.trim()),
  })
  let run = started
  for await (run of client.runs.watch(started.id, { intervalMs: 200 }))
    display.show(progressLine(tableName, run))
  display.clear()
  return run
}

interface LandedTable {
  readonly table: string
  readonly status: string
  readonly runId: string
  readonly rowsRead: number | undefined
  readonly rowsLanded: number | undefined
  readonly rowsSetAside: number | undefined
  readonly seconds: number | undefined
  /** The newest metadata of the Iceberg table. */
  readonly metadata: string | undefined
  /** What went wrong. */
  readonly told: string
}

async function describe(
  client: HeadwaterClient,
  lake: string,
  table: string,
  run: Run,
): Promise<LandedTable> {
  const { statusSummary, recordSummary: records, durationSummary: times } = run.metrics
  const { startedAtUTC: start, completedAtUTC: end } = times ?? {}
  return {
    table,
    status: statusSummary.status,
    runId: run.id,
    rowsRead: records?.inputRecordCount,
    rowsLanded: records?.outputRecordCount,
    rowsSetAside: records?.failedRecordCount,
    seconds: start === undefined || end === undefined ? undefined : (end - start) / 1000,
    metadata: await findMetadata(client, lake, run),
    told: summarizeRun(run).split('\n').slice(1).join('\n'),
  }
}

function formatLanded(landed: readonly LandedTable[]): string {
  const titles = ['TABLE', 'STATUS', 'READ', 'LANDED', 'SET ASIDE', 'SECONDS']
  const rows = landed.map((one) => [
    ...[one.table, one.status, one.rowsRead, one.rowsLanded, one.rowsSetAside, one.seconds],
  ])
  const told = landed.map((one) => one.told).join('')
  const example = landed.find(({ metadata }) => metadata !== undefined)?.metadata
  const hint =
    example === undefined ? '' : `\nRead it, e.g. with DuckDB:\n  select * from iceberg_scan('${example}')\n`
  return formatTable(titles, rows) + told + hint
}
