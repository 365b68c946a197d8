import type { PreviewDataset } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'
import type { DuckDb } from '#lake/query/duckdb.ts'
import { previewRows } from '#lake/query/preview-rows.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { recordOfRow } from '#services/export/record-of-row.ts'
import type { ReadLakeTable } from '#services/query/run-statement.ts'
import type { Database } from '#store/database.ts'

/** Looks into a dataset's table; one that is gone by now has no rows. */
export function createDatasetPreview(deps: {
  readonly db: Database
  readonly duck: DuckDb
  readonly readLakeTable: ReadLakeTable
}): PreviewDataset {
  return async (datasetId, { limit, signal }) => {
    const table = await lakeTableOf(deps.db, datasetId)
    if (table === undefined) return []
    const { fields, paths } = await deps.readLakeTable({ ...table, datasetId }, { signal, newestRows: limit })
    const rows = await previewRows(deps.duck, { fields, paths, limit })
    return rows.map((row) => recordOfRow(row, fields) as JsonObject)
  }
}
