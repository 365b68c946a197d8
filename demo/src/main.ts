import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { outliveReaders, untilStopped } from '@headwater/server/kit/stop-signals.ts'
import { Api, type Credentials } from './api.ts'
import { checkPlace } from './check-place.ts'
import { createCredentials, type HeadwaterProcess, startHeadwater } from './headwater-process.ts'
import { type Connected, connect, explore, type Landed, tell } from './journey.ts'
import { type DemoOptions, parseOptions, USAGE } from './options.ts'
import { bold, bytes, count, dim, say, showTable, title } from './screen.ts'
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
  if (options.help) return say(USAGE)
  const dataDir = resolve(options.dataDir)
  await checkPlace(dataDir, options.port)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // A signal must end what was started, wherever the journey is.
  const interrupted = interruption()
  const startedAt = performance.now()

  title(options.source === undefined ? 'A source database with public data' : 'Your database')
  await using source =
    options.source === undefined ? await startDemoSource(dataDir) : ownSource(options.source)
  title('Headwater')
  await using server = await startHeadwater({ dataDir, port: options.port })
  say(`  ready at ${server.url}, data in ${dataDir}`)

  const credentials = await createCredentials(dataDir)
  const journey = runStories(options, credentials, source)
  const landed = await Promise.race([journey, interrupted])
  report(landed, server, dataDir, (performance.now() - startedAt) / 1000)
  if (options.keep) await keepRunning(server, credentials, interrupted)
  else
    say(`  ${dim('Console and API docs answer while the server runs: npm run demo -- --keep, or npm start')}`)
}

/** The user has had enough. */
class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

function interruption(): Promise<never> {
  const interrupted = untilStopped().then(() => {
    throw new InterruptedError('Interrupted; source and server are ended.')
  })
  // It may come when nobody waits for it.
  interrupted.catch(() => {})
  return interrupted
}

async function runStories(options: DemoOptions, credentials: Credentials, source: Source): Promise<Landed[]> {
  const api = new Api(credentials)
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

/** The relation that was asked for, else the first that has rows. */
async function chooseOwn(api: Api, connected: Connected, options: DemoOptions): Promise<Story> {
  const candidates =
    options.table === undefined ? connected.relations.map(({ path }) => path) : [options.table]
  for (const relation of candidates.slice(0, MAX_LOOKS)) {
    const { table, hasRows } = await explore(api, connected.connectionId, relation)
    if (hasRows || options.table !== undefined) return ownTable(relation, table.schema.columns)
  }
  throw new Error('No table with rows was found that this user may read. Name one with --table schema.table.')
}

/** Tables that are looked into for rows before the user is asked for a name. */
const MAX_LOOKS = 20

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

async function keepRunning(
  server: HeadwaterProcess,
  credentials: Credentials,
  interrupted: Promise<never>,
): Promise<void> {
  say(
    `  ${'sign in with'.padEnd(16)} client id ${credentials.client_id}, secret ${credentials.client_secret}`,
  )
  say()
  say('  Source and server keep running. Ctrl-C ends both.')
  await Promise.race([server.ended, interrupted]).catch((error: unknown) => {
    if (!(error instanceof InterruptedError)) throw error
  })
}

outliveReaders()
try {
  await main()
} catch (error) {
  say()
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof InterruptedError ? 130 : 1
}
