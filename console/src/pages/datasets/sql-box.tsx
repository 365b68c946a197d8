import type { QueryResult } from '@headwater/contract/query.ts'
import { Button, TextArea } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { amount, duration } from '../../ui/figures.ts'
import { Nothing, Outline, Problem } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { flatten, shown } from './flatten.ts'

const MOST_ROWS = 200

/** One statement over the datasets of the sandbox, which only reads. It stands in the address, so that it can be shared. */
export function SqlBox({ tableName }: { readonly tableName: string }) {
  const client = useClient()
  const [kept, keep] = useUrlState<string>('sql', `select * from ${tableName} limit 20`)
  const [sql, setSql] = useState(kept)
  const query = useMutation({
    mutationFn: async (text: string) => {
      const begun = performance.now()
      const result = await client.query({ sql: text, maxRows: MOST_ROWS })
      return { result, tookMs: performance.now() - begun }
    },
  })
  const run = (): void => {
    keep(sql)
    query.mutate(sql)
  }
  return (
    <div className={style({ display: 'flex', flexDirection: 'column', gap: 12, minWidth: 0 })}>
      <TextArea
        label="SQL"
        description="One statement that reads; datasets are tables under their names. Ctrl+Enter runs it."
        value={sql}
        onChange={setSql}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run()
          else event.continuePropagation()
        }}
        styles={style({ width: 'full' })}
      />
      <div>
        <Button variant="accent" isDisabled={sql.trim() === ''} isPending={query.isPending} onPress={run}>
          Run statement
        </Button>
      </div>
      <div
        aria-live="polite"
        className={style({ display: 'flex', flexDirection: 'column', gap: 12, minWidth: 0 })}
      >
        {query.isPending && <Outline label="rows" heights={[44, 44, 44]} />}
        {query.error !== null && <Problem error={query.error} />}
        {query.data !== undefined && <Found {...query.data} />}
      </div>
    </div>
  )
}

function Found({ result, tookMs }: { readonly result: QueryResult; readonly tookMs: number }) {
  const { columns, rows, truncated } = result
  if (rows.length === 0) return <Nothing title="No rows">The statement found nothing.</Nothing>
  // Objects are shown by their parts, as the preview does.
  const shownRows = rows.map((values) => flatten(recordOf(columns, values)))
  const paths = [...new Set(shownRows.flatMap((row) => [...row.keys()]))]
  const numbered = shownRows.map((row, index) => ({ row, index }))
  return (
    <>
      <p className={style({ font: 'ui-sm', color: 'neutral-subdued', margin: 0 })}>
        {amount(rows.length, 'row')} in {duration(tookMs)}
        {truncated && `; there are more, of which the first ${MOST_ROWS} are shown`}
      </p>
      <DataTable
        label="Rows of the statement"
        rows={numbered}
        keyOf={({ index }) => String(index)}
        columns={paths.map((path) => ({
          key: path,
          title: path,
          isFigure: shownRows.every((row) => isFigure(row.get(path))),
          cell: ({ row }: (typeof numbered)[number]) => shown(row.get(path)),
        }))}
      />
    </>
  )
}

/** Two columns may have one name. */
function recordOf(columns: QueryResult['columns'], values: readonly unknown[]): object {
  const names = columns.map(({ name }) => name)
  const nameAt = (at: number) =>
    names.indexOf(names[at] ?? '') === at ? names[at] : `${names[at]} (${at + 1})`
  return Object.fromEntries(values.map((value, at) => [nameAt(at), value]))
}

/** Numbers that JSON cannot say exactly come as text. */
function isFigure(value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'number') return true
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
}
