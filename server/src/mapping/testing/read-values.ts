import type { LakeType } from '#columns/column-type.ts'
import type { AnyVector } from '#columns/vector.ts'
import { valueReader } from '#mapping/read-nested.ts'
import type { Value } from '#mapping/values.ts'

/** The first rows of any vector as values. */
export function valuesOf(type: LakeType, vector: AnyVector, rowCount: number): Value[] {
  const read = valueReader(type, vector)
  return Array.from({ length: rowCount }, (_, row) => read(row))
}
