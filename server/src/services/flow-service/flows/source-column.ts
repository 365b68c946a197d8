import type { SourceColumn } from '#mapping/mapping-plan.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'

/** A column of a relation as a mapping sees it. */
export function toSourceColumn({
  name,
  type,
  nullable,
}: Pick<RelationColumn, 'name' | 'type' | 'nullable'>): SourceColumn {
  const { columnType, shape, check } = type
  return { name, type: columnType, nullable, shape, check }
}
