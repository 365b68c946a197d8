import { nextTokenOf } from '@headwater/client/pages.ts'
import { Button, Link, SearchField } from '@react-spectrum/s2'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { ago } from '../../ui/figures.ts'
import { filters, Page } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { EntityState } from '../../ui/run-status.tsx'
import { Nothing, Outline, Problem } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { useNow } from '../../ui/use-now.ts'
import { AccountMenu } from './account-actions.tsx'
import { type Connection, placeOf, userOf } from './account-facts.ts'

/** The base connections of the sandbox: databases with the user that reads them. */
export function AccountsPage() {
  const client = useClient()
  const [search, setSearch] = useUrlState<string>('q', '')
  const query = useInfiniteQuery({
    queryKey: ['connections', 'list', search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      client.connections.list(
        { limit: 50, property: search === '' ? [] : [`name~${search}`], continuationToken: pageParam },
        { signal },
      ),
    getNextPageParam: nextTokenOf,
  })
  return (
    <Page
      title="Accounts"
      description="Databases, each with the user that reads it. Dataflows go by them; secrets are kept sealed and never shown."
    >
      <search className={filters}>
        <SearchField
          aria-label="Search accounts by name"
          placeholder="Search by name"
          defaultValue={search}
          onSubmit={setSearch}
          onClear={() => setSearch('')}
        />
      </search>
      {query.data === undefined ? (
        query.error === null ? (
          <Outline label="accounts" heights={[44, 52, 52]} />
        ) : (
          <Problem error={query.error} retry={() => void query.refetch()} />
        )
      ) : (
        <List connections={query.data.pages.flatMap(({ items }) => items)} isFiltered={search !== ''} />
      )}
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
    </Page>
  )
}

interface ListProps {
  readonly connections: readonly Connection[]
  readonly isFiltered: boolean
}

function List({ connections, isFiltered }: ListProps) {
  const now = useNow()
  if (connections.length === 0)
    return (
      <Nothing title={isFiltered ? 'Nothing fits' : 'No accounts yet'}>
        {isFiltered ? 'No account has this in its name.' : 'An account is made when you connect a database.'}
      </Nothing>
    )
  return (
    <DataTable
      label="Accounts"
      rows={connections}
      keyOf={({ id }) => id}
      actions={(connection) => <AccountMenu connection={connection} />}
      columns={[
        {
          key: 'name',
          title: 'Account',
          cell: ({ id, name }) => <Link href={paths.account(id)}>{name ?? 'unnamed'}</Link>,
        },
        { key: 'place', title: 'Database', cell: placeOf },
        { key: 'user', title: 'User', cell: userOf },
        { key: 'state', title: 'State', cell: ({ state }) => <EntityState state={state} /> },
        { key: 'changed', title: 'Changed', isFigure: true, cell: ({ updatedAt }) => ago(updatedAt, now) },
      ]}
    />
  )
}
