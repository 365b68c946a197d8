import { ActionButton, Picker, PickerItem, ToastQueue } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { Loaded } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { type Place, snippets } from './snippets.ts'
import { useTable } from './table-parts.tsx'

/** How other engines read this table, with everything filled in but the secret. */
export function Attach({ datasetId }: { readonly datasetId: string }) {
  return (
    <Loaded query={useTable(datasetId)} label="settings" heights={[44, 220]}>
      {({ namespace, tableName, metadataLocation }) => (
        <Snippets place={{ namespace, tableName, metadataLocation, baseUrl: location.origin }} />
      )}
    </Loaded>
  )
}

function Snippets({ place }: { readonly place: Place }) {
  const all = snippets(place)
  const [engine, setEngine] = useUrlState<string>('engine', 'DuckDB')
  const chosen = all.find((it) => it.engine === engine) ?? { engine: 'DuckDB', text: all[0]?.text ?? '' }
  return (
    <div className={style({ display: 'flex', flexDirection: 'column', gap: 12, minWidth: 0 })}>
      <p className={style({ font: 'body', margin: 0, maxWidth: 720 })}>
        The server is an Iceberg REST catalog. Replace the client id and secret by those of a client with the
        permission View Datasets.
      </p>
      <Picker label="Engine" selectedKey={chosen.engine} onSelectionChange={(key) => setEngine(String(key))}>
        {all.map(({ engine: name }) => (
          <PickerItem key={name} id={name}>
            {name}
          </PickerItem>
        ))}
      </Picker>
      <Snippet {...chosen} />
    </div>
  )
}

function Snippet({ engine, text }: { readonly engine: string; readonly text: string }) {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    ToastQueue.positive('Copied.', { timeout: 3_000 })
  }
  return (
    <div className={style({ position: 'relative', paddingTop: 12, minWidth: 0 })}>
      <section
        aria-label={`Settings for ${engine}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
        className={style({
          overflow: 'auto',
          borderRadius: 'lg',
          backgroundColor: 'gray-75',
          padding: 16,
          paddingEnd: 80,
          font: 'code-sm',
        })}
      >
        <pre className={style({ margin: 0, font: 'code-sm', whiteSpace: 'pre' })}>{text}</pre>
      </section>
      <div className={style({ position: 'absolute', top: 20, insetEnd: 8 })}>
        <ActionButton size="S" onPress={() => void copy()} aria-label={`Copy settings for ${engine}`}>
          Copy
        </ActionButton>
      </div>
    </div>
  )
}
