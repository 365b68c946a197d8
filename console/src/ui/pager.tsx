import { ActionButton } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }

export interface PagerProps {
  readonly start: number
  readonly size: number
  readonly hasMore: boolean
  readonly onGo: (start: number) => void
}

/** Goes through a list page by page; nothing where all fits on one. */
export function Pager({ start, size, hasMore, onGo }: PagerProps) {
  if (start === 0 && !hasMore) return null
  return (
    <nav
      aria-label="Pages"
      className={style({ display: 'flex', alignItems: 'center', gap: 12, font: 'ui-sm' })}
    >
      <ActionButton isDisabled={start === 0} onPress={() => onGo(Math.max(0, start - size))}>
        Previous
      </ActionButton>
      <span>from {start + 1}</span>
      <ActionButton isDisabled={!hasMore} onPress={() => onGo(start + size)}>
        Next
      </ActionButton>
    </nav>
  )
}
