import type { Session } from '#source/postgres/connect/session.ts'
import { type ColumnFacts, readColumnFacts } from '#source/postgres/sql/read-column-facts.ts'
import { type ForeignKey, readForeignKeys } from '#source/postgres/sql/read-foreign-keys.ts'
import { type RelationIndex, readIndexes } from '#source/postgres/sql/read-indexes.ts'
import { type RelationFacts, readRelationFacts } from '#source/postgres/sql/read-relation-facts.ts'
import { describeRelation, type RelationShape } from './describe-relation.ts'
import { RelationNotFoundError } from './relation-errors.ts'

/** What there is to know of a relation before somebody decides how to read it. */
export interface RelationProfile {
  readonly shape: RelationShape
  readonly facts: RelationFacts
  /** Of each column of the shape, in its order. */
  readonly columnFacts: readonly ColumnFacts[]
  readonly indexes: readonly RelationIndex[]
  readonly foreignKeys: readonly ForeignKey[]
}

/**
 * The shape and all that a person wants to know besides.
 * @throws RelationNotFoundError, RelationPathError, SourceError
 */
export async function profileRelation(session: Session, path: string): Promise<RelationProfile> {
  const shape = await describeRelation(session, path)
  const facts = await readRelationFacts(session, shape.oid)
  // It was dropped a moment ago.
  if (facts === undefined) throw new RelationNotFoundError(path, [])
  return {
    shape,
    facts,
    columnFacts: await readColumnFacts(session, shape),
    indexes: await readIndexes(session, shape.oid),
    foreignKeys: await readForeignKeys(session, shape.oid),
  }
}
