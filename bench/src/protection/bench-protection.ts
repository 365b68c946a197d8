import { mkdir, writeFile } from 'node:fs/promises'
import { getPriority, loadavg, setPriority } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Headwater } from '../extract/headwater.ts'
import { describeMachine, goFirst, type Machine } from '../extract/machine.ts'
import { watchPeaks } from '../extract/processes.ts'
import { meterCommand } from '../extract/run-command.ts'
import { type Source, startSource } from '../extract/source.ts'
import { spreadOf } from '../extract/statistics.ts'
import { lineitem, small } from '../extract/tables.ts'
import { printTable, say } from '../table.ts'
import { Pgbench, type Second } from './pgbench.ts'

const CACHE = path.join(import.meta.dirname, '../../cache/extract')
const RESULT = path.join(import.meta.dirname, '../../results/protection.json')

/** One that reads the table beside the work of others, once a call. */
interface Reader {
  readonly name: string
  readonly about: string
  read(): Promise<unknown>
}

/** What the work of others did while somebody read. */
export interface PhaseResult {
  readonly name: string
  readonly about: string
  readonly rounds: readonly {
    readonly tps: number
    readonly latencyMs: number
    readonly readMs: number
    readonly seconds: number
  }[]
}

export interface ProtectionResult {
  readonly measuredAt: string
  readonly machine: Machine
  readonly loadAfter: readonly number[]
  readonly rows: number
  readonly readsEach: number
  readonly clients: number
  /** Transactions a second without a rate, and the rate that the phases have. */
  readonly limitTps: number
  readonly rateTps: number
  readonly phases: readonly PhaseResult[]
}

/**
 * What reading a table costs those who work on the same server: pgbench at 60 % of what the machine can do, alone,
 * beside one psql that copies the table, and beside Headwater which ingests it, in turn.
 */
export async function benchProtection(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '2000000' },
      rounds: { type: 'string', default: '5' },
      reads: { type: 'string', default: '3' },
      clients: { type: 'string', default: '8' },
      share: { type: 'string', default: '0.6' },
    },
  })
  const [rows, rounds, reads, clients] = [values.rows, values.rounds, values.reads, values.clients].map(
    Number,
  ) as [number, number, number, number]
  goFirst()
  await mkdir(CACHE, { recursive: true })
  await using source = await startSource(CACHE)
  const table = lineitem(rows, `lineitem_${rows}`)
  await source.prepare([table, small(0)])
  const machine = describeMachine(source.version)
  const others = new Pgbench(source, clients)
  await others.prepare(20)
  await using usual = await Headwater.start(source, CACHE, 'digest')
  await using gentle = await gently(() => Headwater.start(source, CACHE, 'digest', GENTLE))
  const readers = [
    idle(),
    psql(source, table.name),
    await ingesting('headwater', 'as it is started', usual, table.name),
    await ingesting('headwater, gentle', GENTLE_ABOUT, gentle, table.name),
  ]
  const watch = watchPeaks(process.pid, source.pid)
  const limitTps = spreadOf((await others.measureLimit(15)).map(({ tps }) => tps)).median
  const rateTps = limitTps * Number(values.share)
  say(`pgbench: ${limitTps.toFixed(0)} transactions a second at most, ${rateTps.toFixed(0)} from now on`)
  const phases = await inTurn(others, { readers, rounds, reads, rateTps })
  watch.stop()
  const { measuredAt, loadAfter } = { measuredAt: new Date().toISOString(), loadAfter: loadavg() }
  const facts = { rows, readsEach: reads, clients, limitTps, rateTps, phases }
  const result: ProtectionResult = { measuredAt, machine, loadAfter, ...facts }
  print(result)
  await writeFile(RESULT, `${JSON.stringify(result, null, 2)}\n`)
  say('Written to bench/results/protection.json')
}

const GENTLE = { HEADWATER_EXTRACT_SLOTS: '1', HEADWATER_SOURCE_CONNECTIONS: '4' }
const GENTLE_ABOUT = 'HEADWATER_EXTRACT_SLOTS=1 HEADWATER_SOURCE_CONNECTIONS=4, started by nice -n 10'

/** What is started meanwhile gives way to others. */
async function gently<T>(start: () => Promise<T>): Promise<T> {
  const usual = getPriority()
  setPriority(Math.min(19, usual + 10))
  try {
    return await start()
  } finally {
    setPriority(usual)
  }
}

/** As long as the others take, about. */
function idle(): Reader {
  return { name: 'alone', about: 'nobody reads', read: () => new Promise((done) => setTimeout(done, 5_000)) }
}

function psql(source: Source, table: string): Reader {
  const command = `psql "$BENCH_SOURCE" -X -q -c 'copy ${table} to stdout (format binary)' > /dev/null`
  const env = { BENCH_SOURCE: source.url }
  return {
    name: 'psql',
    about: 'psql COPY binary > /dev/null',
    read: () => meterCommand(source.pid, ['/bin/sh', '-c', command], env),
  }
}

async function ingesting(name: string, about: string, server: Headwater, table: string): Promise<Reader> {
  const { flowId } = await server.land(await server.prepare(table))
  return { name, about, read: () => server.runAgain(flowId) }
}

async function inTurn(
  others: Pgbench,
  {
    readers,
    rounds,
    reads,
    rateTps,
  }: { readers: readonly Reader[]; rounds: number; reads: number; rateTps: number },
): Promise<PhaseResult[]> {
  const taken = readers.map((): PhaseResult['rounds'][number][] => [])
  for (let round = 1; round <= rounds; round++) {
    for (const [index, reader] of readers.entries()) {
      const startedMs = performance.now()
      let readMs = 0
      const seconds = await others.during(async () => {
        const fromMs = performance.now()
        for (let count = 0; count < reads; count++) await reader.read()
        readMs = performance.now() - fromMs
      }, rateTps)
      const found = { ...middleOf(seconds), readMs, seconds: seconds.length }
      taken[index]?.push(found)
      say(
        `${round}/${rounds}  ${reader.name}  ${found.tps.toFixed(0)} tps, ${found.latencyMs.toFixed(1)} ms, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
      )
    }
  }
  return readers.map(({ name, about }, index) => ({ name, about, rounds: taken[index] ?? [] }))
}

function middleOf(seconds: readonly Second[]): { readonly tps: number; readonly latencyMs: number } {
  return {
    tps: spreadOf(seconds.map(({ tps }) => tps)).median,
    latencyMs: spreadOf(seconds.map(({ latencyMs }) => latencyMs)).median,
  }
}

/** Each beside what others do alone; what counts is how much more than psql somebody takes from them. */
function print({ phases }: ProtectionResult): void {
  const medians = phases.map(({ rounds }) => ({
    tps: spreadOf(rounds.map(({ tps }) => tps)),
    latency: spreadOf(rounds.map(({ latencyMs }) => latencyMs)).median,
    read: spreadOf(rounds.map(({ readMs }) => readMs)).median,
  }))
  const [alone, beside] = [medians[0]?.tps.median ?? 0, medians[1]?.tps.median ?? 0]
  printTable(
    ['beside', 'tps', 'from … to', 'of alone', 'of psql', 'latency', 'reading'],
    phases.map(({ name }, index) => {
      const { tps, latency = Number.NaN, read = Number.NaN } = medians[index] ?? {}
      const median = tps?.median ?? Number.NaN
      return [
        name,
        median.toFixed(0),
        `${tps?.min.toFixed(0)} … ${tps?.max.toFixed(0)}`,
        `${((100 * median) / alone).toFixed(1)} %`,
        `${((100 * median) / beside).toFixed(1)} %`,
        `${latency.toFixed(1)} ms`,
        `${(read / 1000).toFixed(1)} s`,
      ]
    }),
  )
}
