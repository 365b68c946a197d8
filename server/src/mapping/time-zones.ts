/** Offsets of the abbreviations that texts carry. An abbreviation is one fixed offset, summer or winter. */
const ABBREVIATIONS: ReadonlyMap<string, number> = new Map([
  ['Z', 0],
  ['UTC', 0],
  ['GMT', 0],
  ['UT', 0],
  ['EST', -5],
  ['EDT', -4],
  ['CST', -6],
  ['CDT', -5],
  ['MST', -7],
  ['MDT', -6],
  ['PST', -8],
  ['PDT', -7],
  ['WET', 0],
  ['CET', 1],
  ['CEST', 2],
  ['EET', 2],
  ['EEST', 3],
  ['MSK', 3],
  ['JST', 9],
])

/** A zone whose offset can be asked for at any moment. */
export interface TimeZone {
  /** Seconds east of UTC at a moment given in milliseconds since 1970. */
  offsetSecondsAt(epochMs: number): number
}

/** Parses `Z`, `+02`, `+0200`, `+02:00`, `-07:52:58`; `undefined` for anything else. Seconds east of UTC. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0
  const match = /^([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?$/.exec(text)
  if (!match) return undefined
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3] ?? 0), Number(match[4] ?? 0)]
  if (hours > 18 || minutes > 59 || seconds > 59) return undefined
  const size = hours * 3600 + minutes * 60 + seconds
  return match[1] === '-' ? -size : size
}

const zones = new Map<string, TimeZone | undefined>()
const MAX_KNOWN_ZONES = 700

/** Finds `UTC`, `PST`, `+02:00`, `GMT+2`, `Europe/Paris`; `undefined` when there is no such zone. */
export function findTimeZone(name: string): TimeZone | undefined {
  if (zones.has(name)) return zones.get(name)
  const zone = makeTimeZone(name)
  if (zones.size < MAX_KNOWN_ZONES) zones.set(name, zone)
  return zone
}

function makeTimeZone(name: string): TimeZone | undefined {
  const hours = ABBREVIATIONS.get(name.toUpperCase())
  if (hours !== undefined) return fixed(hours * 3600)
  const offset = parseOffset(name) ?? parsePrefixedOffset(name)
  if (offset !== undefined) return fixed(offset)
  return name.includes('/') ? makeRegion(name) : undefined
}

function fixed(offsetSeconds: number): TimeZone {
  return { offsetSecondsAt: () => offsetSeconds }
}

function parsePrefixedOffset(name: string): number | undefined {
  const match = /^(?:GMT|UTC|UT)([+-])(\d{1,2})(?::?(\d\d))?$/.exec(name)
  return match ? parseOffset(`${match[1]}${(match[2] ?? '').padStart(2, '0')}${match[3] ?? '00'}`) : undefined
}

function makeRegion(name: string): TimeZone | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
    return { offsetSecondsAt: (epochMs) => readOffset(format, epochMs) }
  } catch {
    return undefined
  }
}

function readOffset(format: Intl.DateTimeFormat, epochMs: number): number {
  const part = format.formatToParts(epochMs).find((candidate) => candidate.type === 'timeZoneName')
  const text = (part?.value ?? '').replace('GMT', '').replace('\u2212', '-')
  return text === '' ? 0 : (parseOffset(text) ?? 0)
}

/**
 * Offset of a wall clock, given in milliseconds as if it were UTC. Where the clock shows a time twice the
 * earlier moment counts; a time that it skips is read with the offset before the change.
 */
export function offsetOfLocalTime(zone: TimeZone, localMs: number): number {
  const dayMs = 86_400_000
  const before = zone.offsetSecondsAt(localMs - dayMs)
  if (zone.offsetSecondsAt(localMs - before * 1000) === before) return before
  const after = zone.offsetSecondsAt(localMs + dayMs)
  return zone.offsetSecondsAt(localMs - after * 1000) === after ? after : before
}
