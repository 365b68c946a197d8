import { type RawBuilder, sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import type { MetricName, MetricQuery, MetricsQuery } from './metrics-query.ts'

/** A series of figures: time in ISO 8601 → figure. */
export interface Series {
  readonly groupBy: Readonly<Record<string, string>>
  readonly dps: Readonly<Record<string, number>>
}

/** What each figure counts of a batch, and the batches that it counts. */
const FIGURES: Readonly<
  Record<MetricName, { readonly status: string; readonly value: RawBuilder<unknown> }>
> = {
  'timeseries.ingestion.dataset.size': { status: 'success', value: numberOf('size') },
  'timeseries.ingestion.dataset.dailysize': { status: 'success', value: numberOf('size') },
  'timeseries.ingestion.dataset.batchfailed.count': { status: 'failed', value: sql`1` },
  'timeseries.ingestion.dataset.batchsuccess.count': { status: 'success', value: sql`1` },
  'timeseries.ingestion.dataset.recordsuccess.count': { status: 'success', value: numberOf('recordCount') },
}

function numberOf(property: string): RawBuilder<unknown> {
  return sql`coalesce((document ->> ${property}::text)::numeric, 0)`
}

/**
 * The series of one figure, from the batches of the sandbox: each batch counts at the moment when it ended, or was last
 * changed when nobody said when it did.
 */
export async function readMetric(
  db: Database,
  scope: Scope,
  { query, metric }: { readonly query: MetricsQuery; readonly metric: MetricQuery },
): Promise<readonly Series[]> {
  const { status, value } = FIGURES[metric.name]
  const [downsample, aggregate] = [sql.raw(metric.downsample), sql.raw(metric.aggregator)]
  const groups = metric.isGrouped ? sql`dataset_id` : sql`null::text`
  const { rows } = await sql<{ dataset: string | null; at: Date; figure: number }>`
    select ${groups} as dataset, at, (${aggregate}(figure))::float8 as figure
    from (
      select dataset_id, date_trunc(${query.granularity ?? 'second'}, ended, 'UTC') as at, ${downsample}(value) as figure
      from (
        select dataset_id, ${value} as value,
               to_timestamp(coalesce((document ->> 'completed')::numeric, updated_at) / 1000.0) as ended
        from batch
        where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id} and status = ${status}
          and ${metric.datasetIds === undefined ? sql`true` : sql`dataset_id = any(${metric.datasetIds}::text[])`}
      ) as batch
      where ended >= to_timestamp(${query.startMs} / 1000.0) and ended < to_timestamp(${query.endMs} / 1000.0)
      group by dataset_id, at
    ) as sample
    group by 1, at order by 1, at`.execute(db)
  return seriesOf(rows)
}

function seriesOf(
  rows: readonly { readonly dataset: string | null; readonly at: Date; readonly figure: number }[],
): readonly Series[] {
  const series = new Map<string | null, Record<string, number>>()
  for (const { dataset, at, figure } of rows) {
    const points = series.get(dataset) ?? {}
    points[`${at.toISOString().slice(0, 19)}Z`] = figure
    series.set(dataset, points)
  }
  return [...series].map(([dataset, dps]) => ({
    groupBy: dataset === null ? {} : { dataSetId: dataset },
    dps,
  }))
}
