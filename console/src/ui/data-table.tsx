import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import type { ReactNode } from 'react'
import { useIsNarrow } from './use-width.ts'

export interface Column<Row> {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** Figures stand at the end, so that their digits line up. */
  readonly isFigure?: boolean
}

export interface DataTableProps<Row> {
  /** What it lists, for who does not see it. */
  readonly label: string
  /** The first names the row. */
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Beside each row: buttons and menus. */
  readonly actions?: ((row: Row) => ReactNode) | undefined
}

/** A table on a wide page, a list of cards on a narrow one. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  return useIsNarrow() ? <CardList {...props} /> : <WideTable {...props} />
}

const frame = style({
  overflow: 'auto',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
})
const table = style({ width: 'full', borderSpacing: 0, font: 'ui', overflowWrap: 'break-word' })
const head = style({
  textAlign: { default: 'start', isFigure: 'end' },
  paddingX: 16,
  paddingY: 12,
  font: 'detail-sm',
  color: 'neutral-subdued',
  whiteSpace: 'nowrap',
  borderBottomWidth: 1,
  borderTopWidth: 0,
  borderXWidth: 0,
  borderStyle: 'solid',
  borderColor: 'gray-200',
})
const cell = style({
  textAlign: { default: 'start', isFigure: 'end' },
  paddingX: 16,
  paddingY: 12,
  fontWeight: 'normal',
  borderBottomWidth: { default: 1, isLast: 0 },
  borderTopWidth: 0,
  borderXWidth: 0,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  fontVariantNumeric: { isFigure: 'tabular-nums' },
  whiteSpace: { isFigure: 'nowrap' },
})

function WideTable<Row>({ label, columns, rows, keyOf, actions }: DataTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={frame} aria-label={`Table: ${label}`} tabIndex={0}>
      <table className={table}>
        <thead>
          <tr>
            {columns.map(({ key, title, isFigure = false }) => (
              <th key={key} scope="col" className={head({ isFigure })}>
                {title}
              </th>
            ))}
            {actions !== undefined && (
              <th scope="col" className={head({ isFigure: true })}>
                Actions
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <TableRow key={keyOf(row)} {...{ row, columns, actions }} isLast={index === rows.length - 1} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface TableRowProps<Row> extends Pick<DataTableProps<Row>, 'columns' | 'actions'> {
  readonly row: Row
  readonly isLast: boolean
}

function TableRow<Row>({ row, columns, actions, isLast }: TableRowProps<Row>) {
  return (
    <tr>
      {columns.map(({ key, cell: show, isFigure = false }, index) =>
        index === 0 ? (
          <th key={key} scope="row" className={cell({ isFigure, isLast })}>
            {show(row)}
          </th>
        ) : (
          <td key={key} className={cell({ isFigure, isLast })}>
            {show(row)}
          </td>
        ),
      )}
      {actions !== undefined && <td className={cell({ isFigure: true, isLast })}>{actions(row)}</td>}
    </tr>
  )
}

const cards = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 12,
  padding: 0,
  margin: 0,
  listStyleType: 'none',
})
const card = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 12,
  padding: 16,
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  font: 'ui',
})
const cardHead = style({ display: 'flex', justifyContent: 'space-between', alignItems: 'start', gap: 12 })
const cardName = style({ minWidth: 0, font: 'title-sm', overflowWrap: 'anywhere' })
const facts = style({
  display: 'grid',
  gridTemplateColumns: ['auto', '1fr'],
  columnGap: 16,
  rowGap: 4,
  margin: 0,
})
const term = style({ font: 'ui-sm', color: 'neutral-subdued' })
const fact = style({
  display: 'flex',
  justifyContent: 'end',
  alignItems: 'center',
  margin: 0,
  font: 'ui-sm',
  textAlign: 'end',
  minWidth: 0,
  overflowWrap: 'anywhere',
})

function CardList<Row>({ label, columns, rows, keyOf, actions }: DataTableProps<Row>) {
  const [name, ...others] = columns
  return (
    <ul className={cards} aria-label={label}>
      {rows.map((row) => (
        <li key={keyOf(row)} className={card}>
          <div className={cardHead}>
            <div className={cardName}>{name?.cell(row)}</div>
            {actions?.(row)}
          </div>
          <dl className={facts}>
            {others.map(({ key, title, cell: show }) => (
              <Fact key={key} title={title}>
                {show(row)}
              </Fact>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  )
}

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className={term}>{title}</dt>
      <dd className={fact}>{children}</dd>
    </>
  )
}
