import type { TableSnapshot } from '@headwater/contract/monitoring/tables.ts'
import { Badge, Link } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { code } from '../../ui/facts.tsx'
import { amount, bytes, count, moment } from '../../ui/figures.ts'
import { Pager } from '../../ui/pager.tsx'
import { paths } from '../../ui/paths.ts'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'

/** The table of a dataset as the lake has it. */
export function useTable(datasetId: string) {
  const client = useClient()
  return useQuery({
    queryKey: ['table', datasetId],
    queryFn: ({ signal }) => client.monitoring.table(datasetId, { signal }),
  })
}

const note = style({ font: 'ui-sm', color: 'neutral-subdued', margin: 0 })

/** Fields with the types in which they are stored. */
export function FieldList({ datasetId }: { readonly datasetId: string }) {
  return (
    <Loaded query={useTable(datasetId)} label="fields">
      {({ fields }) => (
        <DataTable
          label="Fields"
          rows={fields}
          keyOf={({ path }) => path}
          columns={[
            { key: 'path', title: 'Field', cell: ({ path }) => <span className={code}>{path}</span> },
            { key: 'type', title: 'Type', cell: ({ type }) => <span className={code}>{type}</span> },
            { key: 'required', title: 'Required', cell: ({ required }) => (required ? 'yes' : 'no') },
          ]}
        />
      )}
    </Loaded>
  )
}

/** Versions of the content, the newest first. */
export function SnapshotList({ datasetId }: { readonly datasetId: string }) {
  return (
    <Loaded query={useTable(datasetId)} label="snapshots">
      {({ snapshots, snapshotCount }) =>
        snapshots.length === 0 ? (
          <Nothing title="No snapshots yet">Each run that lands makes one.</Nothing>
        ) : (
          <>
            <p className={note}>
              {amount(snapshotCount, 'snapshot')}. Each run that lands makes one; readers see the current one.
            </p>
            <DataTable
              label="Snapshots"
              rows={snapshots}
              keyOf={({ id }) => id}
              columns={[
                { key: 'at', title: 'Made', cell: ({ at }) => moment(at) },
                {
                  key: 'operation',
                  title: 'Operation',
                  cell: (snapshot) => <Operation snapshot={snapshot} />,
                },
                {
                  key: 'rows',
                  title: 'Rows',
                  isFigure: true,
                  cell: (it) => change(it.addedRecords, it.deletedRecords),
                },
                {
                  key: 'files',
                  title: 'Files',
                  isFigure: true,
                  cell: (it) => change(it.addedFiles, it.deletedFiles),
                },
                {
                  key: 'total',
                  title: 'Rows in all',
                  isFigure: true,
                  cell: ({ totalRecords }) => count(totalRecords),
                },
                {
                  key: 'size',
                  title: 'Size in all',
                  isFigure: true,
                  cell: ({ totalBytes }) => bytes(totalBytes),
                },
                {
                  key: 'id',
                  title: 'Id',
                  cell: ({ id }) => (
                    <Link href={`${paths.dataset(datasetId)}?tab=files&snapshot=${id}`}>
                      <span className={code}>{id}</span>
                    </Link>
                  ),
                },
              ]}
            />
          </>
        )
      }
    </Loaded>
  )
}

function Operation({ snapshot: { operation, isCurrent } }: { readonly snapshot: TableSnapshot }) {
  return (
    <span className={style({ display: 'inline-flex', gap: 8, alignItems: 'center' })}>
      {operation}
      {isCurrent && (
        <Badge variant="positive" size="S" fillStyle="subtle">
          current
        </Badge>
      )}
    </span>
  )
}

function change(added: number, removed: number): string {
  const parts = [...(added > 0 ? [`+${count(added)}`] : []), ...(removed > 0 ? [`−${count(removed)}`] : [])]
  return parts.length === 0 ? '0' : parts.join(' ')
}

const PAGE = 100

/** Data files of a snapshot, the newest first. */
export function FileList({ datasetId }: { readonly datasetId: string }) {
  const client = useClient()
  const [snapshot] = useUrlState<string>('snapshot', '')
  const [start, setStart] = useUrlState<string>('start', '0')
  const query = useQuery({
    queryKey: ['table', datasetId, 'files', snapshot, start],
    queryFn: ({ signal }) =>
      client.monitoring.tableFiles(
        datasetId,
        { start: Number(start), limit: PAGE, ...(snapshot === '' ? {} : { snapshot }) },
        { signal },
      ),
    placeholderData: keepPreviousData,
  })
  return (
    <Loaded query={query} label="files">
      {({ files, total, rowCount, sizeBytes }) =>
        total === 0 ? (
          <Nothing title="No files yet">Files come with the first run that lands.</Nothing>
        ) : (
          <>
            <p className={note}>
              {amount(total, 'file')} with {amount(rowCount, 'row')} in {bytes(sizeBytes)}
              {snapshot === '' ? '.' : `, as of snapshot ${snapshot}.`}
            </p>
            <DataTable
              label="Files"
              rows={files}
              keyOf={({ path }) => path}
              columns={[
                {
                  key: 'path',
                  title: 'File',
                  cell: ({ path }) => <span className={code}>{path.split('/').at(-1)}</span>,
                },
                { key: 'rows', title: 'Rows', isFigure: true, cell: (file) => count(file.rowCount) },
                { key: 'size', title: 'Size', isFigure: true, cell: (file) => bytes(file.sizeBytes) },
                {
                  key: 'snapshot',
                  title: 'Added by',
                  cell: ({ snapshotId }) => <span className={code}>{snapshotId}</span>,
                },
              ]}
            />
            <Pager
              start={Number(start)}
              size={PAGE}
              hasMore={Number(start) + files.length < total}
              onGo={(at) => setStart(String(at))}
            />
          </>
        )
      }
    </Loaded>
  )
}
