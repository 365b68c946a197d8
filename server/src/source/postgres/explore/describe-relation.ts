import type { Session } from '#source/postgres/connect/session.ts'
import { type FoundRelation, findRelation, type RelationKind } from '#source/postgres/sql/find-relation.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import { type RelationColumn, readColumns } from '#source/postgres/sql/read-columns.ts'
import { readPrimaryKey } from '#source/postgres/sql/read-primary-key.ts'
import { readStorage, type StoredLeaf } from '#source/postgres/sql/read-storage.ts'
import { listRelations } from './list-relations.ts'
import { RelationNotFoundError } from './relation-errors.ts'
import { formatRelationPath, parseRelationPath } from './relation-path.ts'

/** Everything that reading a relation needs to know of it. Plain data. */
export interface RelationShape {
  readonly schema: string
  readonly name: string
  readonly path: string
  readonly kind: RelationKind
  readonly oid: number
  readonly columns: readonly RelationColumn[]
  /** Names in the key's order; empty without a key. */
  readonly primaryKey: readonly string[]
  /** As of the last ANALYZE; absent before the first, and for views. */
  readonly estimatedRows?: number | undefined
  /** Blocks of all leaves. */
  readonly blocks: number
  readonly blockBytes: number
  /** Heap and out-of-line values of all leaves. */
  readonly sizeBytes: number
  /** Slices may address its rows by block, see `leaves`. */
  readonly canReadInParallel: boolean
  /** What stores its rows; for a plain table itself. Empty for views. */
  readonly leaves: readonly RelationLeaf[]
}

export interface RelationLeaf {
  /** Quoted and qualified. */
  readonly relation: string
  readonly blocks: number
  readonly sizeBytes: number
  /** False for foreign partitions and other stores: read whole. */
  readonly isAddressable: boolean
}

/** From this version on a range of ctid is scanned as a range (TID Range Scan), not filtered. */
const TID_RANGE_MAJOR = 14

/**
 * @throws RelationNotFoundError when there is none of that name that the user may read
 * @throws RelationPathError
 */
export async function describeRelation(session: Session, path: string): Promise<RelationShape> {
  const found = await findRelation(session, parseRelationPath(path))
  const columns = found?.isReadable ? await readColumns(session, found.oid) : []
  if (!found?.isReadable) {
    const relations = await listRelations(session)
    throw new RelationNotFoundError(path, namesNear(path, relations))
  }
  const primaryKey = await readPrimaryKey(session, found.oid)
  const { leaves, blockBytes } = await readStorage(session, found.oid)
  return {
    schema: found.schema,
    name: found.name,
    path: formatRelationPath(found.schema, found.name),
    kind: found.kind,
    oid: found.oid,
    columns,
    primaryKey,
    estimatedRows: found.estimatedRows,
    blocks: leaves.reduce((sum, leaf) => sum + leaf.blocks, 0),
    blockBytes,
    sizeBytes: leaves.reduce((sum, leaf) => sum + leaf.sizeBytes, 0),
    canReadInParallel: canReadInParallel(session, found, leaves),
    leaves: leaves.map(toRelationLeaf),
  }
}

/** A bare name is compared with bare names, a path with paths. */
function namesNear(path: string, relations: readonly { name: string; path: string }[]): string[] {
  return relations.map((relation) => (path.includes('.') ? relation.path : relation.name))
}

/**
 * Leaves are read in place of their root only if that gives the same rows: the privileges and the row-level
 * security of a root don't apply to a leaf that is named directly.
 */
function canReadInParallel(session: Session, found: FoundRelation, leaves: readonly StoredLeaf[]): boolean {
  if (session.serverMajor < TID_RANGE_MAJOR || leaves.length === 0) return false
  const isAlone = !found.hasChildren && found.kind !== 'partitioned table'
  if (isAlone) return leaves.every((leaf) => leaf.isAddressable)
  if (found.isFiltered) return false
  return (
    leaves.some((leaf) => leaf.isAddressable) && leaves.every((leaf) => leaf.isReadable && !leaf.isFiltered)
  )
}

function toRelationLeaf(leaf: StoredLeaf): RelationLeaf {
  const { blocks, sizeBytes, isAddressable } = leaf
  return { relation: quoteQualified(leaf.schema, leaf.name), blocks, sizeBytes, isAddressable }
}
