/** Numbers, sizes and times as people read them. All pure. */

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

/** `3,000,000` */
export function count(value: number): string {
  return COUNT.format(Math.round(value))
}

/** `3M`, `1.2K`: for axes and tiles; the whole figure stands beside or behind it. */
export function short(value: number): string {
  return SHORT.format(value)
}

/** `1 row`, `3,000 rows` */
export function amount(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `12.3 MB`, in powers of ten as disks and object stores count. */
export function bytes(value: number): string {
  let [scaled, unit] = [value, 0]
  while (scaled >= 999.95 && unit < UNITS.length - 1) [scaled, unit] = [scaled / 1000, unit + 1]
  return `${unit === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[unit]}`
}

/** `0.42 s`, `12.3 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 0.01) return '< 0.01 s'
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${count(Math.floor(minutes / 60))} h ${pad(minutes % 60)} min`
}

/** `just now`, `12 s ago`, `in 3 min` */
export function ago(atMs: number, nowMs: number): string {
  const seconds = Math.round(Math.abs(nowMs - atMs) / 1000)
  if (seconds < 2) return 'just now'
  return atMs > nowMs ? `in ${coarse(seconds)}` : `${coarse(seconds)} ago`
}

function coarse(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return amount(Math.floor(seconds / 86_400), 'day')
}

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** `01 Mar 2026, 12:30:05` in the reader's own time zone. */
export function moment(atMs: number): string {
  return MOMENT.format(atMs)
}

/** `99.2 %` */
export function percent(share: number): string {
  const value = share * 100
  // A share that is not whole must not look as if it were.
  if (value > 99.9 && value < 100) return '99.9 %'
  return `${value.toFixed(value === 0 || value === 100 ? 0 : 1)} %`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
