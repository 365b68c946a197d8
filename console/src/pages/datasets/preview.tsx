import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { flatten, shown } from './flatten.ts'

const SHOWN = 25

/** The newest rows. */
export function Preview({ datasetId }: { readonly datasetId: string }) {
  const client = useClient()
  const query = useQuery({
    queryKey: ['dataset', datasetId, 'preview'],
    queryFn: async ({ signal }) =>
      (await client.datasets.preview(datasetId, { signal })).data.map((row) => flatten(row)),
  })
  return (
    <Loaded query={query} label="rows" heights={[44, 44, 44, 44, 44]}>
      {(rows) =>
        rows.length === 0 ? (
          <Nothing title="No rows yet">Rows appear here when the first run has landed.</Nothing>
        ) : (
          <DataTable
            label="Newest rows"
            rows={rows.slice(0, SHOWN)}
            keyOf={(row) => String(rows.indexOf(row))}
            columns={columnsOf(rows)}
          />
        )
      }
    </Loaded>
  )
}

type Row = ReadonlyMap<string, unknown>

function columnsOf(rows: readonly Row[]): readonly Column<Row>[] {
  const paths = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  return paths.map((path) => ({
    key: path,
    title: path.replace(/^_[^.]+\./, ''),
    isFigure: rows.every((row) => !row.has(path) || typeof row.get(path) === 'number'),
    cell: (row) => shown(row.get(path)),
  }))
}
