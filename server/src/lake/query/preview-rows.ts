import type { LakeField } from '#columns/column-type.ts'
import type { DuckDb } from './duckdb.ts'
import { toJsonValue } from './json-value.ts'
import { relationOf } from './sql-text.ts'

export interface PreviewOptions {
  readonly fields: readonly LakeField[]
  /** Local paths of the data files, oldest first. */
  readonly paths: readonly string[]
  readonly limit: number
}

/** Up to `limit` rows as nested objects (values as by toJsonValue), those of the newest files first. */
export async function previewRows(
  duck: DuckDb,
  { fields, paths, limit }: PreviewOptions,
): Promise<Record<string, unknown>[]> {
  if (fields.length === 0 || paths.length === 0) {
    return []
  }
  return duck.withConnection(async (connection) => {
    const reader = await connection.streamAndReadAll(
      `${relationOf(fields, paths.toReversed())} limit ${Math.max(0, Math.trunc(limit))}`,
    )
    const names = reader.columnNames()
    return reader
      .getRows()
      .map((row) => Object.fromEntries(row.map((value, index) => [names[index], toJsonValue(value)])))
  })
}
