import { existsSync, readFileSync } from 'node:fs'
import type { Cost } from '../bench/src/extract/meter.ts'
import type { Contender, Results, TableResult } from '../bench/src/extract/results.ts'
import { spreadOf } from '../bench/src/extract/statistics.ts'
import { tableOf, withTable } from './markdown-table.ts'

/** Parts of the bench that have a file of results each; one that was not measured yet is named as such. */
export const PARTS = [
  'lineitem',
  'events',
  'flights',
  'lineitem-peers',
  'events-peers',
  'small',
  'incremental',
  'profile',
] as const
export type Part = (typeof PARTS)[number]

/** What a part may not exceed, or has to reach; none for what is only told. */
export const BARS = {
  wallRatio: 1,
  rowsPerCpuMs: { headwater: 1200, 'headwater-unverified': 1500 },
  peakMb: 400,
  smallMs: 40,
  firstRowMs: 2000,
} as const

export function readResults(part: Part): Results | undefined {
  const file = new URL(`../bench/results/${part}.json`, import.meta.url)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined
}

/** `docs/performance.md` with its tables filled in from the result files; the words around them stay. */
export function withFigures(page: string): string {
  const tables: readonly (readonly [string, readonly string[]])[] = [
    ['machine', machineRows()],
    ['bars', barRows()],
    ...(['lineitem', 'events', 'flights', 'lineitem-peers', 'events-peers'] as const).map(
      (part) => [part, contestRows(part)] as const,
    ),
    ['small', smallRows()],
    ['incremental', incrementalRows()],
    ['profile', profileRows()],
  ]
  return tables.reduce((text, [name, rows]) => withTable(text, name, rows), page)
}

/** CPU time by what is done with it, most first. */
function profileRows(): readonly string[] {
  const profiles = readResults('profile')?.profiles
  if (profiles === undefined) return NOT_MEASURED
  const works = [...new Set(profiles.flatMap(({ shares }) => Object.keys(shares)))]
  const shareOf = (work: string): number => profiles[0]?.shares[work] ?? 0
  const rows = works
    .toSorted((a, b) => shareOf(b) - shareOf(a))
    .map((work) => [
      work,
      ...profiles.map(({ cpuMs, shares }) => seconds((cpuMs * (shares[work] ?? 0)) / 100)),
    ])
  const sums = profiles.map(({ cpuMs }) => seconds(cpuMs))
  return tableOf(['', ...profiles.map(({ table }) => table)], [...rows, ['all', ...sums]])
}

const NOT_MEASURED = ['Not measured yet.']

function machineRows(): readonly string[] {
  const rows = PARTS.flatMap((part) => {
    const results = readResults(part)
    if (results === undefined) return []
    const { machine, measuredAt, loadAfter } = results
    const load = `${machine.loadBefore[0]?.toFixed(1)} and ${loadAfter[0]?.toFixed(1)}`
    const computer = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}`
    return [
      [
        part,
        measuredAt.slice(0, 16),
        computer,
        `${machine.node}, PostgreSQL ${machine.postgres}`,
        load,
        machine.commit,
      ],
    ]
  })
  return tableOf(['part', 'measured (UTC)', 'machine', 'programs', 'load before and after', 'commit'], rows)
}

function contestRows(part: Part): readonly string[] {
  const [table] = readResults(part)?.tables ?? []
  if (table === undefined) return NOT_MEASURED
  const rows = table.contenders.map((contender) => contestRow(table, contender))
  const head = [
    '',
    'wall',
    'spread',
    'wall / psql',
    'CPU',
    'rows per CPU second',
    "source's CPU",
    'peak RSS',
    'files',
    'aggregates that differ',
  ]
  return [
    `${number(table.rows)} rows; medians of ${table.contenders[0]?.rounds.length} rounds in turn.`,
    '',
    ...tableOf(head, rows),
    ...table.contenders.flatMap(lossesOf),
    ...table.skipped.flatMap(({ name, reason }) => ['', `**${name} is missing:** ${reason}`]),
  ]
}

function contestRow(table: TableResult, contender: Contender): string[] {
  const { name, rounds, differences } = contender
  const wall = spreadOf(rounds.map(({ wallMs }) => wallMs))
  const cpuMs = medianOf(rounds, ({ cpuMs: ms }) => ms)
  return [
    name,
    seconds(wall.median),
    `${seconds(wall.min)} to ${seconds(wall.max)}`,
    ratioOf(table, contender).toFixed(2),
    seconds(cpuMs),
    `${(table.rows / cpuMs / 1000).toFixed(2)} M`,
    seconds(medianOf(rounds, ({ sourceCpuMs }) => sourceCpuMs)),
    megabytes(medianOf(rounds, ({ peakBytes }) => peakBytes)),
    rounds[0]?.fileBytes === undefined ? '' : megabytes(rounds[0].fileBytes),
    differences === undefined ? '' : String(differences.length),
  ]
}

function lossesOf({ name, about, differences = [] }: Contender): string[] {
  const [first] = differences
  return first === undefined ? [] : ['', `${name} (${about}): ${first}.`]
}

/** The median of the ratios of each round, since both of a round met the same machine. */
export function ratioOf({ contenders }: TableResult, { rounds }: Contender): number {
  const limit = contenders[0]?.rounds ?? []
  return spreadOf(rounds.map(({ wallMs }, round) => wallMs / (limit[round]?.wallMs ?? Number.NaN))).median
}

function barRows(): readonly string[] {
  const tables = (['lineitem', 'events', 'flights'] as const).flatMap(
    (part) => readResults(part)?.tables ?? [],
  )
  const rivals = (['lineitem-peers', 'events-peers'] as const).flatMap(
    (part) => readResults(part)?.tables ?? [],
  )
  const rows = [...tables.flatMap(barsOfTable), ...rivals.flatMap(barsBesidePeers), ...barsOfRuns()]
  return tableOf(['what', 'bar', 'measured', ''], rows)
}

function barsOfTable(table: TableResult): string[][] {
  const find = (name: string): Contender | undefined => table.contenders.find((one) => one.name === name)
  const [verified, unverified] = [find('headwater'), find('headwater-unverified')]
  if (verified === undefined || unverified === undefined) return []
  const rate = ({ rounds }: Contender): number => table.rows / medianOf(rounds, ({ cpuMs }) => cpuMs)
  const peak = medianOf(verified.rounds, ({ peakBytes }) => peakBytes) / 1e6
  const isBarred = table.table !== 'flights'
  const rates = [
    atLeast('lineitem: rows per CPU second of ours, verified', BARS.rowsPerCpuMs.headwater, rate(verified)),
    atLeast(
      'lineitem: the same without reading back',
      BARS.rowsPerCpuMs['headwater-unverified'],
      rate(unverified),
    ),
  ]
  return [
    ...(isBarred
      ? [
          atMost(
            `${table.table}: wall time, verified, beside psql`,
            BARS.wallRatio,
            ratioOf(table, verified),
            (value) => value.toFixed(2),
          ),
        ]
      : []),
    ...(table.table === 'lineitem' ? rates : []),
    atMost(`${table.table}: peak RSS`, BARS.peakMb, peak, (value) => `${value.toFixed(0)} MB`),
  ]
}

/** Beside the quickest peer, and beside the one that takes the least CPU: they need not be the same. */
function barsBesidePeers({ table, contenders }: TableResult): string[][] {
  const ours = contenders.find(({ name }) => name === 'headwater')
  const peers = contenders.filter(({ name }) => name !== 'psql' && !name.startsWith('headwater'))
  if (ours === undefined || peers.length === 0) return []
  const beside = (what: string, pick: (cost: Cost) => number): string[] => {
    const costOf = ({ rounds }: Contender): number => medianOf(rounds, pick)
    const best = peers.reduce((least, peer) => (costOf(peer) < costOf(least) ? peer : least))
    const ratio = costOf(ours) / costOf(best)
    return atMost(`${table}: ${what}, verified, beside ${best.name}, the best peer`, 1, ratio, (value) =>
      value.toFixed(2),
    )
  }
  return [beside('wall time', ({ wallMs }) => wallMs), beside('CPU', ({ cpuMs }) => cpuMs)]
}

function barsOfRuns(): string[][] {
  const { small, firstRow } = readResults('small') ?? {}
  const each = small === undefined ? undefined : medianOf(small.rounds, ({ wallMs }) => wallMs) / small.tables
  const first = firstRow === undefined ? undefined : spreadOf(firstRow.rounds).max
  const ms = (value: number): string => `${value.toFixed(0)} ms`
  return [
    ...(each === undefined
      ? []
      : [atMost(`${number(small?.tables ?? 0)} small tables: each`, BARS.smallMs, each, ms)]),
    ...(first === undefined ? [] : [atMost('first row committed, slowest', BARS.firstRowMs, first, ms)]),
  ]
}

function atMost(what: string, bar: number, value: number, show: (value: number) => string): string[] {
  const verdict = value <= bar ? 'met' : `missed by ${((value / bar - 1) * 100).toFixed(0)} %`
  return [what, `at most ${show(bar)}`, show(value), verdict]
}

function atLeast(what: string, bar: number, value: number): string[] {
  const verdict = value >= bar ? 'met' : `missed by ${((1 - value / bar) * 100).toFixed(0)} %`
  const show = (rowsPerMs: number): string => `${(rowsPerMs / 1000).toFixed(2)} M`
  return [what, `at least ${show(bar)}`, show(value), verdict]
}

function smallRows(): readonly string[] {
  const { small, firstRow } = readResults('small') ?? {}
  if (small === undefined || firstRow === undefined) return NOT_MEASURED
  const first = spreadOf(firstRow.rounds)
  const rows = small.rounds.map((cost) => [
    number(small.tables),
    seconds(cost.wallMs),
    `${(cost.wallMs / small.tables).toFixed(1)} ms`,
    `${(cost.cpuMs / small.tables).toFixed(1)} ms`,
    `${(cost.metadataCpuMs / small.tables).toFixed(1)} ms`,
    `${(cost.sourceCpuMs / small.tables).toFixed(1)} ms`,
    megabytes(cost.peakBytes),
  ])
  return [
    ...tableOf(
      ['tables', 'wall', 'each', 'our CPU each', "metadata's CPU each", "source's CPU each", 'peak RSS'],
      rows,
    ),
    '',
    `One table of ${firstRow.rows} rows, from the POST to its committed rows: ${first.median.toFixed(0)} ms (${first.min.toFixed(0)} to ${first.max.toFixed(0)}, ${firstRow.rounds.length} rounds).`,
  ]
}

function incrementalRows(): readonly string[] {
  const cases = readResults('incremental')?.incremental
  if (cases === undefined) return NOT_MEASURED
  const rows = cases.map(({ tableRows, newRows, rounds }) => [
    number(tableRows),
    number(newRows),
    seconds(medianOf(rounds, ({ wallMs }) => wallMs)),
    seconds(medianOf(rounds, ({ cpuMs }) => cpuMs)),
    seconds(medianOf(rounds, ({ sourceCpuMs }) => sourceCpuMs)),
  ])
  return tableOf(['rows of the table', 'new rows', 'wall', 'our CPU', "source's CPU"], rows)
}

function medianOf(rounds: readonly Cost[], pick: (cost: Cost) => number): number {
  return spreadOf(rounds.map(pick)).median
}

const number = (value: number): string => value.toLocaleString('en-US')
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
