import type { RunSlice } from '@headwater/contract/monitoring/run-detail.ts'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { type KeyboardEvent, useState } from 'react'
import { amount, bytes, count } from './figures.ts'
import { useWidth } from './use-width.ts'

const CELL_PX = 14
const GAP_PX = 3
/** Beyond that a cell stands for several slices. */
const MOST_ROWS = 12

const cellOf = style({
  fill: {
    state: {
      pending: 'gray-200',
      copying: 'blue-500',
      done: 'blue-1000',
      rejected: 'orange-900',
      errors: 'red-900',
    },
  },
  stroke: { default: 'none', isAt: 'gray-900' },
})
const sample = style({
  size: 12,
  borderRadius: 'sm',
  backgroundColor: {
    state: {
      pending: 'gray-200',
      copying: 'blue-500',
      done: 'blue-1000',
      rejected: 'orange-900',
      errors: 'red-900',
    },
  },
})

type CellState = 'pending' | 'copying' | 'done' | 'rejected' | 'errors'

const WORDS: Readonly<Record<CellState, string>> = {
  done: 'Done',
  copying: 'Copying',
  pending: 'Waiting',
  rejected: 'Done, rows set aside',
  errors: 'Tried again',
}

/** Slices as cells in their order: which are done, which are read now, and where something went wrong. */
export function HeatStrip({ slices }: { readonly slices: readonly RunSlice[] }) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const [at, setAt] = useState<number>()
  const perRow = Math.max(1, Math.floor((width + GAP_PX) / (CELL_PX + GAP_PX)))
  const fold = Math.max(1, Math.ceil(slices.length / (perRow * MOST_ROWS)))
  const cells = chunks(slices, fold)
  const rowCount = Math.ceil(cells.length / perRow)
  const height = Math.max(1, rowCount) * (CELL_PX + GAP_PX)
  const shown = at === undefined ? undefined : cells[at]
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow }[event.key]
    if (by === undefined) return
    event.preventDefault()
    setAt(Math.min(cells.length - 1, Math.max(0, (at ?? -1) + by)))
  }
  return (
    <div className={style({ display: 'flex', flexDirection: 'column', gap: 8 })}>
      <div ref={ref} style={{ minHeight: height }}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={`${summaryOf(slices)}. Arrow keys go from slice to slice.`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: cells are gone along by keys
            tabIndex={0}
            onKeyDown={move}
            onBlur={() => setAt(undefined)}
            onPointerLeave={() => setAt(undefined)}
            className={style({ display: 'block', borderRadius: 'sm' })}
          >
            {cells.map((cell, index) => (
              <rect
                key={cell[0]?.ordinal}
                className={cellOf({ state: stateOf(cell), isAt: index === at })}
                x={(index % perRow) * (CELL_PX + GAP_PX)}
                y={Math.floor(index / perRow) * (CELL_PX + GAP_PX) + 1}
                width={CELL_PX}
                height={CELL_PX}
                rx={3}
                onPointerEnter={() => setAt(index)}
              />
            ))}
          </svg>
        )}
      </div>
      <div
        className={style({
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'space-between',
          columnGap: 24,
          rowGap: 4,
        })}
      >
        <Key slices={slices} />
        <p
          role="status"
          className={style({ margin: 0, font: 'ui-sm', color: 'neutral-subdued', minHeight: 20 })}
        >
          {shown === undefined ? summaryOf(slices) : describe(shown)}
        </p>
      </div>
    </div>
  )
}

function Key({ slices }: { readonly slices: readonly RunSlice[] }) {
  const used = new Set(slices.map((slice) => stateOf([slice])))
  return (
    <ul
      className={style({
        display: 'flex',
        flexWrap: 'wrap',
        columnGap: 16,
        rowGap: 4,
        margin: 0,
        padding: 0,
        listStyleType: 'none',
      })}
    >
      {(Object.keys(WORDS) as CellState[])
        .filter((state) => used.has(state))
        .map((state) => (
          <li key={state} className={style({ display: 'flex', alignItems: 'center', gap: 8, font: 'ui-sm' })}>
            <span className={sample({ state })} aria-hidden />
            {WORDS[state]}
          </li>
        ))}
    </ul>
  )
}

function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/** Of several slices in one cell, what most needs to be seen. */
function stateOf(cell: readonly RunSlice[]): CellState {
  if (cell.some(({ errors }) => errors > 0)) return 'errors'
  if (cell.some(({ rejected }) => rejected > 0)) return 'rejected'
  if (cell.every(({ state }) => state === 'done')) return 'done'
  return cell.some(({ state }) => state !== 'pending') ? 'copying' : 'pending'
}

function summaryOf(slices: readonly RunSlice[]): string {
  const done = slices.filter(({ state }) => state === 'done').length
  return `${count(done)} of ${amount(slices.length, 'slice')} done`
}

function describe(cell: readonly RunSlice[]): string {
  const [first] = cell
  const name =
    cell.length === 1
      ? `Slice ${(first?.ordinal ?? 0) + 1}`
      : `Slices ${(first?.ordinal ?? 0) + 1} to ${(first?.ordinal ?? 0) + cell.length}`
  const sum = (of: (slice: RunSlice) => number) => cell.reduce((total, slice) => total + of(slice), 0)
  const [rows, size, rejected, errors] = [
    sum((it) => it.rows),
    sum((it) => it.bytes),
    sum((it) => it.rejected),
    sum((it) => it.errors),
  ]
  const more = [
    ...(rejected > 0 ? [`${amount(rejected, 'row')} set aside`] : []),
    ...(errors > 0 ? [`${amount(errors, 'failed try', 'failed tries')}`] : []),
  ]
  return [`${name}: ${WORDS[stateOf(cell)].toLowerCase()}`, amount(rows, 'row'), bytes(size), ...more].join(
    ', ',
  )
}
