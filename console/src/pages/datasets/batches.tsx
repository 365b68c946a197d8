import { Link } from '@react-spectrum/s2'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { code } from '../../ui/facts.tsx'
import { bytes, count, moment } from '../../ui/figures.ts'
import { Pager } from '../../ui/pager.tsx'
import { paths } from '../../ui/paths.ts'
import { BatchStatus } from '../../ui/run-status.tsx'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'

const PAGE = 50

/** What has come into a dataset, batch by batch. */
export function Batches({ datasetId }: { readonly datasetId: string }) {
  const client = useClient()
  const [start, setStart] = useUrlState<string>('start', '0')
  const query = useQuery({
    queryKey: ['batches', datasetId, start],
    queryFn: ({ signal }) =>
      client.batches.list(
        { dataSet: datasetId, limit: PAGE + 1, start: Number(start), orderBy: 'desc:created' },
        { signal },
      ),
    placeholderData: keepPreviousData,
  })
  return (
    <Loaded query={query} label="batches">
      {(found) =>
        found.length === 0 ? (
          <Nothing title="No batches yet">Each run and each upload brings one.</Nothing>
        ) : (
          <>
            <DataTable
              label="Batches"
              rows={found.slice(0, PAGE)}
              keyOf={({ id }) => id}
              columns={[
                { key: 'id', title: 'Batch', cell: ({ id }) => <span className={code}>{id}</span> },
                { key: 'status', title: 'Status', cell: ({ status }) => <BatchStatus status={status} /> },
                { key: 'created', title: 'Made', cell: ({ created }) => moment(created) },
                {
                  key: 'rows',
                  title: 'Rows',
                  isFigure: true,
                  cell: ({ metrics }) => count(metrics['outputRecordCount'] ?? 0),
                },
                {
                  key: 'failed',
                  title: 'Failed',
                  isFigure: true,
                  cell: ({ metrics }) => count(metrics['failedRecordCount'] ?? 0),
                },
                {
                  key: 'size',
                  title: 'Size',
                  isFigure: true,
                  cell: ({ metrics }) => bytes(metrics['outputByteSize'] ?? metrics['outputBytes'] ?? 0),
                },
                { key: 'run', title: 'Run', cell: ({ tags }) => <RunLink tags={tags} /> },
              ]}
            />
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
  )
}

function RunLink({ tags }: { readonly tags: Readonly<Record<string, unknown>> }) {
  const id = Object.entries(tags).find(([name]) => /run/i.test(name))?.[1]
  const text = Array.isArray(id) ? id[0] : id
  return typeof text === 'string' ? <Link href={paths.run(text)}>Open run</Link> : <>–</>
}
