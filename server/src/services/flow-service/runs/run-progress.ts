import { sql } from 'kysely'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'

interface ProgressRow {
  readonly id: string
  readonly started_at: number | null
  readonly estimated_rows: number | null
  readonly rows_read: number
  readonly bytes_read: number
  readonly slices_done: number
  readonly slices_total: number
}

/** The runs with a live `progress` for those that are under way; the others are returned as they are. */
export async function withProgress(
  db: Database,
  runs: readonly JsonObject[],
  nowMs: number,
): Promise<readonly JsonObject[]> {
  const running = runs.filter(isInProgress).map((run) => String(run['id']))
  if (running.length === 0) return runs
  const found = new Map((await readProgress(db, running)).map((row) => [row.id, row]))
  return runs.map((run) => {
    const row = found.get(String(run['id']))
    return row === undefined ? run : { ...run, progress: progressOf(row, nowMs) }
  })
}

function isInProgress({ metrics }: JsonObject): boolean {
  const summary: unknown = isObject(metrics) ? metrics['statusSummary'] : undefined
  return isObject(summary) && summary['status'] === 'inProgress'
}

/** Slices of earlier epochs were given up; only the newest counts. */
async function readProgress(db: Database, ids: readonly string[]): Promise<readonly ProgressRow[]> {
  const { rows } = await sql<ProgressRow>`
    select flow_run.id, flow_run.started_at,
      (flow_run.plan ->> 'estimatedRows')::float8 as estimated_rows,
      coalesce(sum(run_slice.row_count), 0)::bigint as rows_read,
      coalesce(sum(run_slice.byte_count), 0)::bigint as bytes_read,
      count(*) filter (where run_slice.state = 'done') as slices_done,
      count(run_slice.ordinal) as slices_total
    from flow_run
    left join run_slice on run_slice.run_id = flow_run.id and run_slice.epoch = flow_run.epoch
    where flow_run.id = any(${ids}::uuid[])
    group by flow_run.id
  `.execute(db)
  return rows
}

function progressOf(row: ProgressRow, nowMs: number): JsonObject {
  const elapsedMs = row.started_at === null ? 0 : nowMs - row.started_at
  return {
    rowsRead: row.rows_read,
    bytesRead: row.bytes_read,
    slicesDone: row.slices_done,
    slicesTotal: row.slices_total,
    ...(row.estimated_rows === null ? {} : { estimatedRows: row.estimated_rows }),
    rowsPerSecond: elapsedMs <= 0 ? 0 : Math.round((row.rows_read * 1000) / elapsedMs),
  }
}
