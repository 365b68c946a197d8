import { join } from 'node:path'
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBDoubleType,
  DuckDBFloatType,
  DuckDBInstance,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  DuckDBUUIDValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { runPython } from '@headwater/testkit/python.ts'

/** A value as a reader found it, in a form that says what it is. */
export type Found =
  | null
  | string
  | boolean
  | { readonly int: string }
  | { readonly float: string; readonly bits: 32 | 64 }
  | { readonly decimal: string }
  | { readonly days: number }
  | { readonly micros: string; readonly of: 'time' | 'timestamp' | 'timestamptz' }
  | { readonly hex: string }
  | { readonly list: readonly Found[] }
  | { readonly struct: { readonly [name: string]: Found } }
  | { readonly map: { readonly [key: string]: Found } }

/** A row of a landed table: its fields by their names. */
export type FoundRow = { readonly [name: string]: Found }

export interface LandedFiles {
  readonly metadataPath: string
  readonly dataPaths: readonly string[]
}

/** DuckDB reads the data files, without the metadata. */
export async function readByDuckDb(tables: readonly LandedFiles[]): Promise<FoundRow[][]> {
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' })
  const connection = await instance.connect()
  try {
    const found: FoundRow[][] = []
    for (const { dataPaths } of tables) {
      if (dataPaths.length === 0) {
        found.push([])
        continue
      }
      const list = dataPaths.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ')
      const reader = await connection.runAndReadAll(`select _headwater from read_parquet([${list}])`)
      const type = reader.columnType(0)
      found.push(reader.getRows().map(([value]) => rowOf(fromDuck(value ?? null, type))))
    }
    return found
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** pyiceberg reads the tables by their metadata. */
export async function readByPyiceberg(tables: readonly LandedFiles[]): Promise<FoundRow[][]> {
  const script = join(import.meta.dirname, '../../testkit/readers/read_values.py')
  const paths = tables.map(({ metadataPath }) => metadataPath)
  const answers = await runPython<readonly Found[][]>(script, paths, 240_000)
  return answers.map((records) => records.map(rowOf))
}

function rowOf(record: Found): FoundRow {
  if (record !== null && typeof record === 'object' && 'struct' in record) return record.struct
  throw new TypeError(`a row without fields: ${JSON.stringify(record)}`)
}

/** The type tells how wide a number is; of its value it cannot be seen. */
function fromDuck(value: DuckDBValue, type: DuckDBType): Found {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return { int: String(value) }
  if (typeof value === 'number') return numberFromDuck(value, type)
  if (value instanceof DuckDBListValue && type instanceof DuckDBListType)
    return { list: value.items.map((item) => fromDuck(item, type.valueType)) }
  if (value instanceof DuckDBStructValue && type instanceof DuckDBStructType)
    return {
      struct: mapValues(Object.entries(value.entries), (name, item) =>
        fromDuck(item, type.typeForEntry(name)),
      ),
    }
  if (value instanceof DuckDBMapValue && type instanceof DuckDBMapType) {
    const entries = value.entries.map(({ key, value: item }) => [String(key), item] as const)
    return { map: mapValues(entries, (_, item) => fromDuck(item, type.valueType)) }
  }
  return plainFromDuck(value)
}

function numberFromDuck(value: number, type: DuckDBType): Found {
  if (type instanceof DuckDBFloatType) return { float: floatText(value), bits: 32 }
  if (type instanceof DuckDBDoubleType) return { float: floatText(value), bits: 64 }
  return { int: String(value) }
}

function plainFromDuck(value: DuckDBValue): Found {
  if (value instanceof DuckDBDecimalValue) return { decimal: value.toString() }
  if (value instanceof DuckDBDateValue) return { days: value.days }
  if (value instanceof DuckDBTimeValue) return { micros: String(value.micros), of: 'time' }
  if (value instanceof DuckDBTimestampValue) return { micros: String(value.micros), of: 'timestamp' }
  if (value instanceof DuckDBTimestampTZValue) return { micros: String(value.micros), of: 'timestamptz' }
  if (value instanceof DuckDBBlobValue) return { hex: Buffer.from(value.bytes).toString('hex') }
  if (value instanceof DuckDBUUIDValue) return value.toString()
  throw new TypeError(`no form for ${String(value)}`)
}

function mapValues(
  entries: readonly (readonly [string, DuckDBValue])[],
  convert: (name: string, value: DuckDBValue) => Found,
): FoundRow {
  return Object.fromEntries(entries.map(([name, value]) => [name, convert(name, value)]))
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
