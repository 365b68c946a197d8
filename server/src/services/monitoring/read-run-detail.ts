import type { RunDetail, RunSlice } from '@headwater/contract/monitoring/run-detail.ts'
import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { Database } from '#store/database.ts'
import { notFound } from './problems.ts'

export interface RunDetailDependencies {
  readonly db: Database
  readonly now: () => number
}

/** A strip of more cells is seen by nobody. */
const MOST_SLICES = 5_000

/** How far a run is, slice by slice, in two statements. Throws PlainProblem 404. */
export async function readRunDetail(
  { db, now }: RunDetailDependencies,
  scope: Scope,
  id: string,
): Promise<RunDetail> {
  const run = isUuid(id) ? await findRun(db, scope, id) : undefined
  if (run === undefined) throw notFound('run', id)
  const [slices, totals] = await Promise.all([readSlices(db, run), readTotals(db, run)])
  return detailOf(run, slices, { ...totals, observedAt: now() })
}

interface RunRow {
  readonly id: string
  readonly flow_id: string
  readonly flow_name: string | null
  readonly state: string
  readonly status: string
  readonly origin: RunDetail['origin']
  readonly epoch: number
  readonly created_at: number
  readonly started_at: number | null
  readonly completed_at: number | null
  readonly batch_id: string | null
  readonly relation: string | null
  readonly dataset_id: string | null
  readonly estimated_rows: number | null
  readonly estimated_bytes: number | null
}

async function findRun(db: Database, { orgId, sandbox }: Scope, id: string): Promise<RunRow | undefined> {
  const { rows } = await sql<RunRow>`
    select id, flow_id, flow_name, state, document #>> '{metrics,statusSummary,status}' as status, origin, epoch,
      created_at, started_at, completed_at, batch_id, plan ->> 'relation' as relation,
      plan ->> 'datasetId' as dataset_id, (plan ->> 'estimatedRows')::float8 as estimated_rows,
      (plan ->> 'estimatedBytes')::float8 as estimated_bytes
    from flow_run
    where org_id = ${orgId} and sandbox_id = ${sandbox.id} and id = ${id}`.execute(db)
  return rows[0]
}

/** Results have digests and statistics of columns: they stay where they are. */
async function readSlices(db: Database, { id, epoch }: RunRow): Promise<RunSlice[]> {
  const { rows } = await sql<Omit<RunSlice, 'completedAt'> & { readonly completedAt: number | null }>`
    select ordinal, case when state = 'pending' and row_count > 0 then 'copying' else state end as state,
      row_count as rows, byte_count as bytes, round((slice ->> 'sizeBytes')::numeric)::bigint as "estimatedBytes",
      attempt as attempts, error_count as errors,
      coalesce((result ->> 'rowsRejected')::bigint, 0) as rejected, completed_at as "completedAt"
    from run_slice
    where run_id = ${id} and epoch = ${epoch}
    order by ordinal limit ${MOST_SLICES}`.execute(db)
  return rows.map(({ completedAt, ...slice }) => ({
    ...slice,
    estimatedBytes: slice.estimatedBytes ?? 0,
    ...(completedAt === null ? {} : { completedAt }),
  }))
}

interface Totals {
  readonly rows: number
  readonly bytes: number
  readonly done: number
  readonly total: number
  /** When the newest of them was done. */
  readonly doneAt: number | null
}

async function readTotals(db: Database, { id, epoch }: RunRow): Promise<Totals> {
  const { rows } = await sql<Totals>`
    select coalesce(sum(row_count), 0)::bigint as rows, coalesce(sum(byte_count), 0)::bigint as bytes,
      count(*) filter (where state = 'done') as done, count(*) as total, max(completed_at) as "doneAt"
    from run_slice
    where run_id = ${id} and epoch = ${epoch}`.execute(db)
  return rows[0] ?? { rows: 0, bytes: 0, done: 0, total: 0, doneAt: null }
}

function detailOf(
  run: RunRow,
  slices: RunSlice[],
  seen: Totals & { readonly observedAt: number },
): RunDetail {
  const isCopied = seen.total > 0 && seen.done === seen.total && seen.doneAt !== null
  const until = (isCopied ? seen.doneAt : run.completed_at) ?? seen.observedAt
  const elapsedMs = run.started_at === null ? 0 : Math.max(until - run.started_at, 1)
  const perSecond = (amount: number) => (elapsedMs === 0 ? 0 : Math.round((amount * 1000) / elapsedMs))
  const stage = stageOf(run, seen)
  return {
    id: run.id,
    flowId: run.flow_id,
    ...present('flowName', run.flow_name),
    status: run.status,
    stage,
    origin: run.origin,
    createdAt: run.created_at,
    ...present('startedAt', run.started_at),
    ...present('copiedAt', isCopied ? seen.doneAt : null),
    ...present('completedAt', run.completed_at),
    observedAt: seen.observedAt,
    epoch: run.epoch,
    ...present('relation', run.relation),
    ...present('datasetId', run.dataset_id),
    ...present('batchId', run.batch_id),
    rows: seen.rows,
    bytes: seen.bytes,
    ...present('estimatedRows', rounded(run.estimated_rows)),
    ...present('estimatedBytes', rounded(run.estimated_bytes)),
    rowsPerSecond: perSecond(seen.rows),
    bytesPerSecond: perSecond(seen.bytes),
    ...present('etaMs', stage === 'copying' ? etaOf(run, seen, elapsedMs) : null),
    slicesDone: seen.done,
    slicesTotal: seen.total,
    slices,
  }
}

function stageOf({ state, completed_at: completedAt }: RunRow, { done, total }: Totals): RunDetail['stage'] {
  if (completedAt !== null || ['success', 'failed', 'cancelled'].includes(state)) return 'ended'
  if (state !== 'inProgress') return 'waiting'
  if (total === 0) return 'planning'
  return done < total ? 'copying' : 'committing'
}

/** What is left at the pace so far, by rows where the statistics know them; the more of two guesses is the better. */
function etaOf(run: RunRow, seen: Totals, elapsedMs: number): number | null {
  const share = Math.min(run.estimated_rows ? seen.rows / run.estimated_rows : 0, 0.99)
  const done = Math.max(share, seen.done / seen.total)
  return done <= 0 ? null : Math.round((elapsedMs * (1 - done)) / done)
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.max(0, Math.round(value))
}

function present<Name extends string, Value>(name: Name, value: Value | null): { [Key in Name]?: Value } {
  return (value === null ? {} : { [name]: value }) as { [Key in Name]?: Value }
}
