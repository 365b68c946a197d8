import {
  describeRelation,
  locateRelation,
  type RelationShape,
} from '#source/postgres/explore/describe-relation.ts'
import { formatRelationPath } from '#source/postgres/explore/relation-path.ts'
import { movedOn } from '#source/postgres/failures/moved-on.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import type { HeldSnapshot } from '#source/postgres/read/snapshot.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import { assertAsSeen, assertInPlace } from './assert-in-place.ts'

/** No relation of that name, or no schema. */
const GONE: ReadonlySet<string> = new Set(['42P01', '3F000'])

/**
 * The shape of a relation, read under the lock that keeps it in place: before, it may have grown, been rewritten,
 * altered or replaced while we waited for the lock.
 * @throws SourceError RELATION_REWRITTEN, RELATION_ALTERED: with a new snapshot it may go well
 */
export async function pinAndDescribe(snapshot: HeldSnapshot, path: string): Promise<RelationShape> {
  const { schema, name } = await locateRelation(snapshot.session, path)
  await snapshot.pinRelation(quoteQualified(schema, name)).catch((error: unknown) => {
    const isGone = error instanceof SourceError && GONE.has(error.code)
    throw isGone
      ? movedOn('RELATION_ALTERED', `The relation ${formatRelationPath(schema, name)} was renamed or dropped`)
      : error
  })
  await assertInPlace(snapshot.session)
  const shape = await describeRelation(snapshot.session, path)
  await assertAsSeen(snapshot.session, shape)
  return shape
}
