import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useClient } from '../../api/client.ts'
import { code, Facts, panel } from '../../ui/facts.tsx'
import { moment } from '../../ui/figures.ts'
import { Page, Section } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { EntityState } from '../../ui/run-status.tsx'
import { Loaded } from '../../ui/states.tsx'
import { FlowTable } from '../flows/flow-table.tsx'
import { useEnds } from '../flows/use-flows.ts'
import { AccountMenu } from './account-actions.tsx'
import { type Connection, paramsOf, placeOf, userOf } from './account-facts.ts'
import { Doctor } from './doctor.tsx'

/** One account: where it leads, whether that works, and what goes by it. */
export function AccountPage() {
  const { connectionId = '' } = useParams({ strict: false }) as { readonly connectionId?: string }
  const client = useClient()
  const query = useQuery({
    queryKey: ['connection', connectionId],
    queryFn: ({ signal }) => client.connections.get(connectionId, { signal }),
  })
  return (
    <Page
      title={query.data?.name ?? 'Account'}
      badge={query.data && <EntityState state={query.data.state} />}
      above={[{ title: 'Accounts', href: paths.accounts }]}
      description={query.data?.description}
      actions={query.data && <AccountMenu connection={query.data} />}
    >
      <Loaded query={query} label="account" heights={[120, 120, 200]}>
        {(connection) => (
          <>
            <About connection={connection} />
            <Doctor connectionId={connectionId} />
            <GoingBy connectionId={connectionId} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function About({ connection }: { readonly connection: Connection }) {
  const { sslMode } = paramsOf(connection)
  return (
    <div className={panel}>
      <Facts
        facts={[
          ['Database', placeOf(connection)],
          ['User', userOf(connection)],
          ['Encryption', sslMode === undefined ? undefined : String(sslMode)],
          ['Made', moment(connection.createdAt)],
          ['Changed', moment(connection.updatedAt)],
          [
            'Id',
            <span key="id" className={code}>
              {connection.id}
            </span>,
          ],
        ]}
      />
    </div>
  )
}

/** Flows name their base connection in what they inherit. */
function GoingBy({ connectionId }: { readonly connectionId: string }) {
  const client = useClient()
  const ends = useEnds()
  const query = useQuery({
    queryKey: ['flows', 'by', connectionId],
    queryFn: async ({ signal }) => {
      const { items: sources } = await client.sourceConnections.list(
        { limit: 1000, property: `baseConnectionId==${connectionId}` },
        { signal },
      )
      const ids = new Set(sources.map(({ id }) => id))
      const { items } = await client.flows.list({ limit: 1000 }, { signal })
      return items.filter(({ sourceConnectionIds }) => sourceConnectionIds.some((id) => ids.has(id)))
    },
  })
  return (
    <Section title="Dataflows">
      <Loaded query={query} label="dataflows">
        {(flows) =>
          flows.length === 0 ? (
            <p>No dataflow reads by this account.</p>
          ) : (
            <FlowTable flows={flows} ends={ends.data} />
          )
        }
      </Loaded>
    </Section>
  )
}
