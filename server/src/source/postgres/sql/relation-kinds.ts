export type RelationKind = 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table'

const KINDS: ReadonlyMap<string, RelationKind> = new Map<string, RelationKind>([
  ['r', 'table'],
  ['p', 'partitioned table'],
  ['v', 'view'],
  ['m', 'materialized view'],
  ['f', 'foreign table'],
])

/** The kind that a letter of `pg_class.relkind` stands for. */
export function relationKindOf(relkind: string): RelationKind {
  return KINDS.get(relkind) ?? 'table'
}

/** From this version on 0 rows are a count and -1 is "never counted"; before, 0 was both. */
const CLEAR_COUNT_MAJOR = 14

/**
 * Rows as VACUUM or ANALYZE last counted them (`pg_class.reltuples`); `undefined` for "never", which is also what
 * 0 means for whatever has no heap of its own.
 */
export function countedRows(tuples: number, relkind: string, serverMajor: number): number | undefined {
  if (tuples > 0) return tuples
  const hasHeap = relkind === 'r' || relkind === 'm'
  return tuples === 0 && hasHeap && serverMajor >= CLEAR_COUNT_MAJOR ? 0 : undefined
}
