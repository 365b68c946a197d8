/** What a schedule says, in words and moments. All pure. */

interface Schedule {
  readonly frequency?: string | undefined
  readonly interval?: string | number | undefined
  readonly startTime?: string | number | undefined
}

const LENGTH_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}

/** `Once`, `Every 15 minutes`, `Every day`, `On demand` */
export function scheduleWords({ frequency, interval = 1 }: Schedule = {}): string {
  if (frequency === undefined) return 'On demand'
  if (frequency === 'once') return 'Once'
  return Number(interval) === 1 ? `Every ${frequency}` : `Every ${interval} ${frequency}s`
}

/** Seconds, milliseconds or ISO 8601, as the API takes them, as epoch milliseconds. */
export function startOf({ startTime }: Schedule = {}): number | undefined {
  if (startTime === undefined || startTime === '') return undefined
  const value = Number(startTime)
  const atMs = Number.isNaN(value) ? Date.parse(String(startTime)) : value < 1e11 ? value * 1000 : value
  return Number.isNaN(atMs) ? undefined : atMs
}

/** When an enabled flow runs next by its schedule; `undefined` when it does not any more. */
export function nextRun(
  schedule: Schedule | undefined,
  { now, hasRun }: { readonly now: number; readonly hasRun: boolean },
): number | undefined {
  const start = startOf(schedule)
  if (schedule === undefined || start === undefined) return undefined
  if (schedule.frequency === 'once') return hasRun ? undefined : Math.max(start, now)
  const step = (LENGTH_MS[schedule.frequency ?? ''] ?? 0) * Number(schedule.interval ?? 1)
  if (step <= 0) return undefined
  return start > now ? start : start + Math.ceil((now - start) / step) * step
}
