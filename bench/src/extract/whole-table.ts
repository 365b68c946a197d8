import { say } from '../table.ts'
import { differences, type LandedFiles } from './check-landed.ts'
import type { Headwater } from './headwater.ts'
import { type Cost, meterRunning } from './meter.ts'
import { type Peer, runPeer } from './peers.ts'
import type { Contender, Skipped, TableResult } from './results.ts'
import { meterCommand } from './run-command.ts'
import type { Source } from './source.ts'
import type { BenchTable } from './tables.ts'

/** One that moves a table; asked once a round. */
interface Mover {
  readonly name: string
  readonly about: string
  move(): Promise<{ readonly cost: Cost; readonly landed?: LandedFiles }>
}

export interface Contest {
  readonly source: Source
  readonly servers: ReadonlyMap<string, Headwater>
  readonly peers: readonly Peer[]
  readonly skipped: readonly Skipped[]
  readonly rounds: number
}

/** Moves a table by everybody in turn, round by round; what landed is checked outside of what is timed. */
export async function measureTable(contest: Contest, table: BenchTable): Promise<TableResult> {
  const movers = [limit(contest, table), ...ours(contest, table), ...peers(contest, table)]
  const taken = movers.map((): Cost[] => [])
  const found: (string[] | undefined)[] = []
  // What the first ones read from the disk the later ones would find in memory.
  await limit(contest, table).move()
  for (let round = 1; round <= contest.rounds; round++) {
    for (const [index, mover] of movers.entries()) {
      const { cost, landed } = await mover.move()
      taken[index]?.push(cost)
      say(
        `${table.name} ${round}/${contest.rounds}  ${mover.name}  ${(cost.wallMs / 1000).toFixed(2)} s, CPU ${(cost.cpuMs / 1000).toFixed(2)} s`,
      )
      if (round === contest.rounds && landed !== undefined)
        found[index] = await differences(contest.source.url, table.name, landed)
    }
  }
  const contenders = movers.map(
    ({ name, about }, index): Contender => ({
      name,
      about,
      rounds: taken[index] ?? [],
      differences: found[index],
    }),
  )
  return { table: table.name, rows: table.rows, contenders, skipped: contest.skipped }
}

/** What nobody who reads over one connection and drops it all can be expected to beat. */
function limit({ source }: Contest, table: BenchTable): Mover {
  const command = `psql "$BENCH_SOURCE" -X -q -c 'copy ${table.name} to stdout (format binary)' > /dev/null`
  return {
    name: 'psql',
    about: 'psql COPY binary > /dev/null',
    move: async () => ({
      cost: await meterCommand(source.pid, ['/bin/sh', '-c', command], { BENCH_SOURCE: source.url }),
    }),
  }
}

function ours({ source, servers }: Contest, table: BenchTable): Mover[] {
  return [...servers].map(([name, server]) => ({
    name,
    about: 'whole run over HTTP, to the committed table',
    move: async () => {
      const flow = await server.prepare(table.name)
      const cost = await meterRunning({ root: server.pid, source: source.pid }, async () => {
        const run = await server.land(flow)
        assertWhole(table, run.metrics)
        return run.wallMs
      })
      const { paths, bytes } = await server.filesOf(flow.datasetId)
      return {
        cost: { ...cost, fileBytes: bytes, files: paths.length },
        landed: { paths, below: '_headwater' },
      }
    },
  }))
}

// biome-ignore lint/suspicious/noExplicitAny: the metrics of a run as the API answers them
function assertWhole({ name, rows }: BenchTable, metrics: any): void {
  const landed = metrics.recordSummary?.outputRecordCount
  if (landed !== rows) throw new Error(`${name} has ${rows} rows, ${landed} of them have landed`)
}

function peers({ source, peers: present }: Contest, table: BenchTable): Mover[] {
  return present.map((peer) => ({
    name: peer.name,
    about: peer.about,
    move: () => runPeer(source, peer, table),
  }))
}
