import { isColumnType, type LakeType } from '#columns/column-type.ts'
import type { AnyVector, Vector } from '#columns/vector.ts'
import { createColumnReader } from './read-vector.ts'
import type { Value } from './values.ts'

/** Reads the rows of a vector of any type, with everything in them. */
export function valueReader(type: LakeType, vector: AnyVector): (row: number) => Value {
  if (isColumnType(type)) {
    const reader = createColumnReader(type)
    reader.bind(vector as Vector)
    return reader.read
  }
  const read = partReader(type, vector)
  return (row) => (vector.validity[row] === 1 ? read(row) : null)
}

function partReader(type: LakeType, vector: AnyVector): (row: number) => Value {
  if (type.kind === 'struct' && vector.kind === 'struct') {
    const fields = type.fields.map(
      ({ name, type: inner }, i) => [name, valueReader(inner, vector.fields[i] as AnyVector)] as const,
    )
    return (row) => new Map(fields.map(([name, read]) => [name, read(row)]))
  }
  if (type.kind === 'list' && vector.kind === 'list') {
    const read = valueReader(type.element, vector.element)
    return (row) => itemsOf(vector, row).map(read)
  }
  if (type.kind === 'map' && vector.kind === 'map') {
    const [key, value] = [valueReader(type.key, vector.keys), valueReader(type.value, vector.values)]
    return (row) => new Map(itemsOf(vector, row).map((item) => [String(key(item)), value(item)]))
  }
  throw new TypeError(`a vector of ${vector.kind} holds no ${type.kind}`)
}

function itemsOf({ offsets, lengths }: { offsets: Uint32Array; lengths: Uint32Array }, row: number) {
  return Array.from({ length: lengths[row] as number }, (_, item) => (offsets[row] as number) + item)
}
