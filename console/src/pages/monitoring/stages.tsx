import type { RunDetail } from '@headwater/contract/monitoring/run-detail.ts'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { duration } from '../../ui/figures.ts'
import { useNow } from '../../ui/use-now.ts'

const NAMES = ['Waiting', 'Copying from the source', 'Committing to the lake'] as const

interface Stage {
  readonly name: string
  readonly ms: number | undefined
  readonly state: 'done' | 'now' | 'next'
}

/** Where the time of a run went. */
export function Stages({ detail }: { readonly detail: RunDetail }) {
  const now = useNow(1_000)
  const stages = stagesOf(detail, now)
  return (
    <ol
      aria-label="Stages"
      className={style({
        display: 'flex',
        flexWrap: 'wrap',
        columnGap: 32,
        rowGap: 8,
        margin: 0,
        padding: 0,
        listStyleType: 'none',
      })}
    >
      {stages.map(({ name, ms, state }) => (
        <li
          key={name}
          aria-current={state === 'now' ? 'step' : undefined}
          className={style({ display: 'flex', alignItems: 'center', gap: 8, font: 'ui-sm' })}
        >
          <span
            aria-hidden
            className={style({
              size: 8,
              borderRadius: 'full',
              flexShrink: 0,
              backgroundColor: { state: { done: 'positive-900', now: 'blue-900', next: 'gray-300' } },
            })({ state })}
          />
          <span>{name}</span>
          <span className={style({ color: 'neutral-subdued', fontVariantNumeric: 'tabular-nums' })}>
            {ms === undefined ? '' : duration(ms)}
          </span>
        </li>
      ))}
    </ol>
  )
}

function stagesOf(
  { createdAt, startedAt, copiedAt, completedAt, stage }: RunDetail,
  now: number,
): readonly Stage[] {
  const ends = [startedAt, copiedAt, completedAt]
  const begins = [createdAt, startedAt, copiedAt]
  return NAMES.map((name, index) => {
    const [from, to] = [begins[index], ends[index]]
    const isOver = stage === 'ended'
    const state = to !== undefined ? 'done' : from !== undefined && !isOver ? 'now' : 'next'
    const until = to ?? (state === 'now' ? now : undefined)
    return {
      name,
      state,
      ms: from === undefined || until === undefined ? undefined : Math.max(0, until - from),
    }
  })
}
