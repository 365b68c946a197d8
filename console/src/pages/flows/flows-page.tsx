import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { Button, Link, LinkButton, Picker, PickerItem, SearchField } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useInfiniteQuery } from '@tanstack/react-query'
import { nextTokenOf } from '@headwater/client/pages.ts'
import { useClient } from '../parts/client.ts'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ago } from '../parts/figures.ts'
import { useLive } from '../parts/live.tsx'
import { LiveBadge } from '../monitoring/monitoring-page.tsx'
import { Page } from '../parts/page.tsx'
import { paths } from '../parts/paths.ts'
import { EntityState, RunStatus } from '../parts/run-status.tsx'
import { nextRun, scheduleWords } from '../parts/schedule.ts'
import { Nothing, Outline, Problem } from '../parts/states.tsx'
import { useUrlState } from '../parts/url-state.ts'
import { useNow } from '../parts/use-now.ts'
import { FlowMenu } from './flow-actions.tsx'
import { type Ends, datasetOf, relationOf, useEnds } from './use-flows.ts'

const STATES = { any: 'Any state', enabled: 'Enabled', disabled: 'Disabled', draft: 'Draft' } as const
const OUTCOMES = { any: 'Any last run', success: 'Succeeded', failed: 'Failed', inProgress: 'Running' } as const
const PAGE = 50

/** All flows of the sandbox, by what the address says. */
export function FlowsPage() {
  const [search, setSearch] = useUrlState<string>('q', '')
  const [state, setState] = useUrlState<keyof typeof STATES>('state', 'any')
  const [outcome, setOutcome] = useUrlState<keyof typeof OUTCOMES>('last', 'any')
  return (
    <Page
      title="Dataflows"
      badge={<LiveBadge />}
      description="Standing orders that copy tables into datasets."
      actions={
        <LinkButton variant="accent" href={paths.newFlow}>
          Add data
        </LinkButton>
      }
    >
      <search className={style({ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'end' })}>
        <SearchField aria-label="Search dataflows by name" placeholder="Search by name" defaultValue={search} onSubmit={setSearch} onClear={() => setSearch('')} />
        <Picker aria-label="State" selectedKey={state} onSelectionChange={(key) => setState(key as typeof state)}>
          {itemsOf(STATES)}
        </Picker>
        <Picker aria-label="Last run" selectedKey={outcome} onSelectionChange={(key) => setOutcome(key as typeof outcome)}>
          {itemsOf(OUTCOMES)}
        </Picker>
      </search>
      <FlowList {...{ search, state, outcome }} />
    </Page>
  )
}

function itemsOf(words: Readonly<Record<string, string>>) {
  return Object.entries(words).map(([key, title]) => (
    <PickerItem key={key} id={key}>
      {title}
    </PickerItem>
  ))
}

interface Wanted {
  readonly search: string
  readonly state: string
  readonly outcome: string
}

function conditionsOf({ search, state, outcome }: Wanted): readonly string[] {
  return [
    ...(search === '' ? [] : [`name~${search}`]),
    ...(state === 'any' ? [] : [`state==${state}`]),
    ...(outcome === 'any' ? [] : [`lastRunDetails.state==${outcome}`]),
  ]
}

function FlowList(wanted: Wanted) {
  const client = useClient()
  const ends = useEnds()
  const conditions = conditionsOf(wanted)
  const query = useInfiniteQuery({
    queryKey: ['flows', 'list', conditions],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => client.flows.list({ limit: PAGE, property: conditions, continuationToken: pageParam }, { signal }),
    getNextPageParam: nextTokenOf,
  })
  if (query.data === undefined) {
    if (query.error !== null) return <Problem error={query.error} retry={() => void query.refetch()} />
    return <Outline label="dataflows" heights={[44, 52, 52, 52]} />
  }
  const flows = query.data.pages.flatMap(({ items }) => items)
  if (flows.length === 0)
    return conditions.length === 0 ? (
      <Nothing title="No dataflows yet">
        <Link href={paths.newFlow}>Connect a database</Link> and choose a table: the dataflow appears here.
      </Nothing>
    ) : (
      <Nothing title="Nothing fits">No dataflow fits these filters.</Nothing>
    )
  return (
    <>
      <FlowTable flows={flows} ends={ends.data} />
      {query.hasNextPage && (
        <div>
          <Button variant="secondary" isPending={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  )
}

export function FlowTable({ flows, ends }: { readonly flows: readonly Flow[]; readonly ends: Ends | undefined }) {
  const now = useNow()
  const { progress } = useLive()
  const columns: readonly Column<Flow>[] = [
    { key: 'name', title: 'Dataflow', cell: ({ id, name }) => <Link href={paths.flow(id)}>{name ?? 'unnamed'}</Link> },
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
    { key: 'last', title: 'Last run', cell: (flow) => <LastRun flow={flow} now={now} isRunning={[...progress.keys()].length > 0} /> },
    { key: 'next', title: 'Next run', isFigure: true, cell: (flow) => nextOf(flow, now) },
  ]
  return <DataTable label="Dataflows" rows={flows} keyOf={({ id }) => id} columns={columns} actions={(flow) => <FlowMenu flow={flow} />} />
}

function LastRun({ flow, now }: { readonly flow: Flow; readonly now: number; readonly isRunning: boolean }) {
  const last = flow.lastRunDetails
  if (last === undefined) return <span className={style({ color: 'neutral-subdued' })}>not yet</span>
  const at = last.completedAtUTC ?? last.startedAtUTC
  return (
    <span className={style({ display: 'inline-flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 8 })}>
      <RunStatus status={last.state ?? ''} />
      {at !== undefined && at > 0 && <span className={style({ color: 'neutral-subdued', font: 'ui-sm' })}>{ago(at, now)}</span>}
    </span>
  )
}

export function nextOf(flow: Flow, now: number): string {
  if (flow.state !== 'enabled') return '–'
  const at = nextRun(flow.scheduleParams, { now, hasRun: flow.lastRunDetails !== undefined })
  return at === undefined ? '–' : ago(at, now)
}
