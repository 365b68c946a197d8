import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { say } from '../table.ts'
import { loadFlights } from './flights.ts'
import { Headwater } from './headwater.ts'
import { measureIncremental } from './incremental.ts'
import { describeMachine, goFirst } from './machine.ts'
import { findPeers } from './peers.ts'
import { printFound } from './print-found.ts'
import { profileTables } from './profile.ts'
import { type Found, type TableResult, writeResults } from './results.ts'
import { measureFirstRow, measureSmall } from './small-tables.ts'
import { type Source, startSource } from './source.ts'
import { type BenchTable, events, journal, lineitem, small } from './tables.ts'
import { measureTable } from './whole-table.ts'

const CACHE = path.join(import.meta.dirname, '../../cache/extract')

interface Options {
  readonly only: readonly string[]
  readonly rounds: number
  readonly peers: readonly string[] | undefined
  readonly journalRows: number
  readonly smallTables: number
}

type Part = (source: Source, options: Options) => Promise<Found>

/** What can be measured alone, by `--only`; each has a file of results of its own. */
const PARTS: Readonly<Record<string, Part>> = {
  lineitem: (source, options) => contest(source, options, lineitem(6_000_000)),
  events: (source, options) => contest(source, options, events(2_000_000)),
  flights: async (source, options) => contest(source, options, await loadFlights(source)),
  small: async (source, options) => {
    const tables = Array.from({ length: options.smallTables }, (_, index) => small(index))
    await source.prepare(tables)
    await using server = await Headwater.start(source, CACHE, 'digest')
    const firstRow = await measureFirstRow(server, options.rounds)
    return { firstRow, small: await measureSmall(source, server, tables) }
  },
  incremental: async (source, options) => {
    const tables = [journal(options.journalRows / 10), journal(options.journalRows)]
    await source.prepare(tables)
    await using server = await Headwater.start(source, CACHE, 'digest')
    return { incremental: await measureIncremental(source, server, { tables, rounds: options.rounds }) }
  },
  profile: async (source) => ({
    profiles: await profileTables(source, [lineitem(6_000_000), events(2_000_000)], CACHE),
  }),
  huge: (source, options) => contest(source, options, lineitem(110_000_000, 'lineitem_huge')),
}

/** Measured only when named: 20 GB of disk and an hour; and what needs perf. */
const BY_OPTION = new Set(['huge', 'profile'])

/** Whole runs through the API of a server in a process of its own, beside the limit and the peers. */
export async function benchExtract(args: string[]): Promise<void> {
  const options = readFlags(args)
  goFirst()
  await mkdir(CACHE, { recursive: true })
  await using source = await startSource(CACHE)
  for (const [name, measure] of Object.entries(PARTS)) {
    if (options.only.length === 0 ? BY_OPTION.has(name) : !options.only.includes(name)) continue
    const machine = describeMachine(source.version)
    say(
      `${name}: PostgreSQL ${source.version}, ${options.rounds} rounds, load ${machine.loadBefore[0]?.toFixed(1)}`,
    )
    const found = await measure(source, options)
    printFound(found)
    await writeResults(options.peers === undefined ? name : `${name}-peers`, machine, found)
  }
}

function readFlags(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '5' },
      peers: { type: 'boolean', default: false },
      peer: { type: 'string', multiple: true, default: [] },
      'journal-rows': { type: 'string', default: '10000000' },
      'small-tables': { type: 'string', default: '1000' },
    },
  })
  const unknown = values.only.filter((name) => !Object.hasOwn(PARTS, name))
  if (unknown.length > 0)
    throw new Error(`--only takes ${Object.keys(PARTS).join(', ')}, not ${unknown.join(', ')}`)
  return {
    only: values.only,
    rounds: Number(values.rounds),
    peers: values.peers ? values.peer : undefined,
    journalRows: Number(values['journal-rows']),
    smallTables: Number(values['small-tables']),
  }
}

/** One table by everybody: Headwater as it is, and without reading back, which says what that costs. */
async function contest(
  source: Source,
  { rounds, peers: wanted }: Options,
  table: BenchTable,
): Promise<Found> {
  await source.prepare([table, small(0)])
  const [peers, skipped] = wanted === undefined ? [[], []] : await findPeers(source, wanted)
  await using verified = await Headwater.start(source, CACHE, 'digest')
  await using unverified = await Headwater.start(source, CACHE, 'none')
  const servers = new Map([
    ['headwater', verified],
    ['headwater-unverified', unverified],
  ])
  const result: TableResult = await measureTable({ source, servers, peers, skipped, rounds }, table)
  return { tables: [result] }
}
