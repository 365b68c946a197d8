import type { DuckDBConnection } from '@duckdb/node-api'
import {
  type ColumnType,
  isColumnType,
  isLeaf,
  type LakeColumn,
  type LakeLeaf,
  type LakeType,
} from '#columns/column-type.ts'
import { type ColumnDigest, isHashed } from '#columns/digest.ts'
import { icebergBound, withSignOfZero } from '#lake/parquet/bounds.ts'
import { ChunkDigester } from './digest-chunk.ts'
import { createDuckDb, type DuckDb } from './duckdb.ts'
import { countColumns, type FoundColumn, hashColumns } from './hash-columns.ts'
import type { PlainExtremes } from './plain-extremes.ts'
import { duckTypeOf, quoteName, quotePath, quoteText } from './sql-text.ts'
import { withInterrupt } from './with-interrupt.ts'

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

/** The file can't be decoded, or a field is missing, has another id or reads as another type. */
export class ReadBackError extends Error {
  override readonly name = 'ReadBackError'
}

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
      if (largestBytes <= MAX_SHARED_BYTES) return digestFile(connection, path, leaves, { signal })
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
    const read = () => digestFile(connection, path, leaves, { signal, hasLongValues: true })
    return signal ? withInterrupt(connection, signal, read) : read()
  })
}

async function findLargestRowGroup(connection: DuckDBConnection, path: string): Promise<number> {
  const reader = await connection.runAndReadAll(
    `select max(row_group_bytes)::double from parquet_metadata(${quotePath(path)})`,
  )
  return Number(reader.getRows()[0]?.[0] ?? 0)
}

interface DigestOptions {
  readonly signal: AbortSignal | undefined
  readonly hasLongValues?: boolean | undefined
}

async function digestFile(
  connection: DuckDBConnection,
  path: string,
  leaves: readonly LakeColumn[],
  { signal, hasLongValues }: DigestOptions,
): Promise<FileProof> {
  const from = `read_parquet(${quotePath(path)}, hive_partitioning = false)`
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
  const from = `read_parquet(${quotePath(path)}, hive_partitioning = false)`
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

/** `struct_extract` instead of dots, which could mean a table. */
function accessTo(path: readonly string[]): string {
  const [top, ...rest] = path
  return rest.reduce((parent, name) => `struct_extract(${parent}, ${quoteText(name)})`, quoteName(top ?? ''))
}

function assertType(leaf: LakeColumn, found: string): void {
  const expected = duckTypeOf(leaf.type)
  if (found !== expected) {
    throw new ReadBackError(`field '${leaf.path.join('.')}' reads as ${found} instead of ${expected}`)
  }
}

async function assertFieldIds(
  connection: DuckDBConnection,
  path: string,
  leaves: readonly LakeColumn[],
): Promise<void> {
  const ids = await readFieldIds(connection, path)
  for (const expected of leaves.flatMap(({ id, path, type }) => [{ id, path }, ...partsOf(type, path)])) {
    const key = JSON.stringify(expected.path)
    if (ids.get(key) === expected.id) continue
    const what = ids.has(key) ? `has the id ${ids.get(key)}` : 'is missing'
    throw new ReadBackError(`field '${expected.path.join('.')}' (id ${expected.id}) ${what} in '${path}'`)
  }
}

interface Part {
  readonly id: number
  readonly path: readonly string[]
}

/** Everything in a type that has an id, with its place in the file's schema. */
function partsOf(type: LakeType, path: readonly string[]): Part[] {
  if (isColumnType(type)) return []
  const part = (id: number, inner: LakeType, ...names: string[]): Part[] => {
    const own = [...path, ...names]
    return [{ id, path: own }, ...partsOf(inner, own)]
  }
  if (type.kind === 'struct') return type.fields.flatMap((field) => part(field.id, field.type, field.name))
  if (type.kind === 'list') return part(type.elementId, type.element, 'list', 'element')
  return [
    ...part(type.keyId, type.key, 'key_value', 'key'),
    ...part(type.valueId, type.value, 'key_value', 'value'),
  ]
}

/** Field ids by path (as JSON). The file's schema is a tree told depth first, each node with its number of children. */
async function readFieldIds(
  connection: DuckDBConnection,
  path: string,
): Promise<ReadonlyMap<string, number | undefined>> {
  const reader = await connection.runAndReadAll(
    `select name, coalesce(num_children, 0)::int, field_id::int from parquet_schema(${quotePath(path)})`,
  )
  const rows = reader.getRows() as [name: string, childCount: number, fieldId: number | null][]
  const ids = new Map<string, number | undefined>()
  let at = 0
  const visit = (parent: readonly string[], isRoot: boolean) => {
    const [name, childCount, fieldId] = rows[at++] ?? ['', 0, null]
    const own = isRoot ? [] : [...parent, name]
    ids.set(JSON.stringify(own), fieldId ?? undefined)
    for (let child = 0; child < childCount; child++) {
      visit(own, false)
    }
  }
  visit([], true)
  return ids
}
