import { nextTokenOf } from '@headwater/client/pages.ts'
import { Button, Picker, PickerItem, SearchField } from '@react-spectrum/s2'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { filters, Page } from '../../ui/page.tsx'
import { Nothing, Outline, Problem } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { LiveBadge } from '../monitoring/live-badge.tsx'
import { FlowTable } from './flow-table.tsx'
import { useEnds } from './use-flows.ts'

const STATES = { any: 'Any state', enabled: 'Enabled', disabled: 'Disabled', draft: 'Draft' } as const
const OUTCOMES = {
  any: 'Any last run',
  success: 'Succeeded',
  failed: 'Failed',
  inProgress: 'Running',
} as const
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
    >
      <search className={filters}>
        <SearchField
          aria-label="Search dataflows by name"
          placeholder="Search by name"
          defaultValue={search}
          onSubmit={setSearch}
          onClear={() => setSearch('')}
        />
        <Picker
          aria-label="State"
          selectedKey={state}
          onSelectionChange={(key) => setState(key as typeof state)}
        >
          {itemsOf(STATES)}
        </Picker>
        <Picker
          aria-label="Last run"
          selectedKey={outcome}
          onSelectionChange={(key) => setOutcome(key as typeof outcome)}
        >
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
    queryFn: ({ signal, pageParam }) =>
      client.flows.list({ limit: PAGE, property: conditions, continuationToken: pageParam }, { signal }),
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
        A dataflow is made by the API, or by the command line; it appears here by itself.
      </Nothing>
    ) : (
      <Nothing title="Nothing fits">No dataflow fits these filters.</Nothing>
    )
  return (
    <>
      <FlowTable flows={flows} ends={ends.data} />
      {query.hasNextPage && (
        <div>
          <Button
            variant="secondary"
            isPending={query.isFetchingNextPage}
            onPress={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </>
  )
}
