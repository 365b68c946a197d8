import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useClient } from '../../api/client.ts'
import { Page } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { RelationList } from './relation-list.tsx'
import { TableOrderForm } from './table-order-form.tsx'

/** Chooses a table of a database, looks into it, and makes a dataflow of it. What is chosen stands in the address. */
export function AddDataPage() {
  const { connectionId = '' } = useParams({ strict: false }) as { readonly connectionId?: string }
  const client = useClient()
  const [table] = useUrlState<string>('table', '')
  const navigate = useNavigate()
  // What was chosen of another table says nothing of this one.
  const choose = (path: string): void => {
    const keep = ({ sandbox, q }: Record<string, unknown>) => ({ sandbox, q, table: path })
    void navigate({ to: '.', search: keep, replace: true } as never)
  }
  const query = useQuery({
    queryKey: ['connection', connectionId],
    queryFn: ({ signal }) => client.connections.get(connectionId, { signal }),
  })
  return (
    <Page
      title="Add data"
      above={[
        { title: 'Sources', href: paths.sources },
        { title: query.data?.name ?? 'Account', href: paths.account(connectionId) },
      ]}
      description="Choose a table or view. It becomes a dataset with a schema of exactly its types; nothing is written to the database."
    >
      <div className={columns}>
        <RelationList connectionId={connectionId} chosen={table} onChoose={choose} />
        <div className={style({ display: 'flex', flexDirection: 'column', gap: 24, minWidth: 0 })}>
          {table === '' ? (
            <Nothing title="Nothing chosen yet">Choose a table of the list to look into it.</Nothing>
          ) : (
            <Chosen key={table} connectionId={connectionId} table={table} />
          )}
        </div>
      </div>
    </Page>
  )
}

const columns = style({
  display: 'grid',
  gridTemplateColumns: { default: ['1fr'], lg: ['320px', 'minmax(0, 1fr)'] },
  gap: 24,
  alignItems: 'start',
})

function Chosen({ connectionId, table }: { readonly connectionId: string; readonly table: string }) {
  const client = useClient()
  const query = useQuery({
    queryKey: ['relation', connectionId, table],
    queryFn: ({ signal }) =>
      client.connections.exploreTable(connectionId, table, { preview: true, previewCount: 10 }, { signal }),
    staleTime: 60_000,
  })
  return (
    <Loaded query={query} label="table" heights={[200, 300]}>
      {(explored) => <TableOrderForm connectionId={connectionId} table={table} explored={explored} />}
    </Loaded>
  )
}
