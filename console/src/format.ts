/** Numbers and times as people read them. All pure. */

/** `3,000,000` */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** `1 row`, `3,000 rows` */
export function formatAmount(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`
}

/** `12.3 MB`, in powers of ten as disks and object stores count. */
export function formatBytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let scaled = value
  let unit = 0
  while (scaled >= 999.95 && unit < units.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${units[unit]}`
}

/** `< 0.01 s`, `0.42 s`, `12.3 s`, `3 min 05 s`, `2 h 10 min` */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 0.005) return '< 0.01 s'
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${formatCount(Math.floor(minutes / 60))} h ${pad(minutes % 60)} min`
}

/** `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `5 d ago`; the same ahead of time with `in …`. */
export function formatAgo(atMs: number, nowMs: number): string {
  const seconds = Math.round(Math.abs(nowMs - atMs) / 1000)
  if (seconds < 2) return 'just now'
  const text = coarse(seconds)
  return atMs > nowMs ? `in ${text}` : `${text} ago`
}

function coarse(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${formatCount(Math.floor(seconds / 86_400))} d`
}

/** `2026-03-01 12:30:05` in the reader's own time zone. */
export function formatTime(atMs: number): string {
  const date = new Date(atMs)
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':')}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
