import { Disclosure, DisclosurePanel, DisclosureTitle } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { type KeyboardEvent, useState } from 'react'
import { DataTable } from './data-table.tsx'
import { everyNth, ticksUpTo } from './scale.ts'
import { useWidth } from './use-width.ts'

export interface Series {
  readonly key: string
  readonly title: string
  readonly tone: Tone
  readonly values: readonly number[]
}
export type Tone = 'main' | 'quiet' | 'notice' | 'bad'

export interface BarChartProps {
  /** What it shows, as a sentence. */
  readonly label: string
  /** Under each group of bars. */
  readonly labels: readonly string[]
  /** The same in full, for hints and the table. */
  readonly names: readonly string[]
  /** From the bottom up. */
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  readonly formatAxis: (value: number) => string
  readonly height?: number | undefined
}

const HEIGHT = 240
const MARGIN = { top: 12, right: 8, bottom: 28, left: 56 }
const LABEL_PX = 64

const fillOf = style({
  fill: {
    tone: { main: 'blue-900', quiet: 'gray-500', notice: 'orange-900', bad: 'red-900' },
  },
  opacity: { default: 1, isFaint: 0.45 },
})
const swatch = style({
  size: 12,
  borderRadius: 'sm',
  flexShrink: 0,
  backgroundColor: { tone: { main: 'blue-900', quiet: 'gray-500', notice: 'orange-900', bad: 'red-900' } },
})
const gridLine = style({ stroke: 'gray-200' })
const axisText = style({ fill: 'gray-700', font: 'ui-xs' })

/** Stacked bars over time, with axes, a hint for each bar, keys to go along them, and the table behind. */
export function BarChart(props: BarChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const [at, setAt] = useState<number>()
  const { label, labels, names, series, format, height = HEIGHT } = props
  return (
    <figure className={style({ margin: 0, display: 'flex', flexDirection: 'column', gap: 8, minWidth: 0 })}>
      <Legend series={series} />
      <div
        ref={ref}
        className={style({ position: 'relative', width: 'full', minWidth: 0 })}
        style={{ height }}
      >
        {width > 0 && <Bars {...props} {...{ width, height, at, setAt }} />}
        {at !== undefined && width > 0 && (
          <Hint {...{ names, series, format, at, width }} count={labels.length} />
        )}
      </div>
      <Disclosure size="S" isQuiet>
        <DisclosureTitle>Show as a table</DisclosureTitle>
        <DisclosurePanel>
          <FigureTable {...{ label, names, series, format }} />
        </DisclosurePanel>
      </Disclosure>
    </figure>
  )
}

function Legend({ series }: Pick<BarChartProps, 'series'>) {
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
      {series.map(({ key, title, tone }) => (
        <li key={key} className={style({ display: 'flex', alignItems: 'center', gap: 8, font: 'ui-sm' })}>
          <span className={swatch({ tone })} aria-hidden />
          {title}
        </li>
      ))}
    </ul>
  )
}

interface Drawn extends BarChartProps {
  readonly width: number
  readonly height: number
  readonly at: number | undefined
  readonly setAt: (at: number | undefined) => void
}

function Bars({ label, labels, names, series, format, formatAxis, width, height, at, setAt }: Drawn) {
  const sums = labels.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
  const ticks = ticksUpTo(Math.max(...sums, 0))
  const top = ticks.at(-1) ?? 1
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom }
  const step = inner.width / Math.max(1, labels.length)
  const y = (value: number) => MARGIN.top + inner.height * (1 - value / top)
  const every = everyNth(labels.length, Math.floor(inner.width / LABEL_PX))
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (event.key === 'Escape') setAt(undefined)
    if (by === undefined) return
    event.preventDefault()
    setAt(Math.min(labels.length - 1, Math.max(0, (at ?? (by > 0 ? -1 : labels.length)) + by)))
  }
  const shown =
    at === undefined
      ? ''
      : `${names[at]}: ${series.map((it) => `${it.title} ${format(it.values[at] ?? 0)}`).join(', ')}`
  return (
    <>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${label}. Arrow keys go from bar to bar; the table below has all figures.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the bars are gone along by keys
        tabIndex={0}
        onKeyDown={move}
        onBlur={() => setAt(undefined)}
        onPointerLeave={() => setAt(undefined)}
        onPointerMove={(event) => {
          const x = event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left
          const index = Math.floor(x / step)
          setAt(index >= 0 && index < labels.length ? index : undefined)
        }}
        className={style({ display: 'block', borderRadius: 'default' })}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} className={gridLine} />
            <text x={MARGIN.left - 8} y={y(tick)} dy="0.32em" textAnchor="end" className={axisText}>
              {formatAxis(tick)}
            </text>
          </g>
        ))}
        {labels.map((text, index) => (
          <g key={names[index]}>
            <Stack
              {...{ series, index, y, isFaint: at !== undefined && at !== index }}
              x={MARGIN.left + index * step}
              width={step}
            />
            {index % every === 0 && (
              <text
                x={MARGIN.left + (index + 0.5) * step}
                y={height - 8}
                textAnchor={index === 0 && step < LABEL_PX ? 'start' : 'middle'}
                className={axisText}
              >
                {text}
              </text>
            )}
          </g>
        ))}
      </svg>
      <span
        role="status"
        className={style({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', opacity: 0 })}
      >
        {shown}
      </span>
    </>
  )
}

interface StackProps extends Pick<BarChartProps, 'series'> {
  readonly index: number
  readonly x: number
  readonly width: number
  readonly y: (value: number) => number
  readonly isFaint: boolean
}

function Stack({ series, index, x, width, y, isFaint }: StackProps) {
  const gap = Math.min(4, width * 0.2)
  let below = 0
  return series.map(({ key, tone, values }) => {
    const value = values[index] ?? 0
    const [bottom, top] = [y(below), y(below + value)]
    below += value
    if (value === 0) return null
    // What is there is seen, however small it is beside the rest.
    const height = Math.max(bottom - top, 1.5)
    return (
      <rect
        key={key}
        className={fillOf({ tone, isFaint })}
        x={x + gap / 2}
        y={bottom - height}
        width={Math.max(1, width - gap)}
        height={height}
        rx={Math.min(2, width / 4)}
      />
    )
  })
}

const hint = style({
  position: 'absolute',
  top: 8,
  padding: 12,
  borderRadius: 'lg',
  backgroundColor: 'elevated',
  boxShadow: 'elevated',
  font: 'ui-sm',
  pointerEvents: 'none',
  minWidth: 160,
  maxWidth: 240,
  zIndex: 1,
})

function Hint({
  names,
  series,
  format,
  at,
  width,
  count,
}: Pick<BarChartProps, 'names' | 'series' | 'format'> & {
  readonly at: number
  readonly width: number
  readonly count: number
}) {
  const step = (width - MARGIN.left - MARGIN.right) / Math.max(1, count)
  const middle = MARGIN.left + (at + 0.5) * step
  const isRight = middle > width / 2
  const place = isRight
    ? { right: Math.max(0, width - middle + step / 2 + 8) }
    : { left: middle + step / 2 + 8 }
  return (
    <div className={hint} style={place} aria-hidden>
      <div className={style({ font: 'title-xs', marginBottom: 4 })}>{names[at]}</div>
      {series.toReversed().map(({ key, title, tone, values }) => (
        <div key={key} className={style({ display: 'flex', alignItems: 'center', gap: 8 })}>
          <span className={swatch({ tone })} />
          <span className={style({ flexGrow: 1 })}>{title}</span>
          <span className={style({ fontVariantNumeric: 'tabular-nums' })}>{format(values[at] ?? 0)}</span>
        </div>
      ))}
    </div>
  )
}

function FigureTable({
  label,
  names,
  series,
  format,
}: Pick<BarChartProps, 'label' | 'names' | 'series' | 'format'>) {
  const rows = names.map((name, index) => ({ name, index })).toReversed()
  return (
    <DataTable
      label={label}
      rows={rows}
      keyOf={({ name }) => name}
      columns={[
        { key: 'time', title: 'Time', cell: ({ name }) => name },
        ...series.map(({ key, title, values }) => ({
          key,
          title,
          isFigure: true,
          cell: ({ index }: { readonly index: number }) => format(values[index] ?? 0),
        })),
      ]}
    />
  )
}
