import type { Api } from './api.ts'
import type { Dataset, Flow, Page, Run, SourceConnection, TargetConnection } from './shapes.ts'
import { isActive } from './words.ts'

/** What the console knows of one sandbox. */
export interface Data {
  readonly flows: Page<Flow>
  /** The newest first. */
  readonly runs: Page<Run>
  readonly datasets: Page<Dataset>
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
 * @throws ApiError
 */
export async function loadData(
  api: Api,
  options: {
    readonly before: Data | undefined
    readonly runLimit: number
    readonly nowMs: number
    readonly signal: AbortSignal
  },
): Promise<Data> {
  const { before, runLimit, nowMs, signal } = options
  const runs = await api.listRuns(runLimit, { signal })
  if (
    before !== undefined &&
    nowMs - before.completeAtMs < STALE_AFTER_MS &&
    statusesOf(before.runs) === statusesOf(runs)
  ) {
    return { ...before, runs }
  }
  const [flows, datasets, sources, targets] = await Promise.all([
    api.listFlows(SHOWN, { signal }),
    api.listDatasets(SHOWN, { signal }),
    api.listSourceConnections(ALL, { signal }),
    api.listTargetConnections(ALL, { signal }),
  ])
  return {
    flows,
    runs,
    datasets,
    sources: byId(sources.items),
    targets: byId(targets.items),
    completeAtMs: nowMs,
  }
}

function byId<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]))
}

function statusesOf(runs: Page<Run>): string {
  return runs.items.map((run) => `${run.id} ${statusOf(run)}`).join()
}

export function statusOf(run: Run): string {
  return run.metrics?.statusSummary?.status ?? 'queued'
}

export function activeRuns(data: Data | undefined): readonly Run[] {
  return data?.runs.items.filter((run) => isActive(statusOf(run))) ?? []
}

/** The relation that a flow reads. */
export function relationOf(flow: Flow, data: Data): string | undefined {
  const params = data.sources.get(flow.sourceConnectionIds?.[0] ?? '')?.params
  return params?.tableName ?? params?.path
}

/** The id of the dataset that a flow writes. */
export function datasetIdOf(flow: Flow, data: Data): string | undefined {
  return data.targets.get(flow.targetConnectionIds?.[0] ?? '')?.params?.dataSetId
}
