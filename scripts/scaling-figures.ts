import { readFileSync } from 'node:fs'
import type { Machine } from '../bench/src/extract/machine.ts'
import type { PhaseResult } from '../bench/src/scaling/bench-scaling.ts'
import { tableOf, withTable } from './markdown-table.ts'

interface Measured {
  readonly takenAt: string
  readonly machine: Machine
  readonly settings: Readonly<Record<string, number>>
  readonly phases: readonly PhaseResult[]
}

export function readScaling(): Measured {
  const file = new URL('../bench/results/scaling.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly scaling: Measured }).scaling
}

/** `docs/scaling.md` with its tables filled in from the result file; the words around them stay. */
export function withScalingFigures(page: string): string {
  const measured = readScaling()
  return withTable(withTable(page, 'phases', phaseRows(measured)), 'waits', waitRows(measured))
}

function phaseRows({ takenAt, machine, settings, phases }: Measured): readonly string[] {
  const row = (name: string, tell: (phase: PhaseResult) => string): readonly string[] => [
    name,
    ...phases.map(tell),
  ]
  const ms = (value: number): string => `${Math.round(value)} ms`
  const rows = [
    row('runs that ended', ({ runs, failed }) => `${runs}, ${failed} failed`),
    row('slices', ({ slices }) => String(slices)),
    row('runs a second', ({ runsPerSecond }) => runsPerSecond.toFixed(1)),
    row('due to started, p50 / p95 / p99', ({ startLagMs: lag }) =>
      [lag.p50, lag.p95, lag.p99].map(ms).join(' / '),
    ),
    row('started to ended, p50 / p95 / p99', ({ durationMs: run }) =>
      [run.p50, run.p95, run.p99].map(ms).join(' / '),
    ),
    row('CPU of the metadata server, a run', ({ storeCpuMsPerRun }) => `${storeCpuMsPerRun.toFixed(1)} ms`),
    row('CPU of workers, a run', ({ workerCpuMsPerRun }) => `${workerCpuMsPerRun.toFixed(1)} ms`),
    row('transactions a second', ({ store }) => store.transactionsPerSecond.toFixed(0)),
    row(
      'write-ahead log, a run',
      ({ store, runsPerSecond }) => `${(store.walBytesPerSecond / runsPerSecond / 1000).toFixed(0)} kB`,
    ),
    row('sessions at the metadata server', ({ store }) => String(store.connections)),
  ]
  const { flows = 0, workers = 0, intervalMinutes = 0 } = settings
  const about = `${flows} flows every ${intervalMinutes} minutes, ${workers} workers; ${machine.cpu}, ${machine.cores} cores for all of it, PostgreSQL ${machine.postgres}, ${takenAt.slice(0, 10)}`
  return [about, '', ...tableOf(['', ...phases.map(({ phase }) => phase)], rows)]
}

const SHOWN_WAITS = 6

function waitRows({ phases }: Measured): readonly string[] {
  const rows = phases.flatMap(({ phase, store }) =>
    Object.entries(store.waits)
      .slice(0, SHOWN_WAITS)
      .map(([what, count]) => [phase, what, count.toFixed(2)]),
  )
  return tableOf(['phase', 'sessions wait for', 'on average'], rows)
}
