import { say } from '../table.ts'
import type { Headwater } from './headwater.ts'
import { type Cost, meterRunning } from './meter.ts'
import type { IncrementalResult } from './results.ts'
import type { Source } from './source.ts'
import type { BenchTable } from './tables.ts'

/** How many rows are new at a time. */
const STEPS = [0, 1_000, 10_000, 100_000, 1_000_000]
/** Rows of a journal were changed one a second from here on; windows are cut out of its end. */
const FIRST_CHANGE = Date.parse('2020-01-01T00:00:00Z') / 1000

/**
 * Runs with a window over the last rows of a table, by how many they are, on a large table and on one of a tenth
 * of its size: what is not new must cost nothing.
 */
export async function measureIncremental(
  source: Source,
  server: Headwater,
  { tables, rounds }: { readonly tables: readonly BenchTable[]; readonly rounds: number },
): Promise<IncrementalResult[]> {
  const cases: { table: BenchTable; newRows: number; flowId: string; taken: Cost[] }[] = []
  for (const table of tables) {
    const flowId = await makeFlow(server, table)
    cases.push(
      ...STEPS.filter((step) => step < table.rows).map((newRows) => ({ table, newRows, flowId, taken: [] })),
    )
  }
  for (let round = 1; round <= rounds; round++)
    for (const one of cases) {
      const cost = await takeLast(source, server, one)
      one.taken.push(cost)
      say(`${one.table.name} ${round}/${rounds}  ${one.newRows} new  ${cost.wallMs.toFixed(0)} ms`)
    }
  return cases.map(({ table, newRows, taken }) => ({ tableRows: table.rows, newRows, rounds: taken }))
}

/** A flow that stands behind all rows there are and has never a tick of its own while this bench runs. */
async function makeFlow(server: Headwater, { name }: BenchTable): Promise<string> {
  const startTime = String(Math.floor(Date.now() / 1000) + 7 * 86_400)
  const { body } = await server.prepare(name, {
    copy: { deltaColumn: { name: 'changed_at' } },
    scheduleParams: { startTime, frequency: 'week', interval: '1', backfill: 'false' },
  })
  return server.createFlow(body)
}

async function takeLast(
  source: Source,
  server: Headwater,
  {
    table,
    newRows,
    flowId,
  }: { readonly table: BenchTable; readonly newRows: number; readonly flowId: string },
): Promise<Cost> {
  const end = FIRST_CHANGE + table.rows
  // A window may not be empty: the one without rows lies behind the last of them.
  const [from, to] = newRows === 0 ? [end, end + 1] : [end - newRows, end]
  const window = { windowStartTime: String(from), windowEndTime: String(to) }
  return meterRunning({ root: server.pid, source: source.pid }, async () => {
    const { wallMs, metrics } = await server.runAgain(flowId, window)
    const read = metrics.recordSummary?.inputRecordCount ?? 0
    if (read !== newRows) throw new Error(`${newRows} rows of ${table.name} are new, ${read} were read`)
    return wallMs
  })
}
