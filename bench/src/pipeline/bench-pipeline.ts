import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { printTable, say } from '../table.ts'
import type { RelationCost, RelationTask } from './extract-relation.ts'

const run = promisify(execFile)
const EXTRACT = fileURLToPath(new URL('./extract-relation.ts', import.meta.url))

/** Relations of any server through the lanes of the engine, in turn with `psql` that throws the bytes away. */
export async function benchPipeline(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      source: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      lanes: { type: 'string', default: '2' },
      'slice-mib': { type: 'string', default: '64' },
      'cpu-prof': { type: 'string' },
    },
  })
  if (values.source === undefined) throw new Error('--source postgres://user:password@host:port/database')
  const url = new URL(values.source)
  const rows: string[][] = []
  for (const relation of positionals) {
    const task: RelationTask = {
      source: parametersOf(url),
      relation,
      laneCount: Number(values.lanes),
      sliceBytes: Number(values['slice-mib']) * 2 ** 20,
    }
    rows.push(await measureRelation(url, task, Number(values.rounds), values['cpu-prof']))
  }
  say()
  printTable(['', 'psql', 'ours', 'ratio', 'spread', 'rows/CPU s', 'unverified', 'peak RSS', 'file'], rows)
}

function parametersOf(url: URL): Record<string, unknown> {
  return {
    server: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    username: url.username,
    password: url.password || 'none',
    sslMode: 'disable',
  }
}

async function measureRelation(
  url: URL,
  task: RelationTask,
  rounds: number,
  profileFolder: string | undefined,
): Promise<string[]> {
  const taken: { psqlMs: number; cost: RelationCost }[] = []
  for (let round = 0; round < rounds; round++) {
    const psqlMs = await psqlMsOf(url, task.relation)
    const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
    const { stdout } = await run(process.execPath, [...profiling, EXTRACT, JSON.stringify(task)])
    const cost = JSON.parse(stdout) as RelationCost
    taken.push({ psqlMs, cost })
    say(`${task.relation}  psql ${Math.round(psqlMs)} ms  ours ${JSON.stringify(cost)}`)
  }
  return summarize(task.relation, taken)
}

async function psqlMsOf(url: URL, relation: string): Promise<number> {
  const startedMs = performance.now()
  const command = `psql '${url.href}' -X -q -c 'copy ${relation} to stdout (format binary)' > /dev/null`
  await run('/bin/sh', ['-c', command])
  return performance.now() - startedMs
}

function summarize(
  relation: string,
  taken: readonly { readonly psqlMs: number; readonly cost: RelationCost }[],
): string[] {
  const median = (pick: (one: (typeof taken)[number]) => number): number => {
    const sorted = taken.map(pick).toSorted((a, b) => a - b)
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  }
  const ratios = taken.map(({ psqlMs, cost }) => cost.wallMs / psqlMs)
  const perSecond = (rows: number, cpuMs: number): string => `${(rows / cpuMs / 1000).toFixed(2)} M`
  return [
    relation,
    `${(median((one) => one.psqlMs) / 1000).toFixed(2)} s`,
    `${(median((one) => one.cost.wallMs) / 1000).toFixed(2)} s`,
    median((one) => one.cost.wallMs / one.psqlMs).toFixed(2),
    `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
    perSecond(
      median((one) => one.cost.rowCount),
      median((one) => one.cost.cpuMs),
    ),
    perSecond(
      median((one) => one.cost.rowCount),
      median((one) => one.cost.cpuMs - one.cost.verifyCpuMs),
    ),
    `${Math.round(median((one) => one.cost.peakBytes) / 1e6)} MB`,
    `${Math.round(median((one) => one.cost.fileBytes) / 1e6)} MB`,
  ]
}
