import { join } from 'node:path'
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
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

/** Rows of a landed table: the number of the row, and every other field by its name. */
export type FoundRows = ReadonlyMap<number, { readonly [name: string]: Found }>

export interface LandedFiles {
  readonly metadataPath: string
  readonly dataPaths: readonly string[]
}

/** DuckDB reads the data files, without the metadata. */
export async function readByDuckDb(tables: readonly LandedFiles[]): Promise<FoundRows[]> {
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' })
  const connection = await instance.connect()
  try {
    const found: FoundRows[] = []
    for (const { dataPaths } of tables) {
      if (dataPaths.length === 0) {
        found.push(new Map())
        continue
      }
      const list = dataPaths.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ')
      const reader = await connection.runAndReadAll(`select _headwater from read_parquet([${list}])`)
      found.push(rowsOf(reader.getRows().map(([value]) => fromDuck(value as DuckDBValue))))
    }
    return found
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** pyiceberg reads the tables by their metadata. */
export async function readByPyiceberg(tables: readonly LandedFiles[]): Promise<FoundRows[]> {
  const script = join(import.meta.dirname, '../../testkit/readers/read_values.py')
  const paths = tables.map(({ metadataPath }) => metadataPath)
  const answers = await runPython<readonly Found[][]>(script, paths, 240_000)
  return answers.map(rowsOf)
}

function rowsOf(records: readonly Found[]): FoundRows {
  return new Map(
    records.map((record) => {
      const { row_number: number, ...fields } = (record as { struct: Record<string, Found> }).struct
      return [numberOf(number), fields]
    }),
  )
}

/** DuckDB's integers of 32 bits come as any number. */
function numberOf(found: Found | undefined): number {
  const { int, float } = found as { readonly int?: string; readonly float?: string }
  return Number(int ?? float)
}

function fromDuck(value: DuckDBValue): Found {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return { int: String(value) }
  if (typeof value === 'number') return { float: floatText(value), bits: 64 }
  if (value instanceof DuckDBDecimalValue) return { decimal: value.toString() }
  if (value instanceof DuckDBDateValue) return { days: value.days }
  if (value instanceof DuckDBTimeValue) return { micros: String(value.micros), of: 'time' }
  if (value instanceof DuckDBTimestampValue) return { micros: String(value.micros), of: 'timestamp' }
  if (value instanceof DuckDBTimestampTZValue) return { micros: String(value.micros), of: 'timestamptz' }
  if (value instanceof DuckDBBlobValue) return { hex: Buffer.from(value.bytes).toString('hex') }
  if (value instanceof DuckDBListValue) return { list: value.items.map(fromDuck) }
  if (value instanceof DuckDBUUIDValue) return value.toString()
  if (value instanceof DuckDBStructValue) return { struct: mapValues(Object.entries(value.entries)) }
  if (value instanceof DuckDBMapValue)
    return { map: mapValues(value.entries.map(({ key, value: item }) => [String(key), item])) }
  throw new TypeError(`no form for ${String(value)}`)
}

function mapValues(entries: readonly (readonly [string, DuckDBValue])[]): { [name: string]: Found } {
  return Object.fromEntries(entries.map(([name, value]) => [name, fromDuck(value)]))
}

export function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
