import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startBundledPostgres } from '@headwater/server/store/bundled/bundled-postgres.ts'
import pg from 'pg'
import { describeMachine, goFirst, type Machine } from '../extract/machine.ts'
import { cpuOfTree } from '../extract/processes.ts'
import { landOne } from '../lists/land-one.ts'
import { printTable, say } from '../table.ts'
import { seedFlows } from './seed-flows.ts'
import { readSample } from './stub-source.ts'
import { type StoreLoad, watchStore } from './watch-store.ts'
import type { WorkerProcessOptions } from './worker-process.ts'

interface Flags {
  readonly flows: number
  readonly workers: number
  readonly processes: number
  readonly intervalMinutes: number
  readonly minutes: number
  readonly connections: number
  readonly sliceMs: number
  readonly slicesPerRun: number
  readonly slicedEvery: number
  /** Flows that come due at once, after the steady time. */
  readonly burst: number
  readonly label: string
}

/** How often runs come and what becomes of them, in one phase. */
export interface PhaseResult {
  readonly phase: string
  readonly seconds: number
  readonly runs: number
  readonly failed: number
  readonly slices: number
  readonly runsPerSecond: number
  /** From the time that a run was due to its start, and from its start to its end; milliseconds. */
  readonly startLagMs: Quantiles
  readonly durationMs: Quantiles
  readonly storeCpuMsPerRun: number
  readonly workerCpuMsPerRun: number
  readonly store: StoreLoad
}

interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/**
 * Many flows over many workers: the schedule, the queue, the steps, the ledger and the commits are the real ones over a
 * real metadata server and a real folder; only what reads a source is a stub that waits.
 */
export async function benchScaling(args: string[]): Promise<void> {
  goFirst()
  const flags = readFlags(args)
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-scaling-bench-'))
  try {
    await using server = await startBundledPostgres({
      dataDir: path.join(folder, 'postgres'),
      listen: { port: 0, password: randomBytes(12).toString('hex') },
      database: 'bench',
      settings: { max_connections: String(flags.workers * flags.connections + 50), max_wal_size: '4GB' },
    })
    const { host, port, user, password, version } = server
    const machine = describeMachine(version)
    const phases = await measure(flags, {
      url: `postgres://${user}:${password}@${host}:${port}/bench`,
      dataDir: path.join(folder, 'data'),
      storePid: server.pid,
    })
    report(phases)
    await writeFigures(flags, machine, phases)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function readFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      flows: { type: 'string', default: '10000' },
      workers: { type: 'string', default: '100' },
      processes: { type: 'string', default: '4' },
      interval: { type: 'string', default: '5' },
      minutes: { type: 'string', default: '5' },
      connections: { type: 'string', default: '5' },
      'slice-ms': { type: 'string', default: '500' },
      slices: { type: 'string', default: '4' },
      'sliced-every': { type: 'string', default: '10' },
      burst: { type: 'string', default: '2000' },
      label: { type: 'string', default: 'scaling' },
    },
  })
  return {
    flows: Number(values.flows),
    workers: Number(values.workers),
    processes: Number(values.processes),
    intervalMinutes: Number(values.interval),
    minutes: Number(values.minutes),
    connections: Number(values.connections),
    sliceMs: Number(values['slice-ms']),
    slicesPerRun: Number(values.slices),
    slicedEvery: Number(values['sliced-every']),
    burst: Number(values.burst),
    label: values.label,
  }
}

interface World {
  readonly url: string
  readonly dataDir: string
  readonly storePid: number
}

/** Time for the workers to start before the first flow is due. */
const LEAD_MS = 30_000

async function measure(flags: Flags, world: World): Promise<readonly PhaseResult[]> {
  const { url, dataDir } = world
  await landOne(url, { dataDir, sourceUrl: url })
  await using client = await connect(url)
  const sample = await readSample(client.client)
  await client.client.query("update flow set state = 'disabled'")
  say(`Making ${flags.flows} flows.`)
  const startMs = Math.ceil((Date.now() + LEAD_MS + flags.flows * 8) / 1000) * 1000
  await seedFlows({ client: client.client, dataDir, startMs, flowsPerConnection: 10, ...flags })
  await using fleet = await startFleet(flags, { url, dataDir, sample, ...flags })
  say(
    `${flags.workers} workers are ready, the first flow is due in ${Math.round((startMs - Date.now()) / 1000)} s.`,
  )
  await sleep(Math.max(0, startMs - Date.now()))
  const steady = await phase('steady', { ...world, client: client.client, fleet }, () =>
    sleep(flags.minutes * 60_000),
  )
  await client.client.query(`update flow set state = 'disabled'`)
  await untilIdle(client.client)
  const burst = await phase('burst', { ...world, client: client.client, fleet }, async () => {
    // All at once, as after an hour in which nobody worked.
    await client.client.query(
      `update flow set state = 'enabled', next_run_at = extract(epoch from now())::bigint * 1000, document = jsonb_set(document,
         '{scheduleParams}', jsonb_build_object('frequency', 'hour', 'interval', 24,
           'startTime', (extract(epoch from now())::bigint - 1)::text))
       where name in (select 'flow ' || n from generate_series(1, $1::int) n)`,
      [flags.burst],
    )
    await untilIdle(client.client)
  })
  return [steady, burst]
}

async function untilIdle(client: pg.Client): Promise<void> {
  for (;;) {
    await sleep(500)
    const { rows } = await client.query<{ open: boolean }>(`
      select exists (select from flow_run where state in ('queued', 'inProgress'))
        or exists (select from flow where state = 'enabled' and next_run_at <= extract(epoch from now()) * 1000) as open`)
    if (rows[0]?.open !== true) return
  }
}

interface Fleet extends AsyncDisposable {
  readonly pids: readonly number[]
}

async function startFleet(
  flags: Flags,
  options: Omit<WorkerProcessOptions, 'workers' | 'connectionsPerWorker'>,
): Promise<Fleet> {
  const children: ChildProcess[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null) return
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await ended
      }),
    )
  }
  try {
    for (let index = 0; index < flags.processes; index++) {
      const child = fork(path.join(import.meta.dirname, 'worker-process.ts'))
      children.push(child)
      const workers =
        Math.floor((flags.workers * (index + 1)) / flags.processes) -
        Math.floor((flags.workers * index) / flags.processes)
      child.send({ ...options, workers, connectionsPerWorker: flags.connections })
      await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(() =>
          Promise.reject(new Error('a process of workers ended before it was ready')),
        ),
      ])
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { pids: children.map(({ pid }) => pid ?? 0), [Symbol.asyncDispose]: stop }
}

interface Watched extends World {
  readonly client: pg.Client
  readonly fleet: Fleet
}

async function phase(
  name: string,
  { client, fleet, storePid }: Watched,
  work: () => Promise<void>,
): Promise<PhaseResult> {
  const cpu = () => ({
    store: cpuOfTree(storePid).postgresMs,
    workers: fleet.pids.reduce((sum, pid) => sum + cpuOfTree(pid).othersMs, 0),
  })
  const before = cpu()
  const startMs = Date.now()
  const watch = await watchStore(client)
  await work()
  const store = await watch.stop()
  const endMs = Date.now()
  const after = cpu()
  const { rows } = await client.query(RUNS, [startMs, endMs])
  const { runs, failed, slices, lag, duration } = rows[0]
  say(`${name}: ${runs} runs in ${Math.round((endMs - startMs) / 1000)} s`)
  const seconds = (endMs - startMs) / 1000
  return {
    phase: name,
    seconds,
    runs,
    failed,
    slices,
    runsPerSecond: runs / seconds,
    startLagMs: quantiles(lag),
    durationMs: quantiles(duration),
    storeCpuMsPerRun: (after.store - before.store) / runs,
    workerCpuMsPerRun: (after.workers - before.workers) / runs,
    store,
  }
}

/** Of runs that ended within a phase. */
const RUNS = `
  with ended as (
    select * from flow_run where completed_at >= $1 and completed_at < $2
  )
  select count(*)::int as runs, count(*) filter (where state <> 'success')::int as failed,
    (select count(*)::int from run_slice join ended on ended.id = run_slice.run_id) as slices,
    percentile_cont(array[0.5, 0.95, 0.99]) within group (order by started_at - scheduled_for) as lag,
    percentile_cont(array[0.5, 0.95, 0.99]) within group (order by completed_at - started_at) as duration
  from ended`

function quantiles([p50 = 0, p95 = 0, p99 = 0]: readonly number[]): Quantiles {
  return { p50, p95, p99 }
}

async function connect(url: string): Promise<AsyncDisposable & { readonly client: pg.Client }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}

function report(phases: readonly PhaseResult[]): void {
  const ms = (value: number): string => `${Math.round(value)} ms`
  say()
  printTable(
    [
      'phase',
      'runs',
      'failed',
      'runs/s',
      'lag p50',
      'p95',
      'p99',
      'run p50',
      'p99',
      'store CPU/run',
      'worker CPU/run',
      'tx/s',
      'WAL MB/s',
      'sessions',
    ],
    phases.map(({ startLagMs: lag, durationMs: duration, store, ...one }) => [
      one.phase,
      String(one.runs),
      String(one.failed),
      one.runsPerSecond.toFixed(1),
      ms(lag.p50),
      ms(lag.p95),
      ms(lag.p99),
      ms(duration.p50),
      ms(duration.p99),
      `${one.storeCpuMsPerRun.toFixed(1)} ms`,
      `${one.workerCpuMsPerRun.toFixed(1)} ms`,
      store.transactionsPerSecond.toFixed(0),
      (store.walBytesPerSecond / 1e6).toFixed(1),
      String(store.connections),
    ]),
  )
  for (const { phase: name, store } of phases) {
    const shown = Object.entries(store.waits).slice(0, 8)
    say(
      `${name}: sessions at work: ${shown.map(([what, count]) => `${what} ${count.toFixed(2)}`).join(', ')}`,
    )
  }
}

const RESULTS = path.join(import.meta.dirname, '../../results')

/** One file for all labels, so that settings can be laid beside each other. */
async function writeFigures(flags: Flags, machine: Machine, phases: readonly PhaseResult[]): Promise<void> {
  await mkdir(RESULTS, { recursive: true })
  const file = path.join(RESULTS, 'scaling.json')
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'))
  const { label, ...settings } = flags
  const after = { ...before, [label]: { takenAt: new Date().toISOString(), machine, settings, phases } }
  await writeFile(file, `${JSON.stringify(after, undefined, 2)}\n`)
  say(`Written to bench/results/scaling.json as ${label}`)
}
