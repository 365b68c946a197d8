import { isColumnType, type LakeType } from '#columns/column-type.ts'
import type { AnyVector } from '#columns/vector.ts'
import { isArray, isMap, type Value, type ValueMap } from './values.ts'
import { createVectorWriter } from './write-vector.ts'

/**
 * The values as a vector of a type, a row each. Everything in them has the form that `convertTree` gives: arrays for
 * lists, maps for maps and structs, and for the rest what `convertValue` gives.
 */
export function vectorOfValues(type: LakeType, values: readonly Value[]): AnyVector {
  if (isColumnType(type)) {
    const writer = createVectorWriter(type, values.length)
    for (const [row, value] of values.entries()) writer.write(row, value)
    return writer.vector
  }
  switch (type.kind) {
    case 'struct': {
      const structs = values.map((value) => (isMap(value) ? value : null))
      const fields = type.fields.map((field) =>
        vectorOfValues(
          field.type,
          structs.map((struct) => struct?.get(field.name) ?? null),
        ),
      )
      return { kind: 'struct', fields, ...presenceOf(structs) }
    }
    case 'list': {
      const lists = values.map((value) => (isArray(value) ? value : null))
      const element = vectorOfValues(
        type.element,
        lists.flatMap((list) => list ?? []),
      )
      return { kind: 'list', element, ...rangesOf(lists, (list) => list.length), ...presenceOf(lists) }
    }
    case 'map': {
      const maps = values.map((value) => (isMap(value) ? value : null))
      const keys = vectorOfValues(
        type.key,
        maps.flatMap((map) => (map ? [...map.keys()] : [])),
      )
      const items = vectorOfValues(
        type.value,
        maps.flatMap((map) => (map ? [...map.values()] : [])),
      )
      return { kind: 'map', keys, values: items, ...rangesOf(maps, sizeOf), ...presenceOf(maps) }
    }
  }
}

function sizeOf(map: ValueMap): number {
  return map.size
}

function presenceOf(rows: readonly unknown[]): { validity: Uint8Array; nullCount: number } {
  const validity = Uint8Array.from(rows, (row) => (row === null ? 0 : 1))
  return { validity, nullCount: rows.filter((row) => row === null).length }
}

/** Where the items of each row are when those of all rows follow one another. */
function rangesOf<T>(rows: readonly (T | null)[], countOf: (row: T) => number) {
  const lengths = Uint32Array.from(rows, (row) => (row === null ? 0 : countOf(row)))
  const offsets = new Uint32Array(rows.length)
  for (let row = 1; row < rows.length; row++) {
    offsets[row] = (offsets[row - 1] as number) + (lengths[row - 1] as number)
  }
  return { offsets, lengths }
}
