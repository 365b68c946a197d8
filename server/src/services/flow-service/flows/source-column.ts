import type { SourceColumn } from '#mapping/mapping-plan.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'

/** A column of a relation as a mapping sees it. */
export function toSourceColumn({ name, type, nullable }: RelationColumn): SourceColumn {
  const column = { name, type: type.columnType, nullable }
  if (!type.typeName.endsWith('[]')) return column
  return { ...column, arrayOf: type.typeName === 'boolean[]' ? 'boolean' : 'any' }
}
