import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { Link } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ago } from '../../ui/figures.ts'
import { paths } from '../../ui/paths.ts'
import { EntityState, RunStatus } from '../../ui/run-status.tsx'
import { nextRun, scheduleWords } from '../../ui/schedule.ts'
import { useNow } from '../../ui/use-now.ts'
import { FlowMenu } from './flow-actions.tsx'
import { datasetOf, type Ends, relationOf } from './use-flows.ts'

/** Flows, each with what it does, when, and what can be done with it. */
export function FlowTable({
  flows,
  ends,
}: {
  readonly flows: readonly Flow[]
  readonly ends: Ends | undefined
}) {
  const now = useNow()
  const columns: readonly Column<Flow>[] = [
    {
      key: 'name',
      title: 'Dataflow',
      cell: ({ id, name }) => <Link href={paths.flow(id)}>{name ?? 'unnamed'}</Link>,
    },
    { key: 'state', title: 'State', cell: ({ state }) => <EntityState state={state} /> },
    { key: 'table', title: 'Reads', cell: (flow) => relationOf(flow, ends) ?? '–' },
    {
      key: 'dataset',
      title: 'Dataset',
      cell: (flow) => {
        const id = datasetOf(flow, ends)
        return id === undefined ? '–' : <Link href={paths.dataset(id)}>Open</Link>
      },
    },
    { key: 'schedule', title: 'Schedule', cell: ({ scheduleParams }) => scheduleWords(scheduleParams) },
    { key: 'last', title: 'Last run', cell: (flow) => <LastRun flow={flow} now={now} /> },
    { key: 'next', title: 'Next run', isFigure: true, cell: (flow) => nextOf(flow, now) },
  ]
  return (
    <DataTable
      label="Dataflows"
      rows={flows}
      keyOf={({ id }) => id}
      columns={columns}
      actions={(flow) => <FlowMenu flow={flow} />}
    />
  )
}

function LastRun({ flow, now }: { readonly flow: Flow; readonly now: number }) {
  const last = flow.lastRunDetails
  if (last === undefined) return <span className={style({ color: 'neutral-subdued' })}>not yet</span>
  const at = last.completedAtUTC ?? last.startedAtUTC
  return (
    <span className={style({ display: 'inline-flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 8 })}>
      <RunStatus status={last.state ?? ''} />
      {at !== undefined && at > 0 && (
        <span className={style({ color: 'neutral-subdued', font: 'ui-sm' })}>{ago(at, now)}</span>
      )}
    </span>
  )
}

export function nextOf(flow: Flow, now: number): string {
  if (flow.state !== 'enabled') return '–'
  const at = nextRun(flow.scheduleParams, { now, hasRun: flow.lastRunDetails !== undefined })
  return at === undefined ? '–' : ago(at, now)
}
