import { type ColumnType, parseColumnType } from '#columns/column-type.ts'
import type { ShapeColumn } from '#source/postgres/shape/source-shape.ts'

/** The type of the lake that holds every value of a remembered column. */
export function landingOf(column: ShapeColumn | undefined): ColumnType {
  return parseColumnType(column?.lakeType ?? '') ?? { kind: 'string' }
}
