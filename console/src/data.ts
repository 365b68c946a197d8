import type { HeadwaterClient } from '@headwater/client/client.ts'
import type { Page } from '@headwater/client/pages.ts'
import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import type { SourceConnection } from '@headwater/contract/flow-service/source-connections.ts'
import type { TargetConnection } from '@headwater/contract/flow-service/target-connections.ts'
import { type Listed, type Table, tableOf } from './shapes.ts'
import { isActive } from './words.ts'

/** What the console knows of one sandbox. */
export interface Data {
  readonly flows: Listed<Flow>
  /** The newest first. */
  readonly runs: Listed<Run>
  readonly datasets: Listed<Table>
  readonly sources: ReadonlyMap<string, SourceConnection>
  readonly targets: ReadonlyMap<string, TargetConnection>
  /** When all of it was loaded, not only the runs. */
  readonly completeAtMs: number
}

/** Flows and datasets beyond are counted as "more". */
const SHOWN = 100
/** The API's own limit: every connection that a shown flow may point to. */
const ALL = 1_000
const STALE_AFTER_MS = 9_000

/**
 * Loads the runs, and the rest when it is old or a run has come or gone since. `before` is what was known.
 *
 * @throws HeadwaterError
 */
export async function loadData(
  client: HeadwaterClient,
  options: {
    readonly before: Data | undefined
    readonly runLimit: number
    readonly nowMs: number
    readonly signal: AbortSignal
  },
): Promise<Data> {
  const { before, runLimit, nowMs, signal } = options
  const runs = listed(await client.runs.list({ limit: runLimit }, { signal }))
  if (
    before !== undefined &&
    nowMs - before.completeAtMs < STALE_AFTER_MS &&
    statusesOf(before.runs) === statusesOf(runs)
  ) {
    return { ...before, runs }
  }
  const [flows, datasets, sources, targets] = await Promise.all([
    client.flows.list({ limit: SHOWN }, { signal }),
    listTables(client, SHOWN, signal),
    client.sourceConnections.list({ limit: ALL }, { signal }),
    client.targetConnections.list({ limit: ALL }, { signal }),
  ])
  return {
    flows: listed(flows),
    runs,
    datasets,
    sources: byId(sources.items),
    targets: byId(targets.items),
    completeAtMs: nowMs,
  }
}

function listed<Item>({ items, _links }: Page<Item>): Listed<Item> {
  return { items, hasMore: _links.next !== undefined }
}

/** The newest first; `limit` is 100 at most. */
async function listTables(
  { datasets }: HeadwaterClient,
  limit: number,
  signal: AbortSignal,
): Promise<Listed<Table>> {
  // One more than can be shown tells whether there are more; the list itself doesn't say.
  const [first, beyond] = await Promise.all([
    datasets.list({ limit }, { signal }),
    datasets.list({ limit: 1, start: limit, properties: 'name' }, { signal }),
  ])
  return { items: first.map(tableOf), hasMore: beyond.length > 0 }
}

function byId<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]))
}

function statusesOf(runs: Listed<Run>): string {
  return runs.items.map((run) => `${run.id} ${statusOf(run)}`).join()
}

export function statusOf(run: Run): string {
  return run.metrics.statusSummary.status
}

export function activeRuns(data: Data | undefined): readonly Run[] {
  return data?.runs.items.filter((run) => isActive(statusOf(run))) ?? []
}

/** The relation that a flow reads. */
export function relationOf(flow: Flow, data: Data): string | undefined {
  return data.sources.get(flow.sourceConnectionIds[0] ?? '')?.params.tableName
}

/** The id of the dataset that a flow writes. */
export function datasetIdOf(flow: Flow, data: Data): string | undefined {
  return data.targets.get(flow.targetConnectionIds[0] ?? '')?.params.dataSetId
}
