import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Answer, Api } from './api.ts'
import { createCredentials, type HeadwaterProcess, startHeadwater } from './headwater-process.ts'
import { type Connected, connect, explore, type Landed, tell } from './journey.ts'
import { type DemoOptions, parseOptions } from './options.ts'
import { bold, bytes, count, say, showTable, title } from './screen.ts'
import { ownSource, type Source, startDemoSource } from './source.ts'
import { flights } from './stories/flights.ts'
import { movies } from './stories/movies.ts'
import { ownTable } from './stories/own-table.ts'
import type { Story } from './stories/story.ts'

/**
 * The whole journey on real data: a source database, a server, and then HTTP only, as the documented tutorial
 * goes. Ends with what was delivered and how it was proven.
 */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.env)
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true })
  const startedAt = performance.now()

  title(options.source === undefined ? 'A source database with public data' : 'Your database')
  await using source =
    options.source === undefined ? await startDemoSource(dataDir) : ownSource(options.source)
  title('Headwater')
  await using server = await startHeadwater({ dataDir, port: options.port })
  say(`  ready at ${server.url}, data in ${dataDir}`)

  const landed = await runStories(options, dataDir, source)
  report(landed, server, dataDir, (performance.now() - startedAt) / 1000)
  if (options.keep) await keepRunning(server)
}

async function runStories(options: DemoOptions, dataDir: string, source: Source): Promise<Landed[]> {
  const api = new Api(await createCredentials(dataDir))
  const stamp = new Date().toISOString().replace('T', ' ').slice(0, 19)
  title(`A token, a base connection to ${source.description}`)
  await api.authenticate()
  const connected = await connect(api, source.auth, stamp)
  const stories =
    options.source === undefined ? [flights, movies] : [await chooseOwn(api, connected, options)]
  const landed: Landed[] = []
  for (const story of stories) {
    title(`${story.relation}: ${story.about}`)
    landed.push(await tell(api, connected, story, stamp))
  }
  return landed
}

/** The relation that was asked for, else the first with rows to see. */
async function chooseOwn(api: Api, connected: Connected, options: DemoOptions): Promise<Story> {
  const largest = connected.relations.toSorted((a: Answer, b: Answer) => sizeOf(b) - sizeOf(a))[0]
  const relation = options.table ?? largest?.path
  if (relation === undefined) throw new Error('The database has no table that this user may read.')
  const table = await explore(api, connected.connectionId, relation)
  return ownTable(relation, table.schema.columns)
}

function sizeOf(relation: Answer): number {
  return Number(relation.meta?.estimatedRows ?? 0)
}

function report(landed: readonly Landed[], server: HeadwaterProcess, dataDir: string, seconds: number): void {
  title('Delivered')
  const head = ['table', 'rows read', 'rows landed', 'files', 'bytes', 'seconds', 'rows/s', 'digests']
  showTable([head, ...landed.map(rowOf)])
  say()
  for (const { relation, datasetId } of landed) {
    say(`  ${relation.padEnd(16)} ${bold(join(dataDir, 'lake', 'prod', datasetId))}`)
  }
  say(`  ${'console'.padEnd(16)} ${server.url}/`)
  say(`  ${'API docs'.padEnd(16)} ${server.url}/docs`)
  say(`  ${'whole demo'.padEnd(16)} ${seconds.toFixed(1)} s`)
}

function rowOf({ relation, run, seconds }: Landed): string[] {
  const { recordSummary, fileSummary, sizeSummary } = run.metrics
  const { fields, agreeing } = run.proof
  return [
    relation,
    count(recordSummary.inputRecordCount),
    count(recordSummary.outputRecordCount),
    String(fileSummary.outputFileCount),
    bytes(sizeSummary.outputBytes),
    seconds.toFixed(2),
    count(recordSummary.inputRecordCount / seconds),
    fields === agreeing ? `${agreeing} of ${fields} agree` : `${fields - agreeing} DIFFER`,
  ]
}

async function keepRunning(server: HeadwaterProcess): Promise<void> {
  say()
  say('  Source and server keep running. Ctrl-C ends both.')
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), server.ended])
}

try {
  await main()
} catch (error) {
  say()
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
