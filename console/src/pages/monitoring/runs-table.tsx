import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { Link, Meter } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { useLive } from '../../api/live.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ago, bytes, count, duration, short } from '../../ui/figures.ts'
import { paths } from '../../ui/paths.ts'
import { RunStatus } from '../../ui/run-status.tsx'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'

export interface RunsTableProps {
  readonly limit: number
  /** Only of this flow. */
  readonly flowId?: string | undefined
}

/** The newest runs, as they go on. */
export function RunsTable({ limit, flowId }: RunsTableProps) {
  const client = useClient()
  const names = useFlowNames(flowId === undefined)
  const query = useQuery({
    queryKey: ['runs', { limit, flowId }],
    queryFn: ({ signal }) =>
      client.runs.list(
        { limit, ...(flowId === undefined ? {} : { property: `flowId==${flowId}` }) },
        { signal },
      ),
  })
  return (
    <Loaded query={query} label="runs">
      {({ items }) =>
        items.length === 0 ? (
          <Nothing title="No runs yet">
            Runs appear here when they are asked for, or when the schedule wants one.
          </Nothing>
        ) : (
          <Rows runs={items} names={flowId === undefined ? names : undefined} />
        )
      }
    </Loaded>
  )
}

/** Runs know their flows by id only. */
function useFlowNames(isWanted: boolean): ReadonlyMap<string, string> {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['flows', 'names'],
    enabled: isWanted,
    queryFn: async ({ signal }) => {
      const { items } = await client.flows.list({ limit: 1000, select: ['name'] }, { signal })
      return new Map(items.map(({ id, name }) => [id, name ?? 'unnamed']))
    },
  })
  return data ?? new Map()
}

function Rows({
  runs,
  names,
}: {
  readonly runs: readonly Run[]
  readonly names: ReadonlyMap<string, string> | undefined
}) {
  const now = useNow(1_000)
  const figure = (of: (run: Run) => number | undefined) => (run: Run) => {
    const value = of(run)
    return value === undefined ? '–' : count(value)
  }
  const columns: readonly Column<Run>[] = [
    {
      key: 'started',
      title: 'Run',
      cell: (run) => <Link href={paths.run(run.id)}>{startOf(run, now)}</Link>,
    },
    ...(names === undefined
      ? []
      : [
          {
            key: 'flow',
            title: 'Dataflow',
            cell: (run: Run) => (
              <Link href={paths.flow(run.flowId)}>{names.get(run.flowId) ?? 'deleted'}</Link>
            ),
          },
        ]),
    { key: 'status', title: 'Status', cell: (run) => <StatusOf run={run} /> },
    { key: 'took', title: 'Took', isFigure: true, cell: (run) => tookOf(run, now) },
    {
      key: 'received',
      title: 'Received',
      isFigure: true,
      cell: figure(({ metrics, progress }) => metrics.recordSummary?.inputRecordCount ?? progress?.rowsRead),
    },
    {
      key: 'ingested',
      title: 'Ingested',
      isFigure: true,
      cell: figure(({ metrics }) => metrics.recordSummary?.outputRecordCount),
    },
    {
      key: 'failed',
      title: 'Failed',
      isFigure: true,
      cell: figure(({ metrics }) => metrics.recordSummary?.failedRecordCount),
    },
    {
      key: 'size',
      title: 'Read',
      isFigure: true,
      cell: ({ metrics, progress }) => bytes(metrics.sizeSummary?.inputBytes ?? progress?.bytesRead ?? 0),
    },
  ]
  return <DataTable label="Runs" rows={runs} keyOf={({ id }) => id} columns={columns} />
}

function startOf({ metrics, createdAt }: Run, now: number): string {
  return ago(metrics.durationSummary?.startedAtUTC ?? createdAt, now)
}

function tookOf({ metrics }: Run, now: number): string {
  const { startedAtUTC: from, completedAtUTC: to } = metrics.durationSummary ?? {}
  return from === undefined ? '–' : duration((to ?? now) - from)
}

/** The word, or, of a run that goes on, how far it is. */
function StatusOf({ run }: { readonly run: Run }) {
  const { progress } = useLive()
  const live = progress.get(run.id)
  const { status } = run.metrics.statusSummary
  if (status !== 'inProgress' || live === undefined || live.slicesTotal === 0)
    return <RunStatus status={status} />
  const share = shareOf(live)
  return (
    <div className={style({ minWidth: 140 })}>
      <Meter
        size="S"
        variant="informative"
        label="Running"
        value={share}
        valueLabel={`${short(live.rowsPerSecond)} rows/s`}
      />
    </div>
  )
}

/** In percent, by rows where they can be told, else by slices. */
export function shareOf(live: {
  readonly rowsRead: number
  readonly estimatedRows: number | undefined
  readonly slicesDone: number
  readonly slicesTotal: number
}): number {
  const bySlices = live.slicesTotal === 0 ? 0 : live.slicesDone / live.slicesTotal
  const byRows = live.estimatedRows ? Math.min(0.99, live.rowsRead / live.estimatedRows) : 0
  return Math.round(Math.max(bySlices, byRows) * 100)
}
