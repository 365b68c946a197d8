import type { LiveEvent } from '@headwater/contract/monitoring/events.ts'
import { sql } from 'kysely'
import type { Area } from '#http/permissions.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'

/** Where events happen. */
export interface EventPlace {
  readonly orgId: string
  readonly sandboxId: string
}

/** An event with what it takes to see it, and what tells it from the one before of the same thing. */
export interface SeenEvent extends LiveEvent {
  readonly area: Area
  readonly version: string
}

/** What is asked for at once at most; who has missed more looks at everything anew. */
export const MOST_CHANGES = 1_000

/** What has changed in a sandbox since then, by the clocks of whoever changed it: one statement, an index for each part. */
export async function readChanges(
  db: Database,
  { orgId, sandboxId }: EventPlace,
  sinceMs: number,
): Promise<readonly SeenEvent[]> {
  const here = sql`org_id = ${orgId} and sandbox_id = ${sandboxId}`
  const { rows } = await sql<ChangeRow>`
    select * from (
      (select 'run' as kind, 'Sources' as area, id::text as id, etag as version, updated_at as at,
        jsonb_build_object('flowId', flow_id, 'flowName', flow_name,
          'status', document #>> '{metrics,statusSummary,status}', 'batchId', batch_id) as facts
      from flow_run where ${here} and updated_at >= ${sinceMs} order by updated_at, id limit ${MOST_CHANGES})
      union all
      (select 'flow', 'Sources', id::text, etag || coalesce(document #>> '{lastRunDetails,id}', ''), updated_at,
        jsonb_build_object('name', name, 'state', state)
      from flow where ${here} and updated_at >= ${sinceMs} order by updated_at, id limit ${MOST_CHANGES})
      union all
      (select 'batch', 'Datasets', id, updated_at::text || status, updated_at,
        jsonb_build_object('datasetId', dataset_id, 'status', status)
      from batch where ${here} and updated_at >= ${sinceMs} order by updated_at limit ${MOST_CHANGES})
      union all
      (select 'change', area, id::text, '', at,
        jsonb_build_object('operation', operation, 'action', action, 'resourceId', resource_id, 'userId', user_id)
      from audit_entry where ${here} and at >= ${sinceMs} and outcome = 'done' order by at limit ${MOST_CHANGES})
    ) as change
    order by at limit ${MOST_CHANGES}`.execute(db)
  return rows.map(eventOf)
}

type ChangeRow = Omit<SeenEvent, 'facts'> & { readonly facts: JsonObject }

/** What is not known of it is left out; what somebody has changed is called by its own id. */
function eventOf({ kind, facts, id, ...row }: ChangeRow): SeenEvent {
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null))
  const { resourceId } = known
  if (kind !== 'change') return { ...row, kind, id, facts: known }
  return { ...row, kind, id: typeof resourceId === 'string' ? resourceId : id, version: id, facts: known }
}

/** How far the runs of a sandbox are that are under way, the newest a hundred of them. */
export async function readRunning(
  db: Database,
  { orgId, sandboxId }: EventPlace,
  nowMs: number,
): Promise<readonly SeenEvent[]> {
  const { rows } = await sql<RunningRow>`
    select run.id, run.flow_id, run.epoch, run.started_at, run.estimated_rows,
      coalesce(sum(run_slice.row_count), 0)::bigint as rows, coalesce(sum(run_slice.byte_count), 0)::bigint as bytes,
      count(*) filter (where run_slice.state = 'done') as done, count(run_slice.ordinal) as total
    from (
      select id, flow_id, epoch, started_at, (plan ->> 'estimatedRows')::float8 as estimated_rows
      from flow_run
      where org_id = ${orgId} and sandbox_id = ${sandboxId} and state = 'inProgress'
      order by created_at desc limit 100
    ) as run
    left join run_slice on run_slice.run_id = run.id and run_slice.epoch = run.epoch
    group by run.id, run.flow_id, run.epoch, run.started_at, run.estimated_rows`.execute(db)
  return rows.map((row) => progressOf(row, nowMs))
}

interface RunningRow {
  readonly id: string
  readonly flow_id: string
  readonly epoch: number
  readonly started_at: number | null
  readonly estimated_rows: number | null
  readonly rows: number
  readonly bytes: number
  readonly done: number
  readonly total: number
}

function progressOf(row: RunningRow, nowMs: number): SeenEvent {
  const { id, flow_id: flowId, epoch, rows, bytes, done, total } = row
  return {
    kind: 'progress',
    area: 'Sources',
    id,
    version: [epoch, rows, bytes, done, total].join(),
    at: nowMs,
    facts: {
      flowId,
      rowsRead: rows,
      bytesRead: bytes,
      slicesDone: done,
      slicesTotal: total,
      ...(row.estimated_rows === null ? {} : { estimatedRows: Math.max(0, Math.round(row.estimated_rows)) }),
      ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    },
  }
}
