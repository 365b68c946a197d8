import type { LakeField } from '#columns/column-type.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { notFound } from './problems.ts'
import { recordOfRow } from './record-of-row.ts'

/**
 * Reads rows of a table in the lake as JSON objects, dates in ISO 8601, those of the newest files first; boot
 * connects the query engine.
 */
export type ReadRows = (table: {
  readonly fields: readonly LakeField[]
  /** Local paths of the Parquet files, oldest first. */
  readonly paths: readonly string[]
  readonly maxRows: number
}) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** Opens a dataset's table at one of its metadata files: fields, and local paths of the files, oldest first. */
export type ReadLakeTable = (
  table: { readonly datasetId: string; readonly metadataKey: string },
  options: {
    readonly signal?: AbortSignal | undefined
    /** Only files that are needed for so many of the newest rows; all when absent. */
    readonly newestRows?: number | undefined
  },
) => Promise<{ readonly fields: readonly LakeField[]; readonly paths: readonly string[] }>

export interface PreviewDependencies {
  readonly db: Database
  readonly readRows: ReadRows
  readonly readLakeTable: ReadLakeTable
}

const MAX_ROWS = 100

/**
 * Up to 100 rows of a dataset, those of the newest commits first. Fields without a value are left out, as in
 * the records that went in.
 *
 * @throws {PlainProblem} 404
 */
export async function previewDataset(
  { db, readRows, readLakeTable }: PreviewDependencies,
  scope: Scope,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
) {
  const pointer = await findPointer(db, scope, id)
  if (pointer === undefined) throw notFound('dataset', id)
  const { fields, paths } = await readLakeTable(
    { datasetId: id, metadataKey: pointer },
    { signal, newestRows: MAX_ROWS },
  )
  const rows = await readRows({ fields, paths, maxRows: MAX_ROWS })
  return { data: rows.map((row) => recordOfRow(row, fields)) }
}

async function findPointer(db: Database, scope: Scope, datasetId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('lake_table')
    .innerJoin('dataset', 'dataset.id', 'lake_table.dataset_id')
    .select('lake_table.metadata_key')
    .where('dataset.id', '=', datasetId)
    .where('dataset.org_id', '=', scope.orgId)
    .where('dataset.sandbox_id', '=', scope.sandbox.id)
    .executeTakeFirst()
  return row?.metadata_key
}
