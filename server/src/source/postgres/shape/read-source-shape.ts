import { formatLakeType } from '#columns/column-type.ts'
import type { Session } from '#source/postgres/connect/session.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { type ColumnShapeFacts, readShapeFacts } from '#source/postgres/sql/read-shape-facts.ts'
import type { PostgresColumnType } from '#typemap/postgres-types.ts'
import type { ShapeColumn, SourceShape } from './source-shape.ts'

/** What a described relation looks like now; in a session inside a snapshot, as the snapshot shows it. */
export async function readSourceShape(session: Session, relation: RelationShape): Promise<SourceShape> {
  const { columns, children, childCount, queryDigest } = await readShapeFacts(session, relation.oid)
  const { path, kind, oid, primaryKey, isRowFiltered } = relation
  const types = new Map(relation.columns.map(({ name, type }) => [name, type]))
  return {
    path,
    kind,
    oid,
    columns: columns.map((facts) => toColumn(facts, types.get(facts.name))),
    primaryKey,
    children,
    childCount,
    isRowFiltered,
    ...(queryDigest === null ? {} : { queryDigest }),
  }
}

/** Of a column that the user may not read nobody has asked for the type. */
function toColumn(facts: ColumnShapeFacts, type: PostgresColumnType | undefined): ShapeColumn {
  const { name, number, typeName, isNullable, isReadable } = facts
  const { defaultSql, generated, domainRules, enumLabels } = facts
  return {
    name,
    number,
    typeName,
    lakeType: type === undefined ? 'string' : formatLakeType(type.landing),
    ...(type?.shape === undefined ? {} : { parts: type.shape }),
    isNullable,
    isReadable,
    ...(defaultSql === null ? {} : { defaultSql }),
    ...(generated === null ? {} : { generated }),
    ...(domainRules === null ? {} : { domainRules }),
    ...(enumLabels === null ? {} : { enumLabels }),
  }
}
