/** Axes of charts. All pure. */

/** Round values from 0 to at least `max`, about `wanted` of them. */
export function ticksUpTo(max: number, wanted = 4): readonly number[] {
  if (max <= 0) return [0, 1]
  const rough = max / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(
    ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10) * power,
    max < wanted ? 1 : 0,
  )
  const count = Math.ceil(max / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** Which of so many labels have room, the first among them. */
export function everyNth(count: number, room: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, room)))
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' })

/** What stands under a bucket of that length. */
export function bucketLabel(atMs: number, granularity: string): string {
  if (granularity === 'MINUTE' || granularity === 'HOUR') return CLOCK.format(atMs)
  return granularity === 'MONTH' ? MONTH.format(atMs) : DAY.format(atMs)
}

/** The whole of it, for tables and hints. */
export function bucketName(atMs: number, granularity: string): string {
  if (granularity === 'MINUTE' || granularity === 'HOUR') return `${DAY.format(atMs)}, ${CLOCK.format(atMs)}`
  if (granularity === 'WEEK') return `week of ${DAY.format(atMs)}`
  return bucketLabel(atMs, granularity)
}
