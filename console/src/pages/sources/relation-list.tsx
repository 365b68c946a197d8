import { SearchField } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { short } from '../../ui/figures.ts'
import { Loaded } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'

export interface RelationListProps {
  readonly connectionId: string
  /** Path of the one that is looked into; empty for none. */
  readonly chosen: string
  readonly onChoose: (path: string) => void
}

/** So many are shown; a search finds the others. */
const SHOWN = 100

/** Tables and views of a source, to choose from. */
export function RelationList({ connectionId, chosen, onChoose }: RelationListProps) {
  const client = useClient()
  const [search, setSearch] = useUrlState<string>('q', '')
  const query = useQuery({
    queryKey: ['relations', connectionId, search],
    queryFn: async ({ signal }) => {
      const asked = { limit: SHOWN + 1, ...(search === '' ? {} : { search }) }
      const found = []
      for await (const relation of client.connections.relations(connectionId, asked, { signal })) {
        found.push(relation)
        if (found.length > SHOWN) break
      }
      return found
    },
    staleTime: 60_000,
  })
  return (
    <section
      aria-label="Tables and views"
      className={style({ display: 'flex', flexDirection: 'column', gap: 12 })}
    >
      <SearchField
        aria-label="Search tables"
        placeholder="Search tables"
        defaultValue={search}
        onSubmit={setSearch}
        onClear={() => setSearch('')}
      />
      <Loaded query={query} label="tables" heights={[40, 40, 40, 40]}>
        {(relations) => (
          <>
            {relations.length === 0 && (
              <p className={told}>No table or view that this user may read has this in its name.</p>
            )}
            <ul className={list}>
              {relations.slice(0, SHOWN).map(({ path, meta }) => (
                <li key={path}>
                  <button
                    type="button"
                    aria-pressed={path === chosen}
                    className={item({ isChosen: path === chosen })}
                    onClick={() => onChoose(path)}
                  >
                    <span className={style({ font: 'ui', overflowWrap: 'anywhere' })}>{path}</span>
                    <span className={style({ font: 'ui-xs', color: 'neutral-subdued' })}>
                      {meta.kind}
                      {meta.estimatedRows !== undefined && `, about ${short(meta.estimatedRows)} rows`}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            {relations.length > SHOWN && (
              <p className={told}>There are more than these {SHOWN}: search for the others.</p>
            )}
          </>
        )}
      </Loaded>
    </section>
  )
}

const told = style({ font: 'body-sm', margin: 0, color: 'neutral-subdued' })
const list = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 4,
  margin: 0,
  padding: 0,
  listStyleType: 'none',
  maxHeight: '[70vh]',
  overflow: 'auto',
})
const item = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 2,
  width: 'full',
  boxSizing: 'border-box',
  paddingX: 12,
  paddingY: 8,
  textAlign: 'start',
  color: 'neutral',
  cursor: 'pointer',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: { default: 'transparent', isChosen: 'blue-800' },
  borderRadius: 'default',
  backgroundColor: { default: 'transparent', isChosen: 'gray-100' },
})
