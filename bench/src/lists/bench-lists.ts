import path from 'node:path'
import { parseArgs } from 'node:util'
import type { ApiClient } from '@headwater/testkit/api-client.ts'
import { startServerProcess } from '@headwater/testkit/server-process.ts'
import { type Action, type Measured, measureInTurn } from '../measure.ts'
import { printTable, say } from '../table.ts'
import { type ListCase, listCases } from './cases.ts'
import { createClient } from './land-one.ts'
import { ListReader } from './list-reader.ts'
import { type MetadataServer, startMetadataServer } from './metadata-server.ts'
import type { Sizes } from './multiply.ts'

const FLOW = '/data/foundation/flowservice'
const CACHE = path.join(import.meta.dirname, '../../cache/lists')

/** How long a list may take at the median. */
const WANTED_MS = 50

/** Lists, orders, filters and counts over a metadata database of any size, over HTTP through a whole server. */
export async function benchLists(args: string[]): Promise<void> {
  const { sizes, rounds, cache, only, shown } = readFlags(args)
  await using metadata = await startMetadataServer(cache, sizes)
  await using server = await startServer(metadata)
  await using reader = await ListReader.open(metadata.url, metadata.dataDir)
  say(`PostgreSQL ${metadata.version}, ${sizes.flows} flows, ${sizes.runs} runs, ${rounds} rounds`)
  say()
  const cases = listCases(sizes).filter((wanted) => nameOf(wanted).includes(only))
  const actions: Action[] = []
  for (const wanted of cases) actions.push(request(server.client, await urlOf(wanted, reader)))
  const measured = await measureInTurn(actions, rounds)
  report(cases, measured, shown)
  await reportScans(cases, reader)
}

function readFlags(args: string[]): {
  readonly sizes: Sizes
  readonly rounds: number
  readonly cache: string
  /** Part of the names of the cases to measure. */
  readonly only: string
  /** How many of the slowest are printed. */
  readonly shown: number
} {
  const { values } = parseArgs({
    args,
    options: {
      flows: { type: 'string', default: '100000' },
      runs: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '11' },
      cache: { type: 'string', default: CACHE },
      only: { type: 'string', default: '' },
      shown: { type: 'string', default: '15' },
    },
  })
  const sizes = { flows: Number(values.flows), runs: Number(values.runs) }
  return {
    sizes,
    rounds: Number(values.rounds),
    cache: values.cache,
    only: values.only,
    shown: Number(values.shown),
  }
}

/** A server of its own process, as a user runs it. */
async function startServer({
  url,
  dataDir,
}: MetadataServer): Promise<AsyncDisposable & { readonly client: ApiClient }> {
  const server = await startServerProcess(dataDir, { DATABASE_URL: url })
  return {
    client: await createClient(url, dataDir, server.url),
    async [Symbol.asyncDispose]() {
      await server.end('SIGTERM')
    },
  }
}

/** A case in the words of a URL, its position in words of its own. */
function nameOf({ collection, property, orderby, limit, countOnly, depth }: ListCase): string {
  const parts = [
    ...property.map((condition) =>
      condition.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{24,32}/g, (id) => id.slice(0, 4)),
    ),
    ...(orderby === undefined ? [] : [`orderby=${orderby}`]),
    ...(limit === undefined ? [] : [`limit=${limit}`]),
    ...(depth === undefined ? [] : [`after ${depth}`]),
    ...(countOnly === true ? ['count'] : []),
  ]
  const text = parts.join(' ')
  return `${collection} ${text.length > 90 ? `${text.slice(0, 60)} … ${text.slice(-25)}` : text}`.trim()
}

async function urlOf(wanted: ListCase, reader: ListReader): Promise<string> {
  const { collection, property, orderby, limit, countOnly } = wanted
  const query = new URLSearchParams()
  for (const condition of property) query.append('property', condition)
  if (orderby !== undefined) query.set('orderby', orderby)
  if (limit !== undefined) query.set('limit', String(limit))
  if (countOnly === true) query.set('count', 'true')
  if (wanted.depth !== undefined) query.set('continuationToken', await reader.tokenAt(wanted, wanted.depth))
  return `${FLOW}/${collection}?${query}`
}

/** Without the checks that the client of the tests makes of every answer: they would be timed too. */
function request(client: ApiClient, path: string): Action {
  const { client_id: apiKey, ims_org: orgId } = client.credentials
  const headers = {
    authorization: `Bearer ${client.token}`,
    'x-api-key': apiKey,
    'x-gw-ims-org-id': orgId,
    'x-sandbox-name': 'prod',
  }
  return async () => {
    const response = await fetch(`${client.baseUrl}${path}`, { headers })
    const text = await response.text()
    if (response.status !== 200)
      throw new Error(`GET ${path} answered ${response.status}: ${text.slice(0, 300)}`)
  }
}

interface Result {
  readonly wanted: ListCase
  readonly times: Measured
}

/** Lists and counts apart: a page is found by its index, while a count has to look at all that it counts. */
function report(cases: readonly ListCase[], measured: readonly Measured[], shown: number): void {
  const results = cases
    .flatMap((wanted, index) => {
      const times = measured[index]
      return times === undefined ? [] : [{ wanted, times }]
    })
    .toSorted((a, b) => b.times.medianMs - a.times.medianMs)
  reportPart(
    'lists',
    results.filter(({ wanted }) => wanted.countOnly !== true),
    shown,
  )
  reportPart(
    'counts',
    results.filter(({ wanted }) => wanted.countOnly === true),
    shown,
  )
}

function reportPart(what: string, results: readonly Result[], shown: number): void {
  if (results.length === 0) return
  const quick = results.filter(({ times }) => times.medianMs < WANTED_MS).length
  const middle = results[Math.floor(results.length / 2)]?.times.medianMs
  say(
    `${quick} of ${results.length} ${what} under ${WANTED_MS} ms at the median; half of them under ${milliseconds(middle)}. The slowest:`,
  )
  say()
  const rows = results
    .slice(0, shown)
    .map(({ wanted, times }) => [nameOf(wanted), milliseconds(times.medianMs), milliseconds(times.p95Ms)])
  printTable(['', 'median', 'p95'], rows)
  say()
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)} ms`
}

/** Every case must get along without reading a large table from end to end. */
async function reportScans(cases: readonly ListCase[], reader: ListReader): Promise<void> {
  const scans: string[] = []
  for (const wanted of cases) {
    const tables = await reader.tablesScanned(wanted)
    if (tables.length > 0) scans.push(`${nameOf(wanted)}: ${tables.join(', ')}`)
  }
  say(`${scans.length} of ${cases.length} cases read a table from end to end.`)
  for (const scan of scans) say(`  ${scan}`)
  if (scans.length > 0) process.exitCode = 1
}
