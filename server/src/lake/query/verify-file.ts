import type { DuckDBConnection } from '@duckdb/node-api'
import {
  type ColumnType,
  isLeaf,
  type LakeColumn,
  type LakeField,
  type LakeLeaf,
} from '#columns/column-type.ts'
import { type ColumnDigest, isHashed } from '#columns/digest.ts'
import { icebergBound, withSignOfZero } from '#lake/parquet/bounds.ts'
import { columnsOf } from '#lake/parquet/leaves.ts'
import { assertFieldIds, ReadBackError } from './assert-field-ids.ts'
import { ChunkDigester } from './digest-chunk.ts'
import { createDuckDb, type DuckDb } from './duckdb.ts'
import { countColumns, type FoundColumn, hashColumns } from './hash-columns.ts'
import type { PlainExtremes } from './plain-extremes.ts'
import { accessTo, duckTypeOf, quotePath, relationOf } from './sql-text.ts'
import { withInterrupt } from './with-interrupt.ts'

export { ReadBackError } from './assert-field-ids.ts'

/** What a data file holds, as DuckDB decodes it. */
export interface FileProof {
  readonly rowCount: number
  /** In the order of the fields that were asked for. */
  readonly columns: readonly LandedColumn[]
}

/** What is found of a field, as far as the level goes. */
export interface LandedColumn {
  readonly valueCount: number
  readonly nullCount: number
  readonly digest?: string | undefined
  /** Ends in the form of Iceberg's bounds: those of texts are cut. Absent where the type has no order, and in lists. */
  readonly lower?: Uint8Array | undefined
  readonly upper?: Uint8Array | undefined
}

export interface ReadBackOptions {
  /** Uses this engine instead of one of its own, which takes some 10 ms to make. */
  readonly duck?: DuckDb | undefined
  readonly signal?: AbortSignal | undefined
  /** `counts` decodes no value. */
  readonly level?: 'counts' | 'digest' | undefined
  /** As the writer knows it; asked of the file when absent. */
  readonly largestRowGroupBytes?: number | undefined
}

/**
 * The engine holds a row group at least once. Larger ones, of which a few rows are the most, are read by an engine of
 * their own: its memory is given back when it ends, and its limit goes by theirs.
 */
const MAX_SHARED_BYTES = 32 * 1024 * 1024
const MB = 1024 * 1024

/**
 * Decodes a Parquet file with DuckDB, which shares no code with the encoder, and digests the given fields.
 * Works in any thread. Throws ReadBackError.
 */
export async function readBack(
  path: string,
  leaves: readonly LakeColumn[],
  options: ReadBackOptions = {},
): Promise<FileProof> {
  if (options.duck) {
    return readBackWith(options.duck, path, leaves, options)
  }
  await using duck = createDuckDb()
  return await readBackWith(duck, path, leaves, options)
}

/**
 * What several files hold together, read as a table with these fields reads them. Throws ReadBackError.
 */
export async function readTogether(
  duck: DuckDb,
  paths: readonly string[],
  fields: readonly LakeField[],
): Promise<FileProof> {
  const from = `(${relationOf(fields, paths)})`
  try {
    return await duck.withConnection((connection) =>
      digestRows(connection, from, columnsOf(fields), { signal: undefined }),
    )
  } catch (error) {
    throw asReadBackError(paths.join("', '"), error)
  }
}

function readBackWith(
  duck: DuckDb,
  path: string,
  leaves: readonly LakeColumn[],
  options: ReadBackOptions,
): Promise<FileProof> {
  const { signal, level } = options
  return duck.withConnection(async (connection) => {
    const read = async () => {
      await assertFieldIds(connection, path, leaves)
      if (level === 'counts') return countFile(connection, path, leaves)
      const largestBytes = options.largestRowGroupBytes ?? (await findLargestRowGroup(connection, path))
      if (largestBytes <= MAX_SHARED_BYTES) return digestRows(connection, fileAt(path), leaves, { signal })
      return digestLongValues(path, leaves, { signal, largestBytes })
    }
    try {
      return await (signal ? withInterrupt(connection, signal, read) : read())
    } catch (error) {
      signal?.throwIfAborted()
      throw asReadBackError(path, error)
    }
  })
}

function asReadBackError(path: string, error: unknown): ReadBackError {
  if (error instanceof ReadBackError) {
    return error
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new ReadBackError(`'${path}' can't be read back: ${reason}`, { cause: error })
}

async function digestLongValues(
  path: string,
  leaves: readonly LakeColumn[],
  { signal, largestBytes }: { readonly signal: AbortSignal | undefined; readonly largestBytes: number },
): Promise<FileProof> {
  const memoryLimit = `${512 + Math.ceil((5 * largestBytes) / MB)}MB`
  await using duck = createDuckDb({ threadCount: 1, memoryLimit })
  return await duck.withConnection((connection) => {
    const read = () => digestRows(connection, fileAt(path), leaves, { signal, hasLongValues: true })
    return signal ? withInterrupt(connection, signal, read) : read()
  })
}

async function findLargestRowGroup(connection: DuckDBConnection, path: string): Promise<number> {
  const reader = await connection.runAndReadAll(
    `select max(row_group_bytes)::double from parquet_metadata(${quotePath(path)})`,
  )
  return Number(reader.getRows()[0]?.[0] ?? 0)
}

function fileAt(path: string): string {
  return `read_parquet(${quotePath(path)}, hive_partitioning = false)`
}

interface DigestOptions {
  readonly signal: AbortSignal | undefined
  readonly hasLongValues?: boolean | undefined
}

async function digestRows(
  connection: DuckDBConnection,
  from: string,
  leaves: readonly LakeColumn[],
  { signal, hasLongValues }: DigestOptions,
): Promise<FileProof> {
  await assertTypes(connection, leaves, from)
  const hashed = leaves.filter(isHashedLeaf)
  const mixed = leaves.filter((leaf) => !isHashedLeaf(leaf))
  const columns = hashed.map((leaf) => ({ leaf, sql: accessTo(leaf.path) }))
  const { rowCount, columns: found } = await hashColumns(connection, columns, from, hasLongValues)
  signal?.throwIfAborted()
  const others = mixed.length === 0 ? [] : await mixColumns(connection, mixed, from, signal)
  return {
    rowCount,
    columns: leaves.map((leaf) => {
      const index = hashed.indexOf(leaf as LakeLeaf)
      if (index < 0) return others[mixed.indexOf(leaf)] as ColumnDigest
      const { extremes, ...digest } = found[index] as FoundColumn
      return { ...digest, ...boundsOf((leaf as LakeLeaf).type, extremes) }
    }),
  }
}

async function countFile(
  connection: DuckDBConnection,
  path: string,
  leaves: readonly LakeColumn[],
): Promise<FileProof> {
  const from = fileAt(path)
  await assertTypes(connection, leaves, from)
  return countColumns(
    connection,
    leaves.map((leaf) => accessTo(leaf.path)),
    from,
  )
}

function boundsOf(type: ColumnType, { min, max }: PlainExtremes): Pick<LandedColumn, 'lower' | 'upper'> {
  return {
    lower: min && icebergBound(type, withSignOfZero(type, min, 'lower'), 'lower'),
    upper: max && icebergBound(type, withSignOfZero(type, max, 'upper'), 'upper'),
  }
}

function isHashedLeaf(column: LakeColumn): column is LakeLeaf {
  return isLeaf(column) && isHashed(column.type)
}

async function assertTypes(
  connection: DuckDBConnection,
  leaves: readonly LakeColumn[],
  from: string,
): Promise<void> {
  if (leaves.length === 0) return
  const statement = await connection.prepare(selectOf(leaves, from))
  try {
    for (const [index, leaf] of leaves.entries()) assertType(leaf, String(statement.columnType(index)))
  } finally {
    statement.destroySync()
  }
}

function selectOf(leaves: readonly LakeColumn[], from: string): string {
  return `select ${leaves.map(({ path }) => accessTo(path)).join(', ')} from ${from}`
}

/** Digests columns that the engine has no fitting hash for, from the values that it hands out. */
async function mixColumns(
  connection: DuckDBConnection,
  leaves: readonly LakeColumn[],
  from: string,
  signal: AbortSignal | undefined,
): Promise<ColumnDigest[]> {
  const result = await connection.stream(selectOf(leaves, from))
  const chunkDigester = new ChunkDigester(leaves.map(({ type }) => type))
  // The next chunk is decoded while this one is digested.
  for (let next = result.fetchChunk(); ; ) {
    const chunk = await next
    signal?.throwIfAborted()
    if (!chunk || chunk.rowCount === 0) return chunkDigester.results()
    next = result.fetchChunk()
    try {
      chunkDigester.add(chunk)
    } catch (error) {
      await next.catch(() => undefined)
      throw error
    }
  }
}

function assertType(leaf: LakeColumn, found: string): void {
  const expected = duckTypeOf(leaf.type)
  if (found !== expected) {
    throw new ReadBackError(`field '${leaf.path.join('.')}' reads as ${found} instead of ${expected}`)
  }
}
