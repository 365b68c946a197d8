import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { createCredentials, startServerProcess } from '@headwater/testkit/server-process.ts'
import { type Action, type Measured, measureInTurn } from '../measure.ts'
import { printTable, say } from '../table.ts'
import { measureFaults } from './measure-faults.ts'
import { psqlAction } from './psql.ts'
import { type Sizes, type SourceServer, startSourceServer } from './source-server.ts'

const FLOW = '/data/foundation/flowservice'
const POSTGRES_SPEC = { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137', version: '1.0' }
const CACHE = path.join(import.meta.dirname, '../../cache/connect')

/** What \d lists, of all schemas at once; psql knows no pages. */
const LIST = '\\dtv *.item_*'

/** One thing that a user waits for, and what psql needs for the same. */
interface Case {
  readonly name: string
  readonly ours: Action
  readonly command: string
  readonly psql: Action | undefined
}

/**
 * How long a user waits for a connection test, for the list of a database of 50,000 relations, and for a look into
 * a table of 100 million rows: over HTTP through a whole server, beside psql on the same database.
 */
export async function benchConnect(args: string[]): Promise<void> {
  const { sizes, rounds } = readFlags(args)
  await using source = await startSourceServer(CACHE, sizes)
  await using server = await startServer()
  say(`PostgreSQL ${source.version}, ${sizes.relations} relations, ${sizes.rows} rows, ${rounds} rounds`)
  say()
  const cases = await makeCases(source, server.client, sizes)
  const before = await server.peakBytes()
  const measured = await measureInTurn(
    cases.flatMap(({ ours, psql }) => (psql === undefined ? [ours] : [ours, psql])),
    rounds,
  )
  report(cases, measured)
  const after = await server.peakBytes()
  say()
  say(`Peak memory of the server: ${megabytes(before)} before, ${megabytes(after)} after all rounds.`)
  say()
  await measureFaults()
}

function readFlags(args: string[]): { readonly sizes: Sizes; readonly rounds: number } {
  const { values } = parseArgs({
    args,
    options: {
      relations: { type: 'string', default: '50000' },
      rows: { type: 'string', default: '100000000' },
      rounds: { type: 'string', default: '15' },
    },
  })
  return {
    sizes: { relations: Number(values.relations), rows: Number(values.rows) },
    rounds: Number(values.rounds),
  }
}

async function makeCases(source: SourceServer, client: ApiClient, { relations }: Sizes): Promise<Case[]> {
  const crowded = await connect(client, source, source.crowded)
  const huge = await connect(client, source, source.huge)
  const get = (url: string, check: (body: unknown) => boolean): Action => {
    return async () => {
      const { status, body } = await client.get(url)
      if (status !== 200 || !check(body))
        throw new Error(`GET ${url} answered ${status}: ${JSON.stringify(body).slice(0, 300)}`)
    }
  }
  const hasLength = (length: number) => (body: unknown) => Array.isArray(body) && body.length === length
  const one = (name: string, ours: Action, database: string, command: string): Case => ({
    name,
    ours,
    command,
    psql: psqlAction(source, database, command),
  })
  const preview = `${huge}/explore?objectType=table&object=public.big&preview=true`
  return [
    one(
      'test, whole diagnosis',
      get(`${huge}/test`, (body) => (body as { result: boolean }).result),
      source.huge,
      'select 1',
    ),
    one(
      'test, 50,000 relations',
      get(`${crowded}/test`, (body) => (body as { result: boolean }).result),
      source.crowded,
      'select 1',
    ),
    one(
      'list, first page',
      get(`${crowded}/explore?objectType=root&limit=100`, hasLength(100)),
      source.crowded,
      LIST,
    ),
    one(
      'list, everything',
      get(`${crowded}/explore?objectType=root`, hasLength(relations)),
      source.crowded,
      LIST,
    ),
    one(
      'describe a table',
      get(`${huge}/explore?objectType=table&object=public.big`, isTable),
      source.huge,
      '\\d big',
    ),
    one('preview 100 rows', get(preview, hasRows), source.huge, 'select * from big limit 100'),
  ]
}

function isTable(body: unknown): boolean {
  return (body as { format?: string }).format === 'flat'
}

function hasRows(body: unknown): boolean {
  return (body as { data?: unknown[] }).data?.length === 100
}

async function connect(client: ApiClient, source: SourceServer, database: string): Promise<string> {
  const { host, port, user, password } = source
  const params = { server: host, port: String(port), database, username: user, password, sslMode: 'Disable' }
  const { status, body } = await client.post(`${FLOW}/connections`, {
    name: database,
    auth: { specName: 'Basic Authentication', params },
    connectionSpec: POSTGRES_SPEC,
  })
  if (status !== 201) throw new Error(`no connection: ${JSON.stringify(body)}`)
  return `${FLOW}/connections/${body.id}`
}

/** A server of its own process, as a user runs it. */
async function startServer(): Promise<
  AsyncDisposable & { readonly client: ApiClient; peakBytes(): Promise<number | undefined> }
> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-bench-'))
  const server = await startServerProcess(dataDir)
  const client = new ApiClient({ ...(await createCredentials(dataDir)), base_url: server.url })
  await client.authenticate()
  return {
    client,
    peakBytes: () => readPeak(server.pid),
    async [Symbol.asyncDispose]() {
      await server.end('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Linux alone tells it of another process. */
async function readPeak(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

function report(cases: readonly Case[], measured: readonly Measured[]): void {
  const rest = [...measured]
  const rows = cases.map(({ name, command, psql }) => {
    const ours = rest.shift()
    const theirs = psql === undefined ? undefined : rest.shift()
    return [
      name,
      milliseconds(ours?.medianMs),
      milliseconds(ours?.slowestMs),
      `psql -c '${command}'`,
      milliseconds(theirs?.medianMs),
      ratio(ours?.medianMs, theirs?.medianMs),
    ]
  })
  printTable(['', 'median', 'slowest', 'beside', 'median', 'ratio'], rows)
  if (cases.some(({ psql }) => psql === undefined)) say('psql is not installed: no ratios.')
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)} ms`
}

function ratio(ours: number | undefined, theirs: number | undefined): string {
  return ours === undefined || theirs === undefined ? '-' : (ours / theirs).toFixed(2)
}

function megabytes(value: number | undefined): string {
  return value === undefined ? 'unknown' : `${Math.round(value / 2 ** 20)} MB`
}
