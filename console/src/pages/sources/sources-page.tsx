import { Button, LinkButton } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { panel } from '../../ui/facts.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Loaded } from '../../ui/states.tsx'
import { placeOf } from '../accounts/account-facts.ts'

/** Where data can come from: a new database, or one that is connected. */
export function SourcesPage() {
  return (
    <Page title="Sources" description="Connect a database, or bring another table of one that is connected.">
      <div className={cards}>
        <article className={panel} aria-labelledby="postgresql">
          <h2 id="postgresql" className={style({ font: 'heading', margin: 0 })}>
            PostgreSQL
          </h2>
          <p className={style({ font: 'body', margin: 0, color: 'neutral-subdued' })}>
            Tables and views of versions 13 to 18, of your own servers and of every provider. Nothing is
            written to them.
          </p>
          <div>
            <LinkButton href={paths.connect} variant="accent">
              Connect
            </LinkButton>
          </div>
        </article>
      </div>
      <Connected />
    </Page>
  )
}

const cards = style({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(280px, 1fr))',
  gap: 16,
})

function Connected() {
  const client = useClient()
  const navigate = useNavigate()
  const query = useQuery({
    queryKey: ['connections', 'sources'],
    queryFn: ({ signal }) => client.connections.list({ limit: 50 }, { signal }),
  })
  return (
    <Loaded query={query} label="accounts" heights={[44, 52]}>
      {({ items }) =>
        items.length > 0 && (
          <Section title="Connected" note={`${items.length} ${items.length === 1 ? 'account' : 'accounts'}`}>
            <DataTable
              label="Connected databases"
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                { key: 'name', title: 'Account', cell: ({ name }) => name ?? 'unnamed' },
                { key: 'place', title: 'Database', cell: placeOf },
              ]}
              actions={({ id, name }) => (
                <Button
                  variant="secondary"
                  size="S"
                  aria-label={`Add data from ${name ?? 'unnamed'}`}
                  onPress={() => void navigate({ to: paths.addData(id) } as never)}
                >
                  Add data
                </Button>
              )}
            />
          </Section>
        )
      }
    </Loaded>
  )
}
