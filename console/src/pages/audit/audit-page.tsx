import type { AuditEntry } from '@headwater/contract/monitoring/audit.ts'
import { Button, Link, Picker, PickerItem, SearchField, StatusLight } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useInfiniteQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { code } from '../../ui/facts.tsx'
import { moment } from '../../ui/figures.ts'
import { filters, Page } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Nothing, Outline, Problem } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'

const OUTCOMES = { any: 'Any outcome', done: 'Done', denied: 'Denied', failed: 'Failed' } as const

/** Who has changed what, and who was refused. */
export function AuditPage() {
  const client = useClient()
  const [operation, setOperation] = useUrlState<string>('operation', '')
  const [resourceId, setResourceId] = useUrlState<string>('resource', '')
  const [outcome, setOutcome] = useUrlState<keyof typeof OUTCOMES>('outcome', 'any')
  const wanted = {
    ...(operation === '' ? {} : { operation }),
    ...(resourceId === '' ? {} : { resourceId }),
    ...(outcome === 'any' ? {} : { outcome }),
  }
  const query = useInfiniteQuery({
    queryKey: ['audit', wanted],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      client.monitoring.audit(
        { limit: 50, ...wanted, ...(pageParam === undefined ? {} : { continuationToken: pageParam }) },
        { signal },
      ),
    getNextPageParam: ({ next }) => next,
  })
  return (
    <Page
      title="Audit"
      description="Requests that were to change something, the newest first. Entries are kept for 400 days."
    >
      <search className={filters}>
        <SearchField
          aria-label="Operation"
          placeholder="Operation, such as deleteFlow"
          defaultValue={operation}
          onSubmit={setOperation}
          onClear={() => setOperation('')}
          styles={style({ width: 280, maxWidth: 'full' })}
        />
        <SearchField
          aria-label="Id of what was changed"
          placeholder="Id of what was changed"
          defaultValue={resourceId}
          onSubmit={setResourceId}
          onClear={() => setResourceId('')}
          styles={style({ width: 280, maxWidth: 'full' })}
        />
        <Picker
          aria-label="Outcome"
          selectedKey={outcome}
          onSelectionChange={(key) => setOutcome(key as typeof outcome)}
        >
          {Object.entries(OUTCOMES).map(([key, title]) => (
            <PickerItem key={key} id={key}>
              {title}
            </PickerItem>
          ))}
        </Picker>
      </search>
      {query.data === undefined ? (
        query.error === null ? (
          <Outline label="audit entries" heights={[44, 44, 44, 44, 44]} />
        ) : (
          <Problem error={query.error} retry={() => void query.refetch()} />
        )
      ) : (
        <Entries entries={query.data.pages.flatMap(({ entries }) => entries)} />
      )}
      {query.hasNextPage && (
        <div>
          <Button
            variant="secondary"
            isPending={query.isFetchingNextPage}
            onPress={() => void query.fetchNextPage()}
          >
            Show older
          </Button>
        </div>
      )}
    </Page>
  )
}

function Entries({ entries }: { readonly entries: readonly AuditEntry[] }) {
  if (entries.length === 0)
    return <Nothing title="Nothing here">No request fits, or nothing was changed yet.</Nothing>
  return (
    <DataTable
      label="Audit entries"
      rows={entries}
      keyOf={({ id }) => id}
      columns={[
        { key: 'at', title: 'When', cell: ({ at }) => moment(at) },
        { key: 'what', title: 'What', cell: (entry) => words(entry) },
        { key: 'on', title: 'On', cell: (entry) => <Target entry={entry} /> },
        { key: 'outcome', title: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} /> },
        {
          key: 'who',
          title: 'By',
          cell: ({ userId }) => <span className={code}>{userId.split('@')[0]}</span>,
        },
        {
          key: 'request',
          title: 'Request',
          cell: ({ requestId }) => <span className={code}>{requestId}</span>,
        },
      ]}
    />
  )
}

/** `actOnFlow` with `disable` → `Disable flow`; `createDataset` → `Create dataset`. */
export function words({ operation, action }: Pick<AuditEntry, 'operation' | 'action'>): string {
  const parts = operation
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const text = action === undefined ? parts : parts.replace(/^act on/, action)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function Outcome({ outcome }: { readonly outcome: AuditEntry['outcome'] }) {
  const looks = {
    done: ['positive', 'Done'],
    denied: ['negative', 'Denied'],
    failed: ['notice', 'Failed'],
  } as const
  const [variant, text] = looks[outcome]
  return <StatusLight variant={variant}>{text}</StatusLight>
}

const PAGES: readonly (readonly [RegExp, (id: string) => string])[] = [
  [/Flow$/, paths.flow],
  [/Run$/, paths.run],
  [/Dataset$/, paths.dataset],
  [/^\w+Connection$/, paths.account],
  [/_schemas$/, paths.schema],
]

/** What it was done to, and the way there, if there is a page for it. */
function Target({ entry: { operation, resourceId, resourceName } }: { readonly entry: AuditEntry }) {
  const text = resourceName ?? resourceId
  if (text === undefined) return <>–</>
  const [, page] =
    PAGES.find(
      ([pattern]) => pattern.test(operation) && !/^delete|(Source|Target)Connection$/.test(operation),
    ) ?? []
  if (page === undefined || resourceId === undefined) return <span className={code}>{text}</span>
  return <Link href={page(resourceId)}>{text}</Link>
}
