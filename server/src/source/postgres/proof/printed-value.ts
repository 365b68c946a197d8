import type { ColumnType } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'

/** Prints a value of a row as the server's output function does, under the settings of our sessions. */
export type PrintValue = (row: number) => string

/** `undefined` for types whose text is not computed here: floats, whose digits are a matter of taste, and bytes. */
export function printerOf(type: ColumnType, vector: Vector): PrintValue | undefined {
  switch (vector.kind) {
    case 'bool':
      return (row) => (vector.values[row] === 1 ? 't' : 'f')
    case 'int32':
      return type.kind === 'date'
        ? (row) => printDay(vector.values[row] as number)
        : (row) => String(vector.values[row])
    case 'int64':
      return print64(type, (row) => int64At(vector.words, row))
    case 'int128':
      return print64(type, (row) => int128At(vector.words, row))
    default:
      return undefined
  }
}

export function int64At(words: Int32Array, row: number): bigint {
  return (BigInt(words[2 * row + 1] as number) << 32n) | BigInt((words[2 * row] as number) >>> 0)
}

function int128At(words: Int32Array, row: number): bigint {
  const low = BigInt.asUintN(64, int64At(words, 2 * row))
  return (int64At(words, 2 * row + 1) << 64n) | low
}

function print64(type: ColumnType, read: (row: number) => bigint): PrintValue | undefined {
  switch (type.kind) {
    case 'long':
      return (row) => String(read(row))
    case 'timestamp':
      return (row) => printMoment(read(row), '')
    case 'timestamptz':
      return (row) => printMoment(read(row), '+00')
    case 'decimal': {
      const { scale, precision } = type
      const special = precision <= 18 ? -(2n ** 63n) : -(2n ** 127n)
      return (row) => printDecimal(read(row), scale, special)
    }
    default:
      return undefined
  }
}

function printDecimal(unscaled: bigint, scale: number, special: bigint): string {
  if (unscaled === special) return 'NaN'
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${text}` : text
}

const MAX_INT32 = 0x7fffffff
const MIN_INT32 = -0x80000000
const MICROS_PER_DAY = 86_400_000_000n

export function printDay(days: number): string {
  if (days === MAX_INT32) return 'infinity'
  if (days === MIN_INT32) return '-infinity'
  const { text, era } = civilOf(days)
  return text + era
}

export function printMoment(micros: bigint, zone: string): string {
  if (micros === 2n ** 63n - 1n) return 'infinity'
  if (micros === -(2n ** 63n)) return '-infinity'
  const rest = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY
  const { text, era } = civilOf(Number((micros - rest) / MICROS_PER_DAY))
  const seconds = Number(rest / 1_000_000n)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const fraction = String(rest % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return `${text} ${clock}${fraction === '' ? '' : `.${fraction}`}${zone}${era}`
}

/** Howard Hinnant's civil_from_days. */
function civilOf(days: number): { readonly text: string; readonly era: string } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const doe = z - era * 146_097
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  )
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100))
  const mp = Math.floor((5 * doy + 2) / 153)
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1
  const month = mp < 10 ? mp + 3 : mp - 9
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0)
  const shown = year > 0 ? year : 1 - year
  const two = (value: number) => String(value).padStart(2, '0')
  return { text: `${String(shown).padStart(4, '0')}-${two(month)}-${two(day)}`, era: year > 0 ? '' : ' BC' }
}
