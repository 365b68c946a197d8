import type { Answer } from '../api-client.ts'
import type { ChaosFlow } from './chaos-flow.ts'
import { type Fingerprint, fingerprintOfLakeSql, fingerprintOfSource, type Queryable } from './chaos-table.ts'

/** Where a flow is judged: both databases, and what DuckDB finds in the lake. */
export interface JudgedWorld {
  readonly metadata: Queryable
  readonly source: Queryable
  query(sql: string): Promise<Answer[][]>
}

/** What is wrong with a flow, in sentences; none when nothing is. Runs may fail with a code that excuses them. */
export async function judgeFlow(
  world: JudgedWorld,
  flow: ChaosFlow,
  excuses: readonly string[] = [],
): Promise<readonly string[]> {
  const ledger = await readLedger(world, flow)
  const found = await fingerprintOfLake(world, flow)
  const source = await fingerprintOfSource(world.source, flow.table)
  const times = flow.table.mode === 'full' ? ledger.succeeded : 1
  const unexcused = ledger.failed.filter((told) => !excuses.some((code) => told.includes(`"${code}"`)))
  const expected = {
    rowCount: times * source.rowCount,
    digest: String(BigInt(source.digest) * BigInt(times)),
  }
  const faults = [
    found.rowCount !== expected.rowCount && `${found.rowCount} rows landed instead of ${expected.rowCount}`,
    found.keyCount !== source.rowCount && `${found.keyCount} keys landed instead of ${source.rowCount}`,
    found.digest !== expected.digest && `the digest is ${found.digest} instead of ${expected.digest}`,
    unexcused.length > 0 && `runs failed: ${unexcused.join('; ')}`,
    ledger.batches !== ledger.commits && `${ledger.batches} batches of ${ledger.commits} commits`,
    ledger.open > 0 && `${ledger.open} batches are neither landed nor given up`,
  ]
  return faults.filter((fault) => fault !== false).map((fault) => `${flow.table.name}: ${fault}`)
}

interface Ledger extends Record<string, unknown> {
  readonly succeeded: number
  readonly failed: readonly string[]
  readonly batches: number
  readonly commits: number
  readonly open: number
}

async function readLedger(world: JudgedWorld, { flowId, datasetId }: ChaosFlow): Promise<Ledger> {
  const { rows } = await world.metadata.query<Ledger>(
    `select (select count(*)::int from flow_run where flow_id = $1 and state = 'success') as succeeded,
            (select coalesce(array_agg(document #>> '{metrics,statusSummary}'), '{}')
               from flow_run where flow_id = $1 and state not in ('success', 'queued', 'inProgress', 'scheduled')) as failed,
            (select count(*)::int from batch
               where dataset_id = $2 and status = 'success' and id in (select batch_id from lake_commit)) as batches,
            (select count(*)::int from lake_commit where dataset_id = $2) as commits,
            (select count(*)::int from batch
               where dataset_id = $2 and status not in ('success', 'failed', 'inactive')) as open`,
    [flowId, datasetId],
  )
  if (rows[0] === undefined) throw new Error('no ledger')
  return rows[0]
}

async function fingerprintOfLake(
  world: JudgedWorld,
  { datasetId }: ChaosFlow,
): Promise<Fingerprint & { readonly keyCount: number }> {
  const [row] = await world.query(fingerprintOfLakeSql(datasetId))
  return { rowCount: Number(row?.[0]), digest: String(row?.[1]), keyCount: Number(row?.[2]) }
}
