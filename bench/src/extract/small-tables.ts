import { setTimeout as sleep } from 'node:timers/promises'
import type { Headwater, PreparedFlow } from './headwater.ts'
import { meterRunning } from './meter.ts'
import type { FirstRowResult, SmallResult } from './results.ts'
import type { Source } from './source.ts'
import { type BenchTable, SMALL_ROWS } from './tables.ts'

/** What clients of a busy server would do; one at a time would measure the way to and fro. */
const AT_ONCE = 8

/** Lands a thousand tables, one flow each: from the first POST of a flow to the success of the last run. */
export async function measureSmall(
  source: Source,
  server: Headwater,
  tables: readonly BenchTable[],
): Promise<SmallResult> {
  const flows = new Array<PreparedFlow>(tables.length)
  await inParallel(tables, async ({ name }, index) => {
    flows[index] = await server.prepare(name)
  })
  const before = await server.countSuccesses()
  const cost = await meterRunning({ root: server.pid, source: source.pid }, async () => {
    const startedMs = performance.now()
    await inParallel(flows, ({ body }) => server.createFlow(body))
    while ((await server.countSuccesses()) < before + tables.length) await sleep(100)
    return performance.now() - startedMs
  })
  return { tables: tables.length, rowsEach: SMALL_ROWS, rounds: [cost] }
}

/** From the POST that starts a run of a small table to its success; the first, which warms up, counts as well. */
export async function measureFirstRow(server: Headwater, rounds: number): Promise<FirstRowResult> {
  const walls: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { wallMs } = await server.land(await server.prepare('small_0'))
    walls.push(wallMs)
  }
  return { table: 'small_0', rows: SMALL_ROWS, rounds: walls }
}

async function inParallel<T>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  const left = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of left) await act(item, index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
