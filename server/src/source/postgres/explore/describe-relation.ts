import type { Session } from '#source/postgres/connect/session.ts'
import { type FoundRelation, findRelation } from '#source/postgres/sql/find-relation.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import { type RelationColumn, readColumns } from '#source/postgres/sql/read-columns.ts'
import { readPrimaryKey } from '#source/postgres/sql/read-primary-key.ts'
import { readStorage, type StoredLeaf } from '#source/postgres/sql/read-storage.ts'
import type { RelationKind } from '#source/postgres/sql/relation-kinds.ts'
import { estimateRows } from './estimate-rows.ts'
import { nearestRelations } from './nearest-relations.ts'
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
  /** With all children, from the last ANALYZE and the size now; absent before the first, and for views. */
  readonly estimatedRows?: number | undefined
  /** Blocks of all leaves. */
  readonly blocks: number
  readonly blockBytes: number
  /** Heap and out-of-line values of all leaves. */
  readonly sizeBytes: number
  /** Slices may address its rows by block, see `leaves`. */
  readonly canReadInParallel: boolean
  /** Why not, as a sentence. */
  readonly parallelObstacle?: string | undefined
  /** Row-level security filters what this user sees of it. */
  readonly isRowFiltered: boolean
  /** False for a materialised view that was never refreshed: it can't be read. */
  readonly isPopulated: boolean
  /** What stores its rows; for a plain table itself. Empty for views. */
  readonly leaves: readonly RelationLeaf[]
}

export interface RelationLeaf {
  readonly oid: number
  readonly schema: string
  readonly name: string
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
 * Which relation a path means to this user.
 * @throws RelationNotFoundError when there is none of that name that the user may read
 * @throws RelationPathError
 */
export async function locateRelation(session: Session, path: string): Promise<FoundRelation> {
  const found = await findRelation(session, parseRelationPath(path))
  if (found?.isReadable) return found
  throw new RelationNotFoundError(path, await nearestRelations(session, path), found?.missingGrants)
}

/**
 * @throws RelationNotFoundError when there is none of that name that the user may read
 * @throws RelationPathError
 */
export async function describeRelation(session: Session, path: string): Promise<RelationShape> {
  const found = await locateRelation(session, path)
  const columns = await readColumns(session, found.oid)
  const primaryKey = await readPrimaryKey(session, found.oid)
  const { leaves, blockBytes } = await readStorage(session, found.oid)
  const parallelObstacle = findParallelObstacle(session, found, leaves)
  return {
    schema: found.schema,
    name: found.name,
    path: formatRelationPath(found.schema, found.name),
    kind: found.kind,
    oid: found.oid,
    columns,
    primaryKey,
    estimatedRows: estimateRows(leaves) ?? found.estimatedRows,
    blocks: leaves.reduce((sum, leaf) => sum + leaf.blocks, 0),
    blockBytes,
    sizeBytes: leaves.reduce((sum, leaf) => sum + leaf.sizeBytes, 0),
    canReadInParallel: parallelObstacle === undefined,
    ...(parallelObstacle === undefined ? {} : { parallelObstacle }),
    isRowFiltered: found.isFiltered,
    isPopulated: found.isPopulated,
    leaves: leaves.map(toRelationLeaf),
  }
}

/**
 * Leaves are read in place of their root only if that gives the same rows: the privileges and the row-level
 * security of a root don't apply to a leaf that is named directly.
 */
function findParallelObstacle(
  session: Session,
  found: FoundRelation,
  leaves: readonly StoredLeaf[],
): string | undefined {
  if (found.kind === 'view') return 'A view has no blocks of its own.'
  if (session.serverMajor < TID_RANGE_MAJOR)
    return `PostgreSQL ${session.serverVersion} can't scan a range of blocks; ${TID_RANGE_MAJOR} and later can.`
  if (leaves.length === 0) return 'It has no partitions yet.'
  if (!leaves.some((leaf) => leaf.isAddressable)) return obstacleOfStore(found)
  const isAlone = !found.hasChildren && found.kind !== 'partitioned table'
  if (!isAlone) return obstacleOfTree(found, leaves)
  if (leaves.every((leaf) => leaf.isReadable)) return undefined
  return 'This user may read only some of its columns; the place of a row needs SELECT on the whole table.'
}

function obstacleOfStore({ kind }: FoundRelation): string {
  return kind === 'foreign table' || kind === 'partitioned table'
    ? 'Its rows are stored on another server, whose blocks are out of reach.'
    : 'Its storage is not the heap of PostgreSQL and has no blocks to address.'
}

function obstacleOfTree(found: FoundRelation, leaves: readonly StoredLeaf[]): string | undefined {
  if (found.isFiltered)
    return 'Row-level security of the parent does not hold for its children by themselves.'
  const closed = leaves.find((leaf) => !leaf.isReadable || leaf.isFiltered)
  if (closed === undefined) return undefined
  const name = `${closed.schema}.${closed.name}`
  return closed.isReadable
    ? `Row-level security filters its child ${name} when that is read by itself.`
    : `This user may not read its child ${name} by itself. Grant SELECT on it.`
}

function toRelationLeaf(leaf: StoredLeaf): RelationLeaf {
  const { oid, schema, name, blocks, sizeBytes, isAddressable } = leaf
  return { oid, schema, name, relation: quoteQualified(schema, name), blocks, sizeBytes, isAddressable }
}
