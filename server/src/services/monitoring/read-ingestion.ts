import type {
  FlowFigures,
  Ingestion,
  IngestionFigures,
  SourceFigures,
} from '@headwater/contract/monitoring/ingestion.ts'
import { type RawBuilder, sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import type { IngestionRange } from './ingestion-query.ts'

/**
 * What runs have brought in a range of time: three statements, of which the first two read nothing but the index
 * `flow_run_figures`. A run counts at the moment of its end.
 */
export async function readIngestion(db: Database, scope: Scope, range: IngestionRange): Promise<Ingestion> {
  const [buckets, flows, active] = await Promise.all([
    readBuckets(db, scope, range),
    readFlows(db, scope, range),
    countActive(db, scope, range),
  ])
  const [first] = buckets
  return {
    start: first?.at ?? range.startMs,
    end: range.endMs,
    granularity: range.granularity,
    total: sumOf(buckets),
    ...active,
    buckets,
    flows: flows.slice(0, MOST_FLOWS).map(({ connectionName: _, ...flow }) => flow),
    sources: sourcesOf(flows),
  }
}

/** A page with more lines is read by nobody; sums hold all. */
const MOST_FLOWS = 500

const FIGURES = sql`
  count(*) filter (where state = 'success') as "succeeded",
  count(*) filter (where state in ('failed', 'cancelled')) as "failed",
  coalesce(sum(records_in), 0)::bigint as "received",
  coalesce(sum(records_out), 0)::bigint as "ingested",
  coalesce(sum(records_skipped), 0)::bigint as "skipped",
  coalesce(sum(records_failed), 0)::bigint as "rejected",
  coalesce(sum(bytes_in), 0)::bigint as "bytesIn",
  coalesce(sum(bytes_out), 0)::bigint as "bytesOut",
  coalesce(sum(greatest(completed_utc - started_utc, 0)) filter (where started_utc > 0), 0)::bigint as "busyMs"`

/** Runs that ended in the range. */
function endedIn(scope: Scope, range: IngestionRange): RawBuilder<unknown> {
  return sql`from flow_run
    where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id}
      and completed_utc > -9007199254740992
      and completed_utc >= ${range.startMs} and completed_utc < ${range.endMs}
      and ${isWanted(scope, range)}`
}

function isWanted({ orgId, sandbox }: Scope, { flowId, connectionId }: IngestionRange): RawBuilder<unknown> {
  const ofFlow = flowId === undefined ? sql`true` : sql`flow_id = ${flowId}`
  if (connectionId === undefined) return ofFlow
  return sql`${ofFlow} and flow_id in (
    select flow.id from flow join source_connection on source_connection.id = flow.source_connection_id
    where flow.org_id = ${orgId} and flow.sandbox_id = ${sandbox.id} and connection_id = ${connectionId})`
}

type Bucket = IngestionFigures & { readonly at: number }

/** All of the range, the empty ones as well, so that a chart needs no arithmetic of calendars. */
async function readBuckets(db: Database, scope: Scope, range: IngestionRange): Promise<Bucket[]> {
  const unit = range.granularity.toLowerCase()
  const from = sql`date_trunc(${unit}, to_timestamp(${range.startMs} / 1000.0), 'UTC')`
  const { rows } = await sql<Bucket>`
    with figure as (
      select date_trunc(${unit}, to_timestamp(completed_utc / 1000.0), 'UTC') as bucket, ${FIGURES}
      ${endedIn(scope, range)}
      group by 1
    )
    select (extract(epoch from span.bucket) * 1000)::bigint as at,
      ${sql.raw(COUNTED.map((name) => `coalesce("${name}", 0)::bigint as "${name}"`).join(', '))}
    from (
      select start at time zone 'UTC' as bucket
      from generate_series(${from} at time zone 'UTC',
        (to_timestamp(${range.endMs} / 1000.0) - interval '1 millisecond') at time zone 'UTC',
        ${`1 ${unit}`}::interval) as start
    ) as span
    left join figure using (bucket)
    order by 1`.execute(db)
  return rows
}

const COUNTED = [
  'succeeded',
  'failed',
  'received',
  'ingested',
  'skipped',
  'rejected',
  'bytesIn',
  'bytesOut',
  'busyMs',
] as const

type FlowRow = FlowFigures & { readonly connectionName: string | null }

/** A flow that is gone keeps the name that its newest run knew. */
async function readFlows(db: Database, scope: Scope, range: IngestionRange): Promise<readonly FlowRow[]> {
  const { rows } = await sql<FlowRow & { readonly connectionId: string | null }>`
    with figure as (
      select flow_id, max(completed_utc) as last_run_at, ${FIGURES}
      ${endedIn(scope, range)}
      group by flow_id
    )
    select figure.flow_id as id, connection.id as "connectionId", connection.name as "connectionName",
      coalesce(flow.name, (
        select flow_name from flow_run
        where flow_run.flow_id = figure.flow_id and org_id = ${scope.orgId}
        order by created_at desc limit 1), 'deleted flow') as name,
      last_run_at as "lastRunAt", ${sql.raw(COUNTED.map((name) => `"${name}"`).join(', '))}
    from figure
    left join flow on flow.id = figure.flow_id
    left join source_connection on source_connection.id = flow.source_connection_id
    left join connection on connection.id = source_connection.connection_id
    order by received desc, name, id`.execute(db)
  return rows.map(({ connectionId, ...row }) => (connectionId === null ? row : { ...row, connectionId }))
}

/** Flows that are gone have no source any more. */
function sourcesOf(flows: readonly FlowRow[]): SourceFigures[] {
  const byId = Map.groupBy(flows, ({ connectionId }) => connectionId)
  const sources = [...byId].flatMap(([id, own]) =>
    id === undefined
      ? []
      : [
          {
            id,
            name: own[0]?.connectionName ?? '',
            flows: own.length,
            lastRunAt: Math.max(...own.map(({ lastRunAt }) => lastRunAt)),
            ...sumOf(own),
          },
        ],
  )
  return sources.toSorted((one, other) => other.received - one.received)
}

function sumOf(all: readonly IngestionFigures[]): IngestionFigures {
  const total = { ...NOTHING }
  for (const figures of all) for (const name of COUNTED) total[name] += figures[name]
  return total
}

const NOTHING: Readonly<IngestionFigures> = Object.freeze({
  succeeded: 0,
  failed: 0,
  received: 0,
  ingested: 0,
  skipped: 0,
  rejected: 0,
  bytesIn: 0,
  bytesOut: 0,
  busyMs: 0,
})

async function countActive(db: Database, scope: Scope, range: IngestionRange) {
  const { rows } = await sql<{ running: number; waiting: number }>`
    select count(*) filter (where state = 'inProgress') as running,
      count(*) filter (where state in ('scheduled', 'queued')) as waiting
    from flow_run
    where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id}
      and state in ('scheduled', 'queued', 'inProgress') and ${isWanted(scope, range)}`.execute(db)
  return rows[0] ?? { running: 0, waiting: 0 }
}
