import type { ColumnType } from '#columns/column-type.ts'

/** A bound in Iceberg's single-value serialization as text for people; equal bounds have equal texts. */
export function showBound(type: ColumnType, bound: Uint8Array): string {
  const view = new DataView(bound.buffer, bound.byteOffset, bound.byteLength)
  switch (type.kind) {
    case 'int':
      return String(view.getInt32(0, true))
    case 'long':
      return String(view.getBigInt64(0, true))
    case 'float':
      return showNumber(view.getFloat32(0, true))
    case 'double':
      return showNumber(view.getFloat64(0, true))
    case 'decimal':
      return showDecimal(bound, type.scale)
    case 'date':
      return showInstant(BigInt(view.getInt32(0, true)) * MICROS_PER_DAY).slice(0, -17)
    case 'time':
      return showInstant(view.getBigInt64(0, true)).slice(-16, -1)
    case 'timestamp':
      return showInstant(view.getBigInt64(0, true)).slice(0, -1)
    case 'timestamptz':
      return showInstant(view.getBigInt64(0, true))
    case 'string':
      // JSON documents in PostgreSQL cannot hold NUL.
      return new TextDecoder().decode(bound).replaceAll('\0', '␀')
    default:
      return Buffer.from(bound).toString('hex')
  }
}

const MICROS_PER_DAY = 86_400_000_000n

function showNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function showDecimal(bigEndian: Uint8Array, scale: number): string {
  let unscaled = 0n
  for (const byte of bigEndian) unscaled = (unscaled << 8n) | BigInt(byte)
  unscaled = BigInt.asIntN(bigEndian.length * 8, unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${text}` : text
}

/** `2024-02-29T01:02:03.000004Z`; beyond what a Date holds, the number of microseconds in the same places. */
function showInstant(micros: bigint): string {
  const millis = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n)
  const rest = String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0')
  const date = new Date(Number(millis))
  if (Number.isNaN(date.getTime())) return `${micros} microseconds since 1970    Z`
  return date.toISOString().replace('Z', `${rest}Z`)
}
