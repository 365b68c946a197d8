import type { ColumnType } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'

/** Bytes of a value in DuckDB's vectors. */
export function bytesPerValue(type: ColumnType): number {
  switch (type.kind) {
    case 'boolean':
      return 1
    case 'int':
    case 'date':
    case 'float':
      return 4
    case 'long':
    case 'double':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 8
    case 'decimal':
      return bytesPerDecimal(type.precision)
    case 'string':
    case 'binary':
    case 'uuid':
      return 16
  }
}

function bytesPerDecimal(precision: number): number {
  if (precision <= 4) return 2
  if (precision <= 9) return 4
  return precision <= 18 ? 8 : 16
}

/** Types whose values lie in the vector itself. */
export type FixedType = Exclude<ColumnType, { readonly kind: 'string' | 'binary' | 'uuid' }>

/** The same memory as one of our vectors, but for decimals that are smaller than ours. */
export function asVector(
  type: FixedType,
  { buffer, byteOffset }: Uint8Array,
  rowCount: number,
  base: { readonly validity: Uint8Array; readonly nullCount: number },
): Vector {
  switch (type.kind) {
    case 'boolean':
      return { kind: 'bool', values: new Uint8Array(buffer, byteOffset, rowCount), ...base }
    case 'float':
      return { kind: 'float32', values: new Float32Array(buffer, byteOffset, rowCount), ...base }
    case 'double':
      return { kind: 'float64', values: new Float64Array(buffer, byteOffset, rowCount), ...base }
    default:
      break
  }
  switch (bytesPerValue(type)) {
    case 2:
      return { kind: 'int64', words: widen(new Int16Array(buffer, byteOffset, rowCount)), ...base }
    case 4:
      if (type.kind === 'decimal')
        return { kind: 'int64', words: widen(new Int32Array(buffer, byteOffset, rowCount)), ...base }
      return { kind: 'int32', values: new Int32Array(buffer, byteOffset, rowCount), ...base }
    case 8:
      return { kind: 'int64', words: new Int32Array(buffer, byteOffset, rowCount * 2), ...base }
    default:
      return { kind: 'int128', words: new Int32Array(buffer, byteOffset, rowCount * 4), ...base }
  }
}

/** Words of 64-bit numbers, low first. */
function widen(values: Int16Array | Int32Array): Int32Array {
  const words = new Int32Array(2 * values.length)
  values.forEach((value, index) => {
    words[2 * index] = value
    words[2 * index + 1] = value >> 31
  })
  return words
}
