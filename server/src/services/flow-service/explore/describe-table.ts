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

/** A column for the neighbours; of a number without bounds with its twin, where its widths were measured. */
export function describedColumn(
  { name, type, nullable, comment }: RelationColumn,
  widths?: readonly NumberWidth[] | undefined,
): DescribedColumn {
  const { landing, shape } = type
  return {
    name,
    typeName: type.typeName,
    fieldSchema: shape === undefined ? schemaOfColumnType(landing) : schemaOfShape(shape),
    ...(widths === undefined ? {} : { twinSchema: schemaOfColumnType(twinOf(widths)) }),
    isNullable: nullable,
    comment,
  }
}

const MAX_PRECISION = 38
/** Digits after the point that a twin has where nothing speaks against it: numbers to come may be finer. */
const ROOM = 9
const SCALES = Array.from({ length: MAX_PRECISION + 1 }, (_, scale) => scale)

/**
 * The decimal that holds most of such numbers, with room for fractions as fine as any of them. What it does not hold is
 * null there, and told.
 */
function twinOf(widths: readonly NumberWidth[]): ColumnType {
  const counts = SCALES.map((scale) => countHeld(widths, scale))
  const most = Math.max(...counts)
  const best = SCALES.filter((scale) => counts[scale] === most)
  const wanted = Math.max(ROOM, ...widths.map(({ scale }) => scale))
  const scale = best.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? ROOM
  return { kind: 'decimal', precision: MAX_PRECISION, scale }
}

function countHeld(widths: readonly NumberWidth[], scale: number): number {
  return widths
    .filter((width) => width.scale <= scale && width.wholeDigits <= MAX_PRECISION - scale)
    .reduce((sum, { count }) => sum + count, 0)
}
