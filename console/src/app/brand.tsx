import { style } from '@react-spectrum/s2/style' with { type: 'macro' }

/** Name and mark. */
export function Brand() {
  return (
    <span className={style({ display: 'inline-flex', alignItems: 'center', gap: 8, font: 'title-lg' })}>
      <svg width={28} height={28} viewBox="0 0 32 32" aria-hidden>
        <rect width="32" height="32" rx="8" className={style({ fill: 'blue-900' })} />
        <path
          d="M5 12c3.7-4 7.3-4 11 0s7.3 4 11 0M5 21c3.7-4 7.3-4 11 0s7.3 4 11 0"
          fill="none"
          strokeWidth={2.6}
          strokeLinecap="round"
          className={style({ stroke: 'white' })}
        />
      </svg>
      Headwater
    </span>
  )
}
