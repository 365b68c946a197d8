import type { JsonObject } from '#kit/json.ts'
import type { ListedRelation } from '#source/postgres/explore/list-relations.ts'
import type { Preview } from '#source/postgres/explore/preview-relation.ts'
import type { RelationProfile } from '#source/postgres/explore/profile-relation.ts'
import { formatRelationPath } from '#source/postgres/explore/relation-path.ts'
import { watermarkCandidates } from '#source/postgres/explore/watermark-candidates.ts'
import type { ColumnFacts } from '#source/postgres/sql/read-column-facts.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'

/** A longer default is a program, not a value; whoever needs it asks the database. */
const MAX_DEFAULT_LENGTH = 200

/** A relation in the list of the root: the documented members, and what is known of it besides in `meta`. */
export function listedDocument(relation: ListedRelation): JsonObject {
  const { type, path, kind, isPopulated, isUnlogged, isPartition } = relation
  return {
    type,
    name: path,
    path,
    canPreview: isPopulated,
    canFetchSchema: true,
    meta: {
      kind,
      ...(isUnlogged ? { isUnlogged } : {}),
      ...(isPartition ? { isPartition } : {}),
      parent: relation.parent,
      comment: relation.comment,
      estimatedRows: relation.estimatedRows,
      estimatedBytes: relation.estimatedBytes,
    },
  }
}

/** One relation: the documented `format` and `schema`, and what is known of it besides in `meta`. */
export function relationDocument(profile: RelationProfile): JsonObject {
  const { shape, columnFacts } = profile
  const columns = shape.columns.map((column) =>
    columnDocument(
      column,
      columnFacts.find(({ name }) => name === column.name),
      shape.primaryKey.indexOf(column.name),
    ),
  )
  return { format: 'flat', schema: { columns }, meta: relationMeta(profile) }
}

/** The same with rows. */
export function previewDocument(profile: RelationProfile, preview: Preview): JsonObject {
  const { partialReason: reason, cutValues, rows } = preview
  const told = {
    isPartial: reason !== undefined,
    ...(reason === undefined ? {} : { reason }),
    ...(cutValues.length === 0 ? {} : { cutValues: cutValues.map((cut) => ({ ...cut })) }),
  }
  const document = relationDocument(profile)
  return { ...document, meta: { ...relationMeta(profile), preview: told }, data: rows }
}

function columnDocument(
  { name, type, nullable, comment }: RelationColumn,
  facts: ColumnFacts | undefined,
  keyIndex: number,
): JsonObject {
  const { defaultSql } = facts ?? {}
  return {
    name,
    ...type.explore,
    meta: {
      ...type.explore.meta,
      nullable,
      ...(keyIndex < 0 ? {} : { primaryKeyPosition: keyIndex + 1 }),
      generated: facts?.generated,
      default: defaultSql !== undefined && defaultSql.length <= MAX_DEFAULT_LENGTH ? defaultSql : undefined,
      comment,
      arrayDimensions: facts?.arrayDimensions,
      domainOf: facts?.domainOf,
      enumValues: facts?.enumValues,
    },
  } as JsonObject
}

function relationMeta(profile: RelationProfile): JsonObject {
  const { shape, facts, indexes, foreignKeys } = profile
  const { isUnlogged, isPartition, parent } = facts
  return {
    path: shape.path,
    kind: shape.kind,
    comment: facts.comment,
    ...(isUnlogged ? { isUnlogged } : {}),
    ...(isPartition ? { isPartition } : {}),
    parent: parent === undefined ? undefined : formatRelationPath(...parent),
    partitionKey: facts.partitionKey,
    ...(shape.isRowFiltered ? { hasRowSecurity: true } : {}),
    estimatedRows: shape.estimatedRows,
    ...(shape.leaves.length === 0 ? {} : { sizeBytes: shape.sizeBytes }),
    ...(shape.primaryKey.length === 0 ? {} : { primaryKey: shape.primaryKey }),
    uniqueKeys: indexes
      .filter(({ isUnique, isPrimary, isOfColumns }) => isUnique && isOfColumns && !isPrimary)
      .map(({ name, columns }) => ({ name, columns })),
    foreignKeys: foreignKeys.map(({ name, columns, references, referencedColumns }) => {
      return { name, columns, references: formatRelationPath(...references), referencedColumns }
    }),
    watermarkCandidates: watermarkCandidates({ ...profile, columns: shape.columns }).map((candidate) => ({
      ...candidate,
    })),
    parallelRead: shape.canReadInParallel
      ? { isPossible: true }
      : { isPossible: false, reason: shape.parallelObstacle },
  }
}
