import { writeFile } from 'node:fs/promises'
import type { Kill, KillsPlayed } from './play-kills.ts'

export interface FleetReport extends KillsPlayed {
  readonly seed: number
  readonly store: string
  readonly tookMs: number
}

/** Writes `<path>.json` and `<path>.md`. */
export async function writeFleetReport(path: string, report: FleetReport): Promise<void> {
  await writeFile(`${path}.json`, `${JSON.stringify(report, undefined, 1)}\n`)
  await writeFile(`${path}.md`, describeFleetReport(report))
}

/** A summary by role and place, and then every kill. */
export function describeFleetReport(report: FleetReport): string {
  const { seed, store, kills, runs, steps, slices, commits, violations, tookMs } = report
  const head = [
    `# Two servers and three workers, seed ${seed}, ${store}`,
    '',
    `${kills.length} kills in ${seconds(tookMs)} s. Meanwhile ${runs} runs, ${steps} steps, ${slices} slices and ` +
      `${commits} commits. ${violations.length} violations.`,
    ...violations.map((violation) => `- ${violation}`),
    '',
    '| role | killed at | times | held steps | taken over after s, median | longest | clients answered after s, longest |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...summary(kills),
    '',
    '| kill | victim | at | came there | steps in hand | taken over after s | clients answered after s |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...kills.map(line),
  ]
  return `${head.join('\n')}\n`
}

function summary(kills: readonly Kill[]): string[] {
  return [...Map.groupBy(kills, ({ role, place }) => `${role} | ${place}`)]
    .toSorted()
    .map(([which, some]) => {
      const waits = waitsOf(some)
      const held = some.flatMap(({ takeovers }) => takeovers).length
      const answered = Math.max(...some.map(({ answeredAfterMs }) => answeredAfterMs))
      return `| ${which} | ${some.length} | ${held} | ${seconds(waits[waits.length >> 1])} | ${seconds(waits.at(-1))} | ${seconds(answered)} |`
    })
}

function line(kill: Kill, at: number): string {
  const { victim, place, isAtPlace, takeovers, answeredAfterMs } = kill
  const longest = seconds(waitsOf([kill]).at(-1))
  return `| ${at + 1} | ${victim} | ${place} | ${isAtPlace ? 'yes' : 'no'} | ${takeovers.length} | ${longest} | ${seconds(answeredAfterMs)} |`
}

function waitsOf(kills: readonly Kill[]): number[] {
  const waits = kills.flatMap(({ takeovers }) => takeovers.map(({ afterMs }) => afterMs))
  return waits.filter((wait) => wait !== undefined).toSorted((a, b) => a - b)
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '' : (ms / 1000).toFixed(1)
}
