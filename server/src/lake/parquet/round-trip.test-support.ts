import { mkdtemp, rm, writeFile as writeToDisk } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { expect } from 'vitest'
import { type ColumnType, isLeaf, type LakeField, type LakeLeaf } from '#columns/column-type.ts'
import { layVector, type Vector, vectorKindOf, vectorSizeBytes } from '#columns/vector.ts'
import { type ParquetFileSummary, ParquetWriter, type ParquetWriterOptions } from './parquet-writer.ts'

/**
 * A value as the tests write it: number for int, date, float and double, bigint for every other number and
 * time (decimals unscaled), string for string and, in hexadecimal, for binary and uuid.
 */
export type TestValue = boolean | number | bigint | string | null

export function decimal(precision: number, scale: number): ColumnType {
  return { kind: 'decimal', precision, scale }
}

/** A field with an id of its own. */
export function field(id: number, name: string, type: LakeField['type'], required = false): LakeField {
  return { id, name, required, type }
}

/** The values as a vector whose memory is shared and starts with bytes that aren't zero. */
export function vectorOf(type: ColumnType, values: readonly TestValue[]): Vector {
  const kind = vectorKindOf(type)
  const heapParts = kind === 'bytes' ? values.map((value) => bytesOf(type, value)) : []
  const heapBytes = heapParts.reduce((sum, part) => sum + part.length, 0)
  const heap = new Uint8Array(new SharedArrayBuffer(heapBytes))
  const buffer = new SharedArrayBuffer(vectorSizeBytes(kind, values.length))
  new Uint8Array(buffer).fill(0xa5)
  const { vector } = layVector(kind, values.length, buffer, 0, heap)
  vector.validity.fill(0)
  let heapEnd = 0
  values.forEach((value, row) => {
    vector.validity[row] = value === null ? 0 : 1
    if (value === null) {
      vector.nullCount++
    } else if (vector.kind === 'bytes') {
      const part = heapParts[row] as Uint8Array
      heap.set(part, heapEnd)
      vector.offsets[row] = heapEnd
      vector.lengths[row] = part.length
      heapEnd += part.length
    } else setValue(vector, row, value)
  })
  return vector
}

function bytesOf(type: ColumnType, value: TestValue): Uint8Array {
  if (value === null) return new Uint8Array(0)
  return type.kind === 'string' ? Buffer.from(value as string) : Buffer.from(value as string, 'hex')
}

function setValue(vector: Exclude<Vector, { kind: 'bytes' }>, row: number, value: TestValue): void {
  switch (vector.kind) {
    case 'bool':
    case 'int32':
    case 'float32':
    case 'float64':
      vector.values[row] = Number(value)
      return
    case 'int64':
    case 'int128': {
      const wordsPerValue = vector.kind === 'int64' ? 2 : 4
      for (let word = 0; word < wordsPerValue; word++) {
        const bits = ((value as bigint) >> BigInt(32 * word)) & 0xffffffffn
        vector.words[wordsPerValue * row + word] = Number(BigInt.asIntN(32, bits))
      }
    }
  }
}

export interface WrittenFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly summary: ParquetFileSummary
  readonly leaves: readonly LakeLeaf[]
}

/** Writes one file into memory: `columns` are the values of each leaf, cut into batches of `batchRows`. */
export function writeFile(
  options: Omit<ParquetWriterOptions, 'sink'>,
  columns: readonly (readonly TestValue[])[],
  batchRows = 1000,
): WrittenFile {
  const parts: Uint8Array[] = []
  const writer = new ParquetWriter({
    ...options,
    sink: { write: (chunk) => void parts.push(new Uint8Array(chunk)) },
  })
  const leaves = writer.columns.filter(isLeaf)
  const rowCount = columns[0]?.length ?? 0
  for (let from = 0; from < rowCount; from += batchRows) {
    const to = Math.min(from + batchRows, rowCount)
    const vectors = leaves.map((leaf, i) => vectorOf(leaf.type, (columns[i] ?? []).slice(from, to)))
    writer.append(vectors, to - from)
    // The writer must have copied what it needs.
    for (const vector of vectors) wipe(vector)
  }
  const summary = writer.finish()
  return { bytes: new Uint8Array(Buffer.concat(parts)), summary, leaves }
}

function wipe(vector: Vector): void {
  vector.validity.fill(0x77)
  if (vector.kind === 'bytes') vector.heap.fill(0x77)
  else if (vector.kind === 'int64' || vector.kind === 'int128') vector.words.fill(0x77)
  else vector.values.fill(0x77)
}

/** A folder for files and a DuckDB that never asks the network for an extension. */
export class RoundTripLab {
  readonly duckdb: DuckDBConnection
  readonly #folder: string
  #fileCount = 0

  private constructor(duckdb: DuckDBConnection, folder: string) {
    this.duckdb = duckdb
    this.#folder = folder
  }

  static async open(): Promise<RoundTripLab> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    return new RoundTripLab(await instance.connect(), await mkdtemp(join(tmpdir(), 'parquet-')))
  }

  async close(): Promise<void> {
    this.duckdb.closeSync()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Puts a file on disk and returns its path. */
  async store(bytes: Uint8Array): Promise<string> {
    const path = join(this.#folder, `${++this.#fileCount}.parquet`)
    await writeToDisk(path, bytes)
    return path
  }

  /** Writes the columns, reads them with both readers and expects the same values. */
  async check(
    options: Omit<ParquetWriterOptions, 'sink'>,
    columns: readonly (readonly TestValue[])[],
    batchRows?: number,
  ): Promise<{ file: WrittenFile; path: string }> {
    const file = writeFile(options, columns, batchRows)
    const path = await this.store(file.bytes)
    const fromDuckDB = await readWithDuckDB(this.duckdb, path, file.leaves)
    const fromHyparquet = await readWithHyparquet(file)
    file.leaves.forEach((leaf, i) => {
      expect(fromDuckDB[i], `${leaf.path.join('.')} by DuckDB`).toEqual(columns[i])
      expect(fromHyparquet[i], `${leaf.path.join('.')} by hyparquet`).toEqual(columns[i])
    })
    expect(file.summary.sizeBytes).toBe(file.bytes.length)
    return { file, path }
  }
}

/** The field as SQL: `"person"."name"`. */
export function sqlPath(path: readonly string[]): string {
  return path.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
}

/** Every leaf's values as DuckDB reads them. */
export async function readWithDuckDB(
  duckdb: DuckDBConnection,
  path: string,
  leaves: readonly LakeLeaf[],
): Promise<TestValue[][]> {
  const list = leaves.map((leaf, i) => `t.${sqlPath(leaf.path)} as c${i}`).join(', ')
  const reader = await duckdb.runAndReadAll(`select ${list} from read_parquet('${path}') t`)
  const columns = reader.getColumns()
  return leaves.map(({ type }, i) => (columns[i] ?? []).map((value) => fromDuckDB(type, value)))
}

function fromDuckDB(type: ColumnType, value: DuckDBValue): TestValue {
  if (value === null) return null
  const parts = value as { days: number; micros: bigint; value: bigint; bytes: Uint8Array }
  switch (type.kind) {
    case 'date':
      return parts.days
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return parts.micros
    case 'decimal':
      return parts.value
    case 'binary':
      return Buffer.from(parts.bytes).toString('hex')
    case 'uuid':
      return String(value).replaceAll('-', '')
    default:
      return value as TestValue
  }
}

/**
 * Every leaf's values as hyparquet reads them, decoded from the physical values: it rounds decimals itself.
 */
export async function readWithHyparquet(file: WrittenFile): Promise<TestValue[][]> {
  const metadata = parquetMetadata(file.bytes.buffer)
  for (const element of metadata.schema) {
    delete element.converted_type
    delete element.logical_type
  }
  const rows = await parquetReadObjects({ file: file.bytes.buffer, metadata, compressors, utf8: false })
  return file.leaves.map((leaf) => rows.map((row) => fromHyparquet(leaf.type, follow(row, leaf.path))))
}

/** The footer as hyparquet reads it. */
export function readFooter(file: WrittenFile): FileMetaData {
  return parquetMetadata(file.bytes.buffer)
}

function follow(row: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], row)
}

function fromHyparquet(type: ColumnType, value: unknown): TestValue {
  if (value === null || value === undefined) return null
  if (type.kind === 'string') return Buffer.from(value as Uint8Array).toString()
  if (type.kind === 'decimal') {
    return value instanceof Uint8Array ? signedBigEndian(value) : BigInt(value as number | bigint)
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return value as TestValue
}

/** A two's complement integer. */
export function signedBigEndian(bytes: Uint8Array): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
}

/** Whole numbers from a seed, the same on every run. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** 32 bits. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return this.bits() % limit
  }

  chance(probability: number): boolean {
    return this.bits() < probability * 2 ** 32
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** A signed integer of up to `bits` bits, small ones as likely as large ones. */
  bigint(bits: number): bigint {
    let value = 0n
    for (let i = 0; i < bits; i += 32) value = (value << 32n) | BigInt(this.bits())
    return BigInt.asIntN(1 + this.below(bits), value)
  }
}
