import { spreadOf } from '../bench/src/extract/statistics.ts'
import type { ProtectionResult } from '../bench/src/protection/bench-protection.ts'
import { tableOf, withTable } from './markdown-table.ts'

/** The page about sparing the source with its figures made anew from what `npm run bench -- protection` has found. */
export function withFigures(page: string, result: ProtectionResult): string {
  return withTable(page, 'figures', figureRows(result))
}

function figureRows({ phases, ...facts }: ProtectionResult): readonly string[] {
  const medians = phases.map(({ rounds }) => ({
    tps: spreadOf(rounds.map(({ tps }) => tps)),
    latencyMs: spreadOf(rounds.map(({ latencyMs }) => latencyMs)).median,
    readMs: spreadOf(rounds.map(({ readMs }) => readMs)).median,
  }))
  const beside = medians[1]?.tps.median ?? Number.NaN
  const rows = phases.map(({ name, about }, index) => {
    const { tps, latencyMs = Number.NaN, readMs = Number.NaN } = medians[index] ?? {}
    const median = tps?.median ?? Number.NaN
    const isReading = index > 0
    return [
      `${name} (${about})`,
      median.toFixed(0),
      `${tps?.min.toFixed(0)} to ${tps?.max.toFixed(0)}`,
      isReading ? `${((100 * (median - beside)) / beside).toFixed(1)} %` : '',
      `${latencyMs.toFixed(1)} ms`,
      isReading ? `${(readMs / 1000).toFixed(1)} s` : '',
    ]
  })
  const table = tableOf(
    ['beside', 'TPS, median', 'of the rounds', 'against psql', 'latency', 'time of reading'],
    rows,
  )
  return [...table, '', aboutRun(facts)]
}

function aboutRun({
  rows,
  readsEach,
  clients,
  limitTps,
  rateTps,
  machine,
}: Omit<ProtectionResult, 'phases'>): string {
  const { cores, cpu, memoryGb, postgres, loadBefore } = machine
  return `${rows} rows of lineitem, read ${readsEach} times a round; pgbench with ${clients} clients, ${limitTps.toFixed(0)} transactions a second at most, ${rateTps.toFixed(0)} in every phase. ${cores} cores (${cpu}), ${memoryGb} GB, PostgreSQL ${postgres}; load when it began ${loadBefore[0]?.toFixed(1)}.`
}
