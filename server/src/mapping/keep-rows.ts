import { type AnyVector, createVector, isNested, type NestedVector, type Vector } from '#columns/vector.ts'

/** A copy of a vector with only some of its rows, in their order. Heaps and items are shared, never copied. */
export function keepRows(vector: AnyVector, rows: Uint32Array): AnyVector {
  return isNested(vector) ? keepNested(vector, rows) : keepPlain(vector, rows)
}

function keepNested(vector: NestedVector, rows: Uint32Array): NestedVector {
  const validity = rows.map((row) => vector.validity[row] as number)
  const base = {
    validity: Uint8Array.from(validity),
    nullCount: validity.filter((valid) => valid !== 1).length,
  }
  if (vector.kind === 'struct') {
    return { kind: 'struct', fields: vector.fields.map((field) => keepRows(field, rows)), ...base }
  }
  const offsets = rows.map((row) => vector.offsets[row] as number)
  const lengths = rows.map((row) => vector.lengths[row] as number)
  return { ...vector, offsets, lengths, ...base }
}

function keepPlain(vector: Vector, rows: Uint32Array): Vector {
  const kept = createVector(vector.kind, rows.length)
  let nullCount = 0
  for (let index = 0; index < rows.length; index++) {
    const isValid = vector.validity[rows[index] as number] as number
    kept.validity[index] = isValid
    if (isValid !== 1) nullCount++
  }
  kept.nullCount = nullCount
  copyValues(vector, kept, rows)
  return kept
}

function copyValues(from: Vector, to: Vector, rows: Uint32Array): void {
  switch (from.kind) {
    case 'bool':
    case 'int32':
    case 'float32':
    case 'float64':
      gather(from.values, (to as typeof from).values, rows, 1)
      break
    case 'int64':
      gather(from.words, (to as typeof from).words, rows, 2)
      break
    case 'int128':
      gather(from.words, (to as typeof from).words, rows, 4)
      break
    case 'bytes': {
      const target = to as typeof from
      target.heap = from.heap
      gather(from.offsets, target.offsets, rows, 1)
      gather(from.lengths, target.lengths, rows, 1)
    }
  }
}

type Numbers = Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array

function gather(from: Numbers, to: Numbers, rows: Uint32Array, width: number): void {
  for (let index = 0; index < rows.length; index++) {
    const at = (rows[index] as number) * width
    for (let part = 0; part < width; part++) to[index * width + part] = from[at + part] as number
  }
}
