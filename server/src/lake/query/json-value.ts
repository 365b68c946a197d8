import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
  DuckDBVariantValue,
} from '@duckdb/node-api'

/**
 * A value as JSON holds it without loss: 64-bit and larger integers and decimals as texts, times in ISO 8601 with
 * microseconds (UTC ends in Z), bytes in base64, NaN and the infinities by name, structs as objects, lists as arrays,
 * maps as objects if their keys are texts and as arrays of `{key, value}` otherwise.
 */
export function toJsonValue(value: DuckDBValue): unknown {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return String(value)
    default:
      return value === null || value === undefined ? null : objectToJson(value)
  }
}

function objectToJson(value: Exclude<DuckDBValue, null | boolean | number | bigint | string>): unknown {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(toJsonValue)
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, part]) => [name, toJsonValue(part)]))
  }
  if (value instanceof DuckDBMapValue) {
    return mapToJson(value)
  }
  if (value instanceof DuckDBUnionValue || value instanceof DuckDBVariantValue) {
    return toJsonValue(value.value)
  }
  if (value instanceof DuckDBBlobValue) {
    return Buffer.from(value.bytes).toString('base64')
  }
  if (value instanceof DuckDBDateValue) {
    return value.isFinite ? formatDate(value.days) : formatInfinity(value.days > 0)
  }
  if (value instanceof DuckDBTimestampTZValue) {
    return value.isFinite ? `${formatMicros(value.micros)}Z` : formatInfinity(value.micros > 0n)
  }
  if (value instanceof DuckDBTimestampValue) {
    return value.isFinite ? formatMicros(value.micros) : formatInfinity(value.micros > 0n)
  }
  if (OTHER_TIMESTAMPS.some((kind) => value instanceof kind)) {
    return String(value).replace(' ', 'T')
  }
  return String(value)
}

/** Of other precision than the lake's; only a cast in the query makes them. */
const OTHER_TIMESTAMPS = [
  DuckDBTimestampSecondsValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
] as const

function mapToJson({ entries }: DuckDBMapValue): unknown {
  if (entries.every(({ key }) => typeof key === 'string')) {
    return Object.fromEntries(entries.map(({ key, value }) => [key, toJsonValue(value)]))
  }
  return entries.map(({ key, value }) => ({ key: toJsonValue(key), value: toJsonValue(value) }))
}

const MS_PER_DAY = 86_400_000
const MICROS_PER_SECOND = 1_000_000n

function formatInfinity(isPositive: boolean): string {
  return isPositive ? 'infinity' : '-infinity'
}

/** Years beyond four digits as ISO 8601 extends them: `+010000-01-01`, `-000001-12-31`. */
function formatDate(days: number): string {
  const date = new Date(days * MS_PER_DAY)
  return Number.isNaN(date.getTime())
    ? `${days} days after 1970-01-01`
    : date.toISOString().replace(/T.*/, '')
}

/** Seconds have six decimals, or none if they are whole. */
function formatMicros(micros: bigint): string {
  const fraction = ((micros % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND
  const date = new Date(Number((micros - fraction) / 1000n))
  if (Number.isNaN(date.getTime())) {
    return `${micros} microseconds after 1970-01-01T00:00:00`
  }
  const seconds = date.toISOString().slice(0, -5)
  return fraction === 0n ? seconds : `${seconds}.${String(fraction).padStart(6, '0')}`
}
