import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'

/** A dataset as a table of a query. */
export interface QueryableDataset {
  readonly datasetId: string
  /** The names that a statement may use: SQL name, id, name of the dataset when no other has it. */
  readonly names: readonly string[]
  /** Key of the table's current metadata file. */
  readonly metadataKey: string
}

/** The datasets of the caller's sandbox, by SQL name. */
export async function listQueryable(db: Database, scope: Scope): Promise<readonly QueryableDataset[]> {
  const rows = await db
    .selectFrom('dataset')
    .innerJoin('lake_table', 'lake_table.dataset_id', 'dataset.id')
    .select(['dataset.id', 'dataset.name', 'dataset.table_name', 'lake_table.metadata_key'])
    .where('dataset.org_id', '=', scope.orgId)
    .where('dataset.sandbox_id', '=', scope.sandbox.id)
    .orderBy('dataset.table_name')
    .execute()
  const names = distinctNames(rows.map((row) => ({ id: row.id, tableName: row.table_name, name: row.name })))
  return rows.map((row, index) => ({
    datasetId: row.id,
    names: names[index] ?? [],
    metadataKey: row.metadata_key,
  }))
}

interface NamedDataset {
  readonly id: string
  readonly tableName: string
  readonly name: string
}

/**
 * What each dataset is called in SQL. SQL names and ids are unique; a dataset's name counts only when, without
 * regard to case, it is no SQL name or id of another and no other dataset has it.
 */
export function distinctNames(datasets: readonly NamedDataset[]): readonly (readonly string[])[] {
  const owners = new Map<string, Set<string>>()
  for (const { id, tableName, name } of datasets) {
    for (const word of [id, tableName, name]) {
      const key = word.toLowerCase()
      owners.set(key, (owners.get(key) ?? new Set()).add(id))
    }
  }
  return datasets.map(({ id, tableName, name }) => {
    const isOwn = owners.get(name.toLowerCase())?.size === 1
    const isNew = ![id, tableName].some((word) => word.toLowerCase() === name.toLowerCase())
    return isOwn && isNew ? [tableName, id, name] : [tableName, id]
  })
}

/**
 * The datasets that a statement may mean: those of which a name stands anywhere in its text. Too many do no
 * harm, the others need not be opened.
 */
export function mentionedIn(sql: string, datasets: readonly QueryableDataset[]): readonly QueryableDataset[] {
  // A quote inside a quoted name is doubled.
  const text = sql.toLowerCase().replaceAll('""', '"')
  return datasets.filter(({ names }) => names.some((name) => text.includes(name.toLowerCase())))
}
