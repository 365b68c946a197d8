import { Link } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { type ReactNode, useEffect } from 'react'

export interface PageProps {
  readonly title: string
  /** What it is called at the end of the way to it, where the title is long. */
  readonly shortTitle?: string | undefined
  /** Beside the title: a state, a badge. */
  readonly badge?: ReactNode
  readonly description?: ReactNode
  readonly actions?: ReactNode
  /** The way here, outermost first. */
  readonly above?: readonly { readonly title: string; readonly href: string }[] | undefined
  readonly children: ReactNode
}

const page = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 24,
  minWidth: 0,
})
const headRow = style({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  justifyContent: 'space-between',
  columnGap: 24,
  rowGap: 12,
})
const titleRow = style({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  columnGap: 16,
  rowGap: 4,
  minWidth: 0,
})

/** A page: where it is, what it is called, what can be done, and what is on it. */
export function Page({
  title,
  shortTitle = title,
  badge,
  description,
  actions,
  above = [],
  children,
}: PageProps) {
  useEffect(() => {
    document.title = `${title} · Headwater`
  }, [title])
  return (
    <div className={page}>
      <header className={style({ display: 'flex', flexDirection: 'column', gap: 8 })}>
        {above.length > 0 && <Way above={above} here={shortTitle} />}
        <div className={headRow}>
          <div className={titleRow}>
            <h1 className={style({ font: 'heading-xl', margin: 0, overflowWrap: 'anywhere', minWidth: 0 })}>
              {title}
            </h1>
            {badge}
          </div>
          {actions !== undefined && (
            <div className={style({ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center' })}>
              {actions}
            </div>
          )}
        </div>
        {description !== undefined && (
          <p className={style({ font: 'body', margin: 0, color: 'neutral-subdued', maxWidth: 720 })}>
            {description}
          </p>
        )}
      </header>
      {children}
    </div>
  )
}

const way = style({
  display: 'flex',
  flexWrap: 'wrap',
  columnGap: 8,
  rowGap: 4,
  margin: 0,
  padding: 0,
  listStyleType: 'none',
  font: 'ui',
  color: 'neutral-subdued',
})

/** The pages above this one. A plain list: the one of the design system folds into a menu, which every page would load. */
function Way({ above, here }: { readonly above: NonNullable<PageProps['above']>; readonly here: string }) {
  return (
    <nav aria-label="Breadcrumbs">
      <ol className={way}>
        {above.map(({ title, href }) => (
          <li key={href} className={style({ display: 'flex', columnGap: 8 })}>
            <Link href={href} variant="secondary" isStandalone isQuiet>
              {title}
            </Link>
            <span aria-hidden>›</span>
          </li>
        ))}
        <li aria-current="page" className={style({ overflowWrap: 'anywhere', minWidth: 0 })}>
          {here}
        </li>
      </ol>
    </nav>
  )
}

/** Search and filters above a list. */
export const filters = style({ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'end' })

export interface SectionProps {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A part of a page under a heading of its own. */
export function Section({ title, note, actions, children }: SectionProps) {
  return (
    <section
      aria-label={title}
      className={style({ display: 'flex', flexDirection: 'column', gap: 12, minWidth: 0 })}
    >
      <div className={headRow}>
        <div className={style({ display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', columnGap: 12 })}>
          <h2 className={style({ font: 'heading', margin: 0 })}>{title}</h2>
          {note !== undefined && (
            <span className={style({ font: 'ui-sm', color: 'neutral-subdued' })}>{note}</span>
          )}
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}

export interface FigureTileProps {
  readonly label: string
  readonly value: string
  /** Under the figure: what it is made of. */
  readonly note?: string | undefined
  readonly tone?: 'neutral' | 'positive' | 'negative' | 'notice' | undefined
}

export const tiles = style({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fit, minmax(140px, 1fr))',
  gap: 12,
  margin: 0,
})

/** One figure with its name. */
export function FigureTile({ label, value, note, tone = 'neutral' }: FigureTileProps) {
  return (
    <div
      className={style({
        display: 'flex',
        flexDirection: 'column',
        gap: 4,
        padding: 16,
        borderRadius: 'lg',
        borderWidth: 1,
        borderStyle: 'solid',
        borderColor: 'gray-200',
        backgroundColor: 'layer-2',
        minWidth: 0,
      })}
    >
      <dt className={style({ font: 'ui-sm', color: 'neutral-subdued' })}>{label}</dt>
      <dd
        className={style({
          margin: 0,
          font: 'heading-lg',
          fontVariantNumeric: 'tabular-nums',
          color: {
            tone: { neutral: 'heading', positive: 'green-1000', negative: 'red-1000', notice: 'orange-1000' },
          },
        })({ tone })}
      >
        {value}
      </dd>
      {note !== undefined && (
        <dd className={style({ margin: 0, font: 'ui-xs', color: 'neutral-subdued' })}>{note}</dd>
      )}
    </div>
  )
}
