import type { Vector } from '#columns/vector.ts'
import type { DecodeValues, PrintValues } from '#kernel/kernel-exports.ts'
import { PRINTS, type Prints, type WireKernel } from '#kernel/wire-kernel.ts'
import type { PostgresColumnType } from '#typemap/postgres-types.ts'
import type { ColumnDecoder, ColumnSpan } from './column-decoder.ts'
import { WireFormatError } from './wire-format-error.ts'

/**
 * Decoders in WebAssembly, for spans whose heap and starts lie in the memory of `kernel`. Those of `column-decoder.ts`
 * are their twins: what they do is described there, and a test compares the two.
 */
export function createKernelDecoder(type: PostgresColumnType, kernel: WireKernel): ColumnDecoder {
  const wasm = kernel.exports
  switch (type.decoder) {
    case 'bool':
      return values(wasm.decodeBooleans)
    case 'int2':
      return values(wasm.decodeShorts)
    case 'int4':
    case 'float4':
      return values(wasm.decodeWords1)
    case 'int8':
    case 'float8':
      return values(wasm.decodeWords2)
    case 'date':
      return values(wasm.decodeDates)
    case 'timestamp':
      return values(wasm.decodeTimestamps)
    case 'numeric64':
      return numerics(wasm.decodeNumerics64, scaleOf(type))
    case 'numeric128':
      return numerics(wasm.decodeNumerics128, scaleOf(type))
    case 'bytes':
      return references(kernel, 0)
    case 'jsonb':
      return references(kernel, 1)
    case 'uuidText':
      return printed(kernel, wasm.printUuids)
    case 'numericText':
      return printed(kernel, wasm.printNumerics)
  }
}

/** How values of a type are printed, for the kernel. */
export function printsOf({ decoder }: PostgresColumnType): Prints {
  if (decoder === 'uuidText') return PRINTS.uuid
  return decoder === 'numericText' ? PRINTS.numeric : PRINTS.nothing
}

function scaleOf(type: PostgresColumnType): number {
  if (type.columnType.kind !== 'decimal') throw new WireFormatError(`${type.typeName} has no scale`)
  return type.columnType.scale
}

function values(decode: DecodeValues): ColumnDecoder {
  return ({ heap, starts, base, from, to }, vector) => {
    const at = starts.byteOffset + 4 * base
    const nulls = decode(heap.byteOffset, at, from, to, valuesOf(vector), vector.validity.byteOffset)
    count(vector, nulls, 'a value has not the width of its type')
  }
}

type DecodeNumerics = WireKernel['exports']['decodeNumerics64']

function numerics(decode: DecodeNumerics, scale: number): ColumnDecoder {
  return ({ heap, starts, base, from, to }, vector) => {
    const at = starts.byteOffset + 4 * base
    const nulls = decode(heap.byteOffset, at, from, to, scale, valuesOf(vector), vector.validity.byteOffset)
    count(vector, nulls, 'a numeric has more digits than its column was declared with')
  }
}

function references({ exports }: WireKernel, skip: number): ColumnDecoder {
  return ({ heap, starts, base, from, to }, vector) => {
    if (vector.kind !== 'bytes') throw mismatch(vector)
    const { offsets, lengths, validity } = vector
    const at = starts.byteOffset + 4 * base
    const [first, second] = [offsets.byteOffset, lengths.byteOffset]
    vector.nullCount += exports.referToValues(
      heap.byteOffset,
      at,
      from,
      to,
      first,
      second,
      skip,
      validity.byteOffset,
    )
  }
}

function printed(kernel: WireKernel, print: PrintValues): ColumnDecoder {
  return (span: ColumnSpan, vector) => {
    if (vector.kind !== 'bytes') throw mismatch(vector)
    const { offsets, lengths, validity } = vector
    const { heap, starts, base, from, to } = span
    const at = starts.byteOffset + 4 * base
    const [first, second] = [offsets.byteOffset, lengths.byteOffset]
    const { end, nullCount } = kernel.printing(span.textFill, (state) =>
      print(heap.byteOffset, at, from, to, first, second, validity.byteOffset, state),
    )
    count(vector, nullCount, 'a uuid has not 16 bytes')
    span.textFill = end
  }
}

function valuesOf(vector: Vector): number {
  switch (vector.kind) {
    case 'int64':
    case 'int128':
      return vector.words.byteOffset
    case 'bytes':
      throw mismatch(vector)
    default:
      return vector.values.byteOffset
  }
}

function count(vector: Vector, nulls: number, problem: string): void {
  if (nulls < 0) throw new WireFormatError(problem)
  vector.nullCount += nulls
}

function mismatch(vector: Vector): WireFormatError {
  return new WireFormatError(`a decoder met a vector of kind ${vector.kind}`)
}
