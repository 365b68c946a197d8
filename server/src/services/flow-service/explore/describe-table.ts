import type { ColumnType } from '#columns/column-type.ts'
import type { DescribedColumn, DescribeTable } from '#http/neighbours.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { NumberWidth } from '#source/postgres/explore/measure-numbers.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import { schemaOfColumnType, schemaOfShape } from '#typemap/landing-schema.ts'
import { findTarget } from './find-target.ts'

/** For the neighbours: the columns of a table or view of a connection. @throws FlowProblem 400, 404 */
export function createTableDescriber(
  deps: Pick<FlowServiceDependencies, 'db' | 'keyring' | 'source'>,
): DescribeTable {
  return async (scope, { baseConnectionId, tableName, signal }) => {
    const target = await findTarget(deps, scope, baseConnectionId)
    const { shape, widths } = await askSource(signal, (bounded) =>
      deps.source.measureRelation(target, tableName, { signal: bounded }),
    )
    const columns = shape.columns.map((column) => describedColumn(column, widths.get(column.name)))
    return { path: shape.path, primaryKey: shape.primaryKey, columns }
  }
}

/** A column for the neighbours; of a number without bounds with its twin, where its width was measured. */
export function describedColumn(
  { name, type, nullable, comment }: RelationColumn,
  width?: NumberWidth | undefined,
): DescribedColumn {
  const { landing, shape } = type
  return {
    name,
    typeName: type.typeName,
    fieldSchema: shape === undefined ? schemaOfColumnType(landing) : schemaOfShape(shape),
    ...(width === undefined ? {} : { twinSchema: schemaOfColumnType(twinOf(width)) }),
    isNullable: nullable,
    comment,
  }
}

const MAX_PRECISION = 38
/** Digits after the point that a twin has at least where there is room: numbers to come may be finer. */
const ROOM = 9

/** The decimal that holds numbers of such a width; the widest ones lose their finest digits, and are told. */
function twinOf({ wholeDigits, scale }: NumberWidth): ColumnType {
  const room = Math.max(0, MAX_PRECISION - wholeDigits)
  return { kind: 'decimal', precision: MAX_PRECISION, scale: Math.min(Math.max(scale, ROOM), room) }
}
