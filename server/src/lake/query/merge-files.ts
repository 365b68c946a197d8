import type { DuckDBConnection } from '@duckdb/node-api'
import bindings from '@duckdb/node-bindings'
import { isColumnType, type LakeField, type LakeType } from '#columns/column-type.ts'
import { columnsOf } from '#lake/parquet/leaves.ts'
import { type ByteSink, type ParquetFileSummary, ParquetWriter } from '#lake/parquet/parquet-writer.ts'
import type { DuckDb } from './duckdb.ts'
import { readNested } from './nested-values.ts'
import { accessTo, quotePath, relationOf } from './sql-text.ts'

export interface MergeOptions {
  /** Local paths of the files of one table, of any age. */
  readonly paths: readonly string[]
  /** The table's. */
  readonly fields: readonly LakeField[]
  readonly sink: ByteSink
  readonly keyValues: Readonly<Record<string, string>>
}

export interface MergedFile {
  readonly summary: ParquetFileSummary
  /** Those that any of the files has: the others take no room in the new one either. */
  readonly fields: readonly LakeField[]
}

/** Writes the rows of several files into one, in their order. DuckDB decodes them, our encoder writes. */
export async function mergeFiles(duck: DuckDb, options: MergeOptions): Promise<MergedFile> {
  const { paths, sink, keyValues } = options
  return await duck.withConnection(async (connection) => {
    const fields = fieldsWithin(options.fields, await readFieldIds(connection, paths))
    const writer = new ParquetWriter({ fields, sink, keyValues })
    const columns = columnsOf(fields)
    const result = await connection.stream(
      `select ${columns.map(({ path }) => accessTo(path)).join(', ')} from (${relationOf(fields, paths)})`,
    )
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return { summary: writer.finish(), fields }
      const vectors = columns.map(({ type }, index) =>
        readNested(type, bindings.data_chunk_get_vector(chunk.chunk, index), chunk.rowCount),
      )
      writer.append(vectors, chunk.rowCount)
    }
  })
}

async function readFieldIds(
  connection: DuckDBConnection,
  paths: readonly string[],
): Promise<ReadonlySet<number>> {
  const files = `[${paths.map(quotePath).join(', ')}]`
  const reader = await connection.runAndReadAll(
    `select distinct field_id::int from parquet_schema(${files}) where field_id is not null`,
  )
  return new Set(reader.getRows().map(([id]) => Number(id)))
}

/** The fields with these ids; of a struct those parts that have them, of a list or map all of it. */
function fieldsWithin(fields: readonly LakeField[], ids: ReadonlySet<number>): readonly LakeField[] {
  return fields
    .filter(({ id }) => ids.has(id))
    .map((field) => ({ ...field, type: typeWithin(field.type, ids) }))
}

function typeWithin(type: LakeType, ids: ReadonlySet<number>): LakeType {
  if (isColumnType(type) || type.kind !== 'struct') return type
  return { ...type, fields: fieldsWithin(type.fields, ids) }
}
