import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LakeField } from '#columns/column-type.ts'
import type { DuckDb } from '#lake/query/duckdb.ts'
import { duckTypeOf, quoteName, quotePath, quoteText } from '#lake/query/sql-text.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { DataFile, DataFileColumn } from './data-file.ts'
import { fieldsToIceberg } from './schema-json.ts'

const field = (id: number, name: string, type: LakeField['type'], required = false): LakeField => ({
  id,
  name,
  required,
  type,
})

/** Every primitive type, and each type with parts. */
export const ALL_FIELDS: readonly LakeField[] = [
  field(1, 'id', { kind: 'long' }, true),
  field(2, 'name', { kind: 'string' }),
  field(3, 'flag', { kind: 'boolean' }),
  field(4, 'n', { kind: 'int' }),
  field(5, 'f', { kind: 'float' }),
  field(6, 'd', { kind: 'double' }),
  field(7, 'short_dec', { kind: 'decimal', precision: 9, scale: 2 }),
  field(8, 'long_dec', { kind: 'decimal', precision: 38, scale: 9 }),
  field(9, 'day', { kind: 'date' }),
  field(10, 'clock', { kind: 'time' }),
  field(11, 'wall', { kind: 'timestamp' }),
  field(12, 'instant', { kind: 'timestamptz' }),
  field(13, 'bytes', { kind: 'binary' }),
  field(14, 'key', { kind: 'uuid' }),
  field(15, 'person', {
    kind: 'struct',
    fields: [
      field(16, 'first', { kind: 'string' }),
      field(17, 'address', { kind: 'struct', fields: [field(18, 'city', { kind: 'string' })] }),
    ],
  }),
  field(19, 'tags', { kind: 'list', elementId: 20, elementRequired: false, element: { kind: 'string' } }),
  field(21, 'scores', {
    kind: 'map',
    keyId: 22,
    key: { kind: 'string' },
    valueId: 23,
    valueRequired: false,
    value: { kind: 'long' },
  }),
]

export const ADDED_FIELD: LakeField = { ...field(24, 'added', { kind: 'string' }), doc: 'came later' }

const EXPRESSIONS: Readonly<Record<string, string>> = {
  id: 'i',
  name: "if(i % 5 = 0, null, 'name ' || i)",
  flag: 'i % 2 = 0',
  n: 'i * 3',
  f: 'i * 0.5',
  d: 'i * 0.25',
  short_dec: 'i * 1.25',
  long_dec: 'i::decimal(38,9) + 0.123456789',
  day: "date '2020-01-01' + i::int",
  clock: "time '00:00:00' + to_seconds(i)",
  wall: "timestamp '2020-01-01' + to_seconds(i)",
  instant: "timestamptz '2020-01-01 00:00:00Z' + to_seconds(i)",
  bytes: 'encode(i::varchar)',
  key: 'md5(i::varchar)::uuid',
  person: "if(i % 4 = 0, null, {first: 'first ' || i, address: {city: 'city ' || (i % 3)}})",
  tags: "['a', 'b' || i]",
  scores: "map {'x': i, 'y': i + 1}",
  added: "'new ' || i",
}

const FIELD_IDS: Readonly<Record<string, string>> = {
  person: '{__duckdb_field_id: 15, first: 16, address: {__duckdb_field_id: 17, city: 18}}',
  tags: '{__duckdb_field_id: 19, element: 20}',
  scores: '{__duckdb_field_id: 21, key: 22, value: 23}',
}

export interface WriteDataFileOptions {
  readonly key: string
  readonly fields: readonly LakeField[]
  /** Ids from `firstId` on. */
  readonly firstId: number
  readonly rowCount: number
}

/** Writes a Parquet file of rows that follow from their ids, with true counts and bounds for its summary. */
export async function writeDataFile(
  duck: DuckDb,
  storage: LakeStorage,
  { key, fields, firstId, rowCount }: WriteDataFileOptions,
): Promise<DataFile> {
  const path = storage.localPath(key) ?? ''
  await mkdir(dirname(path), { recursive: true })
  const columns = fields.map(
    ({ name, type }) => `cast(${EXPRESSIONS[name]} as ${duckTypeOf(type)}) as ${quoteName(name)}`,
  )
  const ids = fields.map(({ id, name }) => `${quoteName(name)}: ${FIELD_IDS[name] ?? id}`)
  // One test reader takes a file's own schema from here, as Iceberg's Java writer leaves it.
  const schema = JSON.stringify({ type: 'struct', 'schema-id': 0, fields: fieldsToIceberg(fields) })
  await duck.withConnection((connection) =>
    connection.run(
      `copy (select ${columns.join(', ')} from range(${firstId}, ${firstId + rowCount}) as t(i))
       to ${quotePath(path)} (format parquet, compression zstd, field_ids {${ids.join(', ')}},
       kv_metadata {"iceberg.schema": ${quoteText(schema)}})`,
    ),
  )
  const { size: sizeBytes } = await stat(path)
  const summary = {
    rowCount,
    sizeBytes,
    splitOffsets: [4],
    columns: summarizeColumns(fields, firstId, rowCount),
  }
  return { key, summary }
}

function summarizeColumns(fields: readonly LakeField[], firstId: number, rowCount: number): DataFileColumn[] {
  const ids = Array.from({ length: rowCount }, (_, row) => firstId + row)
  const known = [
    { fieldId: 1, nullCount: 0, lower: longBytes(firstId), upper: longBytes(firstId + rowCount - 1) },
    {
      fieldId: 2,
      nullCount: ids.filter((id) => id % 5 === 0).length,
      lower: Buffer.from('name '),
      upper: Buffer.from('namf'),
    },
    { fieldId: 6, nullCount: 0, nanCount: 0 },
    { fieldId: 7, nullCount: 0, lower: Buffer.from([0]), upper: Buffer.from([0x7f, 0xff, 0xff, 0xff]) },
  ]
  return known
    .filter(({ fieldId }) => fields.some(({ id }) => id === fieldId))
    .map((column) => ({ valueCount: rowCount, sizeBytes: 100, ...column }))
}

function longBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return bytes
}
