import type { DescribedColumn, DescribeTable } from '#http/neighbours.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import { schemaOfColumnType, schemaOfShape } from '#typemap/landing-schema.ts'
import { findTarget } from './find-target.ts'

/** For the neighbours: the columns of a table or view of a connection. @throws FlowProblem 400, 404 */
export function createTableDescriber(
  deps: Pick<FlowServiceDependencies, 'db' | 'keyring' | 'source'>,
): DescribeTable {
  return async (scope, { baseConnectionId, tableName, signal }) => {
    const target = await findTarget(deps, scope, baseConnectionId)
    const shape = await askSource(signal, (bounded) =>
      deps.source.describeRelation(target, tableName, { signal: bounded }),
    )
    return { path: shape.path, primaryKey: shape.primaryKey, columns: shape.columns.map(toColumn) }
  }
}

function toColumn({ name, type, nullable, comment }: RelationColumn): DescribedColumn {
  const { landing, shape } = type
  return {
    name,
    typeName: type.typeName,
    fieldSchema: shape === undefined ? schemaOfColumnType(landing) : schemaOfShape(shape),
    isBoundlessNumber: landing.kind === 'string' && type.explore.type === 'double',
    isNullable: nullable,
    comment,
  }
}
