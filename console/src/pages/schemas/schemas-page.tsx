import { Link, Picker, PickerItem, SearchField } from '@react-spectrum/s2'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { code } from '../../ui/facts.tsx'
import { filters, Page } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'

const KINDS = {
  schemas: 'Schemas',
  classes: 'Classes',
  fieldGroups: 'Field groups',
  dataTypes: 'Data types',
} as const
type Kind = keyof typeof KINDS

/** What records look like: the resources of the registry. */
export function SchemasPage() {
  const client = useClient()
  const [kind, setKind] = useUrlState<Kind>('kind', 'schemas')
  const [search, setSearch] = useUrlState<string>('q', '')
  const query = useQuery({
    queryKey: ['schemas', kind, search],
    queryFn: ({ signal }) =>
      client.registry[kind].list(
        { orderby: 'title', limit: 300, ...(search === '' ? {} : { property: [`title~${search}`] }) },
        { signal },
      ),
    placeholderData: keepPreviousData,
  })
  return (
    <Page
      title="Schemas"
      description="What records look like: schemas, and the classes, field groups and data types that they are made of."
    >
      <search className={filters}>
        <Picker aria-label="Kind" selectedKey={kind} onSelectionChange={(key) => setKind(key as Kind)}>
          {Object.entries(KINDS).map(([key, title]) => (
            <PickerItem key={key} id={key}>
              {title}
            </PickerItem>
          ))}
        </Picker>
        <SearchField
          aria-label="Search by title"
          placeholder="Search by title"
          defaultValue={search}
          onSubmit={setSearch}
          onClear={() => setSearch('')}
        />
      </search>
      <Loaded query={query} label={KINDS[kind].toLowerCase()}>
        {({ results }) =>
          results.length === 0 ? (
            <Nothing title={search === '' ? 'None yet' : 'Nothing fits'}>
              {search === ''
                ? 'Schemas are made when you add data, or by the API.'
                : 'Nothing has this in its title.'}
            </Nothing>
          ) : (
            <DataTable
              label={KINDS[kind]}
              rows={results}
              keyOf={(resource) => String(resource['$id'])}
              columns={[
                {
                  key: 'title',
                  title: 'Title',
                  cell: (resource) =>
                    kind === 'schemas' ? (
                      <Link href={paths.schema(String(resource['meta:altId']))}>
                        {String(resource['title'])}
                      </Link>
                    ) : (
                      String(resource['title'])
                    ),
                },
                { key: 'version', title: 'Version', cell: ({ version }) => String(version ?? '') },
                {
                  key: 'id',
                  title: 'Id',
                  cell: (resource) => <span className={code}>{String(resource['meta:altId'])}</span>,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
