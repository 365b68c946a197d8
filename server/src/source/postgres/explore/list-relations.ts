import type { Session } from '#source/postgres/connect/session.ts'
import { countedRows, type RelationKind, relationKindOf } from '#source/postgres/sql/relation-kinds.ts'
import {
  type RelationSelection,
  SELECT_RELATIONS,
  type SelectedRelation,
  selectionParameters,
} from '#source/postgres/sql/select-relations.ts'
import { formatRelationPath, parseRelationPath } from './relation-path.ts'

/** One relation that the user may read. */
export interface ListedRelation {
  /** As `explore` tells them apart: everything that stores rows is a table. */
  readonly type: 'table' | 'view'
  readonly kind: RelationKind
  readonly schema: string
  readonly name: string
  /** What `parseRelationPath` takes back. */
  readonly path: string
  /** False for a materialised view that was never refreshed: it can't be read. */
  readonly isPopulated: boolean
  readonly isUnlogged: boolean
  readonly isPartition: boolean
  /** Path of what it is a partition of, or inherits from. */
  readonly parent?: string | undefined
  readonly comment?: string | undefined
  /** As of the last VACUUM or ANALYZE, without children; absent before the first. */
  readonly estimatedRows?: number | undefined
  readonly estimatedBytes?: number | undefined
}

export type ListRelationsOptions = Omit<RelationSelection, 'searchUnquoted'>

export interface RelationPage {
  readonly relations: readonly ListedRelation[]
  /** There are more after the last of these. */
  readonly hasMore: boolean
}

/**
 * Parallel workers and compilation are for long statements; memory is for the sort, which would otherwise go to
 * the server's disk. One state of the catalogue, so that nothing is listed twice.
 */
const BEGIN = `
  begin transaction isolation level repeatable read read only;
  set local max_parallel_workers_per_gather = 0;
  set local jit = off;
  set local work_mem = '32MB'`

/** Relations that come over the wire together: enough to keep both ends busy, too few to be felt in memory. */
const CHUNK_SIZE = 2_000

/**
 * One page of what is readable outside of the system's schemas, by schema and name in the order of their bytes.
 * @throws SourceError
 */
export async function listRelations(
  session: Session,
  options: ListRelationsOptions,
  limit: number,
): Promise<RelationPage> {
  await session.query(BEGIN)
  try {
    const values = [...parametersOf(options), limit + 1]
    const rows = await session.query<SelectedRelation>(`${SELECT_RELATIONS} limit $7`, values)
    const relations = rows.slice(0, limit).map((row) => toListed(row, session.serverMajor))
    return { relations, hasMore: rows.length > limit }
  } finally {
    await session.query('rollback').catch(() => {})
  }
}

/**
 * The same without an end, in chunks, as fast as the caller takes them.
 * @throws SourceError
 */
export async function* streamRelations(
  session: Session,
  options: ListRelationsOptions = {},
): AsyncGenerator<readonly ListedRelation[], void, undefined> {
  await session.query(BEGIN)
  try {
    const declare = `declare relations no scroll cursor for ${SELECT_RELATIONS}`
    await session.query(declare, parametersOf(options))
    let rows: SelectedRelation[]
    do {
      rows = await session.query<SelectedRelation>(`fetch ${CHUNK_SIZE} from relations`)
      yield rows.map((row) => toListed(row, session.serverMajor))
    } while (rows.length === CHUNK_SIZE)
  } finally {
    await session.query('rollback').catch(() => {})
  }
}

function parametersOf(options: ListRelationsOptions): unknown[] {
  const searchUnquoted = options.search === undefined ? undefined : unquoted(options.search)
  return selectionParameters({ ...options, searchUnquoted })
}

/** `public."Sales.2024"` is looked for as `public.Sales.2024` too: a path is what users have at hand. */
function unquoted(search: string): string | undefined {
  if (!search.includes('"')) return undefined
  try {
    const { schema, name } = parseRelationPath(search)
    return schema === undefined ? name : `${schema}.${name}`
  } catch {
    return undefined
  }
}

function toListed(row: SelectedRelation, serverMajor: number): ListedRelation {
  const { schema, name, kind, parent, comment } = row
  const estimatedRows = countedRows(row.tuples, kind, serverMajor)
  return {
    type: kind === 'v' || kind === 'm' ? 'view' : 'table',
    kind: relationKindOf(kind),
    schema,
    name,
    path: formatRelationPath(schema, name),
    isPopulated: row.is_populated,
    isUnlogged: row.is_unlogged,
    isPartition: row.is_partition,
    ...(parent === null ? {} : { parent: formatRelationPath(...parent) }),
    ...(comment === null ? {} : { comment }),
    ...(estimatedRows === undefined ? {} : { estimatedRows: Math.round(estimatedRows) }),
    ...(row.pages > 0 ? { estimatedBytes: row.pages * Number(row.block_size) } : {}),
  }
}
