import { writeFile } from 'node:fs/promises'

/** What became of one fault. */
export interface FaultRecord {
  readonly round: number
  readonly kind: string
  /** Where in a run it was wanted. */
  readonly place: string
  /** False when no run came there in time, and it struck at that moment. */
  readonly isAtPlace: boolean
  /** From the fault to the moment when it was mended: what was away was back. */
  readonly mendedAfterMs: number
  /** From the fault to the moment when all runs of the round had ended. */
  readonly recoveredAfterMs: number
  /** `ok`, or what was wrong after the round. */
  readonly verdict: string
}

export interface ChaosReport {
  readonly seed: number
  readonly faults: readonly FaultRecord[]
  readonly rounds: number
  readonly runs: number
  /** Kinds that could not be brought about here. */
  readonly skipped: readonly string[]
  /** Wrong after all, in the tables or among the files of the lake. */
  readonly violations: readonly string[]
  /** Files that interrupted steps had left, and the clean-up removed. */
  readonly orphansRemoved: number
  readonly tookMs: number
}

/** Writes `<path>.json` and `<path>.md`. */
export async function writeReport(path: string, report: ChaosReport): Promise<void> {
  await writeFile(`${path}.json`, `${JSON.stringify(report, undefined, 1)}\n`)
  await writeFile(`${path}.md`, describeReport(report))
}

/** A summary by kind, and then every fault. */
export function describeReport(report: ChaosReport): string {
  const { seed, faults, rounds, runs, skipped, violations, orphansRemoved, tookMs } = report
  const head = [
    `# Chaos, seed ${seed}`,
    '',
    `${faults.length} faults in ${rounds} rounds of ${runs} runs, ${seconds(tookMs)} s. ` +
      `${violations.length} violations. ${orphansRemoved} files of interrupted steps removed by the clean-up.`,
    ...(skipped.length > 0 ? ['', `Not brought about here: ${skipped.join(', ')}.`] : []),
    ...violations.map((violation) => `- ${violation}`),
    '',
    ...summary(faults),
    '',
    '| round | fault | place | struck there | mended after s | runs ended after s | verdict |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ]
  const lines = faults.map(
    (fault) =>
      `| ${fault.round} | ${fault.kind} | ${fault.place} | ${fault.isAtPlace ? 'yes' : 'no'} | ${seconds(fault.mendedAfterMs)} | ${seconds(fault.recoveredAfterMs)} | ${fault.verdict} |`,
  )
  return `${[...head, ...lines].join('\n')}\n`
}

function summary(faults: readonly FaultRecord[]): string[] {
  const byKind = Map.groupBy(faults, ({ kind }) => kind)
  const lines = [...byKind].toSorted().map(([kind, some]) => {
    const times = some.map(({ recoveredAfterMs }) => recoveredAfterMs).toSorted((a, b) => a - b)
    const bad = some.filter(({ verdict }) => verdict !== 'ok').length
    return `| ${kind} | ${some.length} | ${bad} | ${seconds(times[times.length >> 1])} | ${seconds(times.at(-1))} |`
  })
  return [
    '| fault | times | wrong after it | runs ended after s, median | longest |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ]
}

function seconds(ms = 0): string {
  return (ms / 1000).toFixed(1)
}
