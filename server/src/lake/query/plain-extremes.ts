import type {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBValue,
} from '@duckdb/node-api'
import type { ColumnType } from '#columns/column-type.ts'
import { BOUND_LENGTH } from '#lake/parquet/bounds.ts'

/**
 * Smallest and largest value of a column in Parquet's PLAIN form, without a length; absent where there is none. Of long
 * texts and bytes as much as a bound is made of.
 */
export interface PlainExtremes {
  readonly min: Uint8Array | undefined
  readonly max: Uint8Array | undefined
}

/** As much of a value as decides where its bound is cut; values may have hundreds of megabytes. */
const SHOWN_LENGTH = BOUND_LENGTH + 1

/**
 * Two expressions for the ends of a column; NaN is in no order. Booleans and UUIDs have no ends worth a look. Starts are
 * in the same order as their values: cut before they are compared, long ones need no copy of the whole, and short ones
 * take twice the time.
 */
export function extremesSql(type: ColumnType, sql: string, hasLongValues = false): string {
  if (!hasOrder(type)) return 'null, null'
  if (hasLongValues && type.kind === 'string') return endsOf(`left(${sql}, ${SHOWN_LENGTH})`)
  if (hasLongValues && type.kind === 'binary') return endsOf(`array_slice(${sql}, 1, ${SHOWN_LENGTH})`)
  const isFloat = type.kind === 'float' || type.kind === 'double'
  const filter = isFloat ? ` filter (not isnan(${sql}))` : ''
  const ends = [`min(${sql})${filter}`, `max(${sql})${filter}`]
  if (type.kind === 'string') return ends.map((end) => `left(${end}, ${SHOWN_LENGTH})`).join(', ')
  if (type.kind === 'binary') return ends.map((end) => `array_slice(${end}, 1, ${SHOWN_LENGTH})`).join(', ')
  return ends.join(', ')
}

function endsOf(sql: string): string {
  return `min(${sql}), max(${sql})`
}

/** Types whose ends are compared. */
export function hasOrder({ kind }: ColumnType): boolean {
  return kind !== 'boolean' && kind !== 'uuid'
}

/** A value of the engine in PLAIN form, by the engine's own idea of it. */
export function plainOf(type: ColumnType, value: DuckDBValue | undefined): Uint8Array | undefined {
  if (value === null || value === undefined) return undefined
  switch (type.kind) {
    case 'int':
      return littleEndian(BigInt(value as number), 4)
    case 'long':
      return littleEndian(value as bigint, 8)
    case 'date':
      return littleEndian(BigInt((value as DuckDBDateValue).days), 4)
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return littleEndian(microsOf(value), 8)
    case 'float':
      return new Uint8Array(Float32Array.of(value as number).buffer)
    case 'double':
      return new Uint8Array(Float64Array.of(value as number).buffer)
    case 'decimal':
      return decimalBytes((value as DuckDBDecimalValue).value, type.precision)
    case 'string':
      return new TextEncoder().encode(value as string)
    case 'binary':
      return Uint8Array.from((value as DuckDBBlobValue).bytes)
    default:
      return undefined
  }
}

function microsOf(value: DuckDBValue): bigint {
  return (value as DuckDBTimeValue | DuckDBTimestampValue | DuckDBTimestampTZValue).micros
}

/** Up to 18 digits lie in 64 bits, low byte first; more in 128, high byte first. */
function decimalBytes(unscaled: bigint, precision: number): Uint8Array {
  if (precision <= 18) return littleEndian(unscaled, precision <= 9 ? 4 : 8)
  return littleEndian(unscaled, 16).toReversed()
}

function littleEndian(value: bigint, width: number): Uint8Array {
  const bytes = new Uint8Array(width)
  let rest = BigInt.asUintN(width * 8, value)
  for (let at = 0; at < width; at++, rest >>= 8n) bytes[at] = Number(rest & 0xffn)
  return bytes
}
