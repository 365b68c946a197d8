import { printTable, say } from '../table.ts'
import type { Cost } from './meter.ts'
import type { Found, TableResult } from './results.ts'
import { spreadOf } from './statistics.ts'

/** Says what was found, as tables. */
export function printFound({ tables = [], profiles = [], small, firstRow, incremental }: Found): void {
  for (const table of tables) printContest(table)
  for (const { table, cpuMs, shares } of profiles) {
    say(`\n${table}: ${(cpuMs / 1000).toFixed(2)} s of CPU, percent of the samples`)
    printTable(
      ['', ''],
      Object.entries(shares).map(([work, share]) => [work, share.toFixed(1)]),
    )
  }
  if (firstRow !== undefined) {
    const { median, max } = spreadOf(firstRow.rounds)
    say(
      `\nA table of ${firstRow.rows} rows: ${median.toFixed(0)} ms from POST to commit, ${max.toFixed(0)} ms at most`,
    )
  }
  if (small !== undefined)
    printCosts(
      small.rounds.map((cost) => [`${small.tables} tables, ${perTable(cost, small.tables)} each`, [cost]]),
    )
  if (incremental !== undefined)
    printCosts(
      incremental.map(({ tableRows, newRows, rounds }) => [`${newRows} new of ${tableRows}`, rounds]),
    )
}

const perTable = ({ wallMs }: Cost, tables: number): string => `${(wallMs / tables).toFixed(1)} ms`

function printContest({ table, rows, contenders, skipped }: TableResult): void {
  const limit = contenders[0]?.rounds ?? []
  say()
  printTable(
    [
      table,
      'wall',
      'wall / psql',
      'spread',
      'CPU',
      'rows/CPU s',
      'source CPU',
      'peak RSS',
      'files',
      'differences',
    ],
    contenders.map(({ name, rounds, differences }) => {
      const ratio = spreadOf(rounds.map(({ wallMs }, round) => wallMs / (limit[round]?.wallMs ?? Number.NaN)))
      const cpuMs = spreadOf(rounds.map((cost) => cost.cpuMs)).median
      return [
        name,
        ...wallOf(rounds),
        ratio.median.toFixed(2),
        `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}`,
        seconds(cpuMs),
        `${(rows / cpuMs / 1000).toFixed(2)} M`,
        seconds(spreadOf(rounds.map((cost) => cost.sourceCpuMs)).median),
        megabytes(spreadOf(rounds.map((cost) => cost.peakBytes)).median),
        megabytes(rounds[0]?.fileBytes),
        differences === undefined ? '-' : String(differences.length),
      ]
    }),
  )
  for (const { name, differences = [] } of contenders)
    for (const difference of differences.slice(0, 5)) say(`${name} differs: ${difference}`)
  for (const { name, reason } of skipped) say(`${name} was skipped: ${reason}`)
}

function printCosts(rows: readonly (readonly [string, readonly Cost[]])[]): void {
  say()
  printTable(
    ['', 'wall', 'CPU', 'metadata CPU', 'source CPU', 'peak RSS'],
    rows.map(([name, rounds]) => [
      name,
      ...wallOf(rounds),
      seconds(spreadOf(rounds.map((cost) => cost.cpuMs)).median),
      seconds(spreadOf(rounds.map((cost) => cost.metadataCpuMs)).median),
      seconds(spreadOf(rounds.map((cost) => cost.sourceCpuMs)).median),
      megabytes(spreadOf(rounds.map((cost) => cost.peakBytes)).median),
    ]),
  )
}

const wallOf = (rounds: readonly Cost[]): string[] => [
  seconds(spreadOf(rounds.map(({ wallMs }) => wallMs)).median),
]
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? '-' : `${Math.round(bytes / 1e6)} MB`
