import { Link, SearchField } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { code } from '../../ui/facts.tsx'
import { ago, bytes, count } from '../../ui/figures.ts'
import { filters, Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { paths } from '../../ui/paths.ts'
import { BatchStatus } from '../../ui/run-status.tsx'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { useNow } from '../../ui/use-now.ts'
import { type Dataset, statsOf, tableNameOf } from './dataset-facts.ts'

const PAGE = 50

/** The tables of the sandbox. */
export function DatasetsPage() {
  const client = useClient()
  const [search, setSearch] = useUrlState<string>('q', '')
  const [start, setStart] = useUrlState<string>('start', '0')
  const query = useQuery({
    queryKey: ['datasets', 'list', search, start],
    // One more than is shown tells whether there are more.
    queryFn: ({ signal }) =>
      client.datasets.list(
        {
          limit: PAGE + 1,
          start: Number(start),
          orderBy: 'desc:created',
          ...(search === '' ? {} : { name: search }),
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  })
  return (
    <Page
      title="Datasets"
      description="Tables of the lake: what has landed, ready for SQL and for other engines."
    >
      <search className={filters}>
        <SearchField
          aria-label="Search datasets by exact name"
          placeholder="Exact name"
          defaultValue={search}
          onSubmit={setSearch}
          onClear={() => setSearch('')}
        />
      </search>
      <Loaded query={query} label="datasets">
        {(found) =>
          found.length === 0 ? (
            <Nothing title={search === '' ? 'No datasets yet' : 'Nothing fits'}>
              {search === '' ? 'A dataset is made when you add data.' : 'No dataset has exactly this name.'}
            </Nothing>
          ) : (
            <>
              <DatasetTable datasets={found.slice(0, PAGE)} />
              <Pager
                start={Number(start)}
                size={PAGE}
                hasMore={found.length > PAGE}
                onGo={(at) => setStart(String(at))}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

function DatasetTable({ datasets }: { readonly datasets: readonly Dataset[] }) {
  const now = useNow()
  return (
    <DataTable
      label="Datasets"
      rows={datasets}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'name',
          title: 'Dataset',
          cell: ({ id, name }) => <Link href={paths.dataset(id)}>{name}</Link>,
        },
        {
          key: 'table',
          title: 'Name in SQL',
          cell: (dataset) => <span className={code}>{tableNameOf(dataset)}</span>,
        },
        { key: 'rows', title: 'Rows', isFigure: true, cell: (dataset) => count(statsOf(dataset).rows) },
        { key: 'size', title: 'Size', isFigure: true, cell: (dataset) => bytes(statsOf(dataset).bytes) },
        { key: 'files', title: 'Files', isFigure: true, cell: (dataset) => count(statsOf(dataset).files) },
        {
          key: 'batch',
          title: 'Last batch',
          cell: ({ lastBatchStatus }) =>
            lastBatchStatus === undefined ? (
              <span className={style({ color: 'neutral-subdued' })}>none yet</span>
            ) : (
              <BatchStatus status={lastBatchStatus} />
            ),
        },
        { key: 'changed', title: 'Changed', isFigure: true, cell: ({ updated }) => ago(updated, now) },
      ]}
    />
  )
}
