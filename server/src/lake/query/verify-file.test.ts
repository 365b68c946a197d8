import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBUUIDValue,
} from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ColumnType, LakeLeaf } from '#columns/column-type.ts'
import { type ColumnDigest, combineDigests } from '#columns/digest.ts'
import { createDigester } from '#columns/nested-digest.ts'
import { Kernel } from '#kernel/kernel.ts'
import { type TestValue, vectorOf } from '#lake/parquet/round-trip.test-support.ts'
import { createDuckDb, type DuckDb } from './duckdb.ts'
import { type FileProof, ReadBackError, readBack } from './verify-file.ts'

const kernel = new Kernel()
let folder: string
let duck: DuckDb
let path: string

const leaf = (id: number, name: string, type: ColumnType): LakeLeaf => ({
  id,
  path: name.split('.'),
  required: false,
  type,
})

const LEAVES: readonly LakeLeaf[] = [
  leaf(1, 'flag', { kind: 'boolean' }),
  leaf(2, 'n', { kind: 'int' }),
  leaf(3, 'id', { kind: 'long' }),
  leaf(4, 'f', { kind: 'float' }),
  leaf(5, 'd', { kind: 'double' }),
  leaf(6, 'dec4', { kind: 'decimal', precision: 4, scale: 1 }),
  leaf(7, 'dec9', { kind: 'decimal', precision: 9, scale: 2 }),
  leaf(8, 'dec18', { kind: 'decimal', precision: 18, scale: 3 }),
  leaf(9, 'dec38', { kind: 'decimal', precision: 38, scale: 9 }),
  leaf(10, 'day', { kind: 'date' }),
  leaf(11, 'clock', { kind: 'time' }),
  leaf(12, 'wall', { kind: 'timestamp' }),
  leaf(13, 'instant', { kind: 'timestamptz' }),
  leaf(14, 'short', { kind: 'string' }),
  leaf(15, 'long', { kind: 'string' }),
  leaf(16, 'word', { kind: 'string' }),
  leaf(17, 'bytes', { kind: 'binary' }),
  leaf(18, 'key', { kind: 'uuid' }),
  leaf(20, 'person.name', { kind: 'string' }),
  leaf(22, "person.it's.depth", { kind: 'long' }),
]

/** Rows of every type; each seventh value is NULL, texts are of 0 to 90 bytes, one has two million. */
const ROWS = `
  select
    if(i % 7 = 0, null, i % 2 = 0) as flag,
    if(i % 7 = 1, null, (i * 7919 - 500000)::int) as n,
    if(i % 7 = 2, null, (i - 5000) * 1000003 * 1000003) as id,
    if(i % 7 = 3, null, if(i % 100 = 0, 'nan'::float, if(i % 100 = 1, '-0'::float, (i * 0.37 - 900)::float))) as f,
    if(i % 7 = 4, null, if(i % 100 = 0, '-inf'::double, i * -0.11)) as d,
    if(i % 7 = 5, null, ((i % 1999 - 999) * 0.1)::decimal(4, 1)) as dec4,
    if(i % 7 = 6, null, (i * -3.01)::decimal(9, 2)) as dec9,
    if(i % 7 = 0, null, (i * 100000.123)::decimal(18, 3)) as dec18,
    if(i % 7 = 1, null, (i - 6000)::decimal(38, 9) * 10000000000000) as dec38,
    if(i % 7 = 2, null, date '1900-01-01' + i::int) as day,
    if(i % 7 = 3, null, time '00:00:00' + to_microseconds(i * 12345)) as clock,
    if(i % 7 = 4, null, timestamp '1950-01-01' + to_hours(i)) as wall,
    if(i % 7 = 5, null, timestamptz '1950-01-01 00:00:00Z' + to_hours(i)) as instant,
    if(i % 7 = 6, null, repeat('é', (i % 7)::int)) as short,
    if(i % 7 = 0, null, if(i = 4321, repeat('x', 2000000), repeat(chr(65 + (i % 26)::int), (i % 90)::int) || i)) as long,
    if(i % 7 = 1, null, 'one of a few longer words: ' || i % 40) as word,
    if(i % 7 = 2, null, ('\\x00\\xFF'::blob || encode(repeat('b', (i % 30)::int)))) as bytes,
    if(i % 7 = 3, null, md5(i::varchar)::uuid) as key,
    if(i % 7 = 4, null, {name: if(i % 5 = 0, null, 'n' || i), 'it''s': if(i % 3 = 0, null, {depth: i})}) as person
  from range(12000) as t(i)`

const FIELD_IDS = `{
  flag: 1, n: 2, id: 3, f: 4, d: 5, dec4: 6, dec9: 7, dec18: 8, dec38: 9, day: 10, clock: 11, wall: 12,
  instant: 13, short: 14, long: 15, word: 16, bytes: 17, key: 18,
  person: {__duckdb_field_id: 19, name: 20, 'it''s': {__duckdb_field_id: 21, depth: 22}}}`

const copyRows = (to: string, where: string, options = '') =>
  duck.withConnection((connection) =>
    connection.run(
      `copy (with t as (${ROWS}) select * from t ${where}) to '${to}' (format parquet, field_ids ${FIELD_IDS}${options})`,
    ),
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-back-'))
  duck = createDuckDb()
  path = join(folder, 'rows.parquet')
  await copyRows(path, '', ', row_group_size 5000')
})

afterAll(async () => {
  await duck[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** A value of the engine as those that write test vectors take it. */
function testValueOf(value: unknown): TestValue {
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex')
  if (value instanceof DuckDBUUIDValue) return value.toString().replaceAll('-', '')
  if (value instanceof DuckDBDecimalValue) return value.value
  if (value instanceof DuckDBDateValue) return value.days
  const isMoment =
    value instanceof DuckDBTimeValue ||
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue
  return isMoment ? value.micros : (value as TestValue)
}

/** The digest of what the engine hands out as ordinary values. */
function digestOf(type: ColumnType, values: readonly unknown[]): ColumnDigest {
  const digester = createDigester(type, kernel)
  digester.addVector(vectorOf(type, values.map(testValueOf)), values.length)
  return digester.result()
}

async function digestByValue(file: string): Promise<ColumnDigest[]> {
  const columns = LEAVES.map(({ path: [top, ...rest] }) =>
    [`"${top}"`, ...rest.map((name) => `"${name}"`)].join('.'),
  )
  const rows = await duck.withConnection(async (connection) =>
    (await connection.runAndReadAll(`select ${columns.join(', ')} from read_parquet('${file}')`)).getRows(),
  )
  return LEAVES.map(({ type }, column) =>
    digestOf(
      type,
      rows.map((row) => row[column]),
    ),
  )
}

/** Without the ends of the values. */
function digestIn(proof: FileProof | undefined, index: number): ColumnDigest {
  const found = proof?.columns[index]
  return {
    valueCount: found?.valueCount ?? -1,
    nullCount: found?.nullCount ?? -1,
    digest: found?.digest ?? '',
  }
}

describe('readBack', () => {
  it('digests every type as its values say, NULLs and nesting included', async () => {
    const proof = await readBack(path, LEAVES)
    expect(proof.rowCount).toBe(12_000)
    const expected = await digestByValue(path)
    for (const [index, { path: names }] of LEAVES.entries()) {
      expect({ names, ...digestIn(proof, index) }).toEqual({ names, ...expected[index] })
      expect(proof.columns[index]?.nullCount).toBeGreaterThan(1000)
    }
  })

  it('adds up over files', async () => {
    const [one, two] = [join(folder, 'one.parquet'), join(folder, 'two.parquet')]
    await copyRows(one, 'where n % 3 = 0')
    await copyRows(two, 'where n % 3 <> 0 or n is null')
    const whole = await readBack(path, LEAVES, { duck })
    const parts = [await readBack(one, LEAVES, { duck }), await readBack(two, LEAVES, { duck })]
    const sums = LEAVES.map((_, index) =>
      combineDigests(digestIn(parts[0], index), digestIn(parts[1], index)),
    )
    expect(sums).toEqual(LEAVES.map((_, index) => digestIn(whole, index)))
  })

  it('reads long texts one by one from sparse dictionaries and plain pages alike', async () => {
    const sparse = join(folder, 'sparse.parquet')
    await duck.withConnection((connection) =>
      connection.run(
        `copy (select repeat(chr(65 + (i * 7919 % 26)::int), 9000) || (i * 7919 % 997) as text from range(3000) t(i))
         to '${sparse}' (format parquet, field_ids {text: 1}, dictionary_size_limit 1000)`,
      ),
    )
    const proof = await readBack(sparse, [leaf(1, 'text', { kind: 'string' })], { duck })
    const texts = Array.from(
      { length: 3000 },
      (_, i) => String.fromCharCode(65 + ((i * 7919) % 26)).repeat(9000) + ((i * 7919) % 997),
    )
    expect(digestIn(proof, 0)).toEqual(digestOf({ kind: 'string' }, texts))
  })

  it('finds the same, ends of values included, where it reads as it does large rows', async () => {
    const [usual, large] = [1_000, 64 * 1024 * 1024]
    const proof = await readBack(path, LEAVES, { duck, largestRowGroupBytes: usual })
    expect(await readBack(path, LEAVES, { duck, largestRowGroupBytes: large })).toEqual(proof)
  })

  it('reads a value that fits into no memory but its own', async () => {
    const file = join(folder, 'large.parquet')
    await using other = createDuckDb({ memoryLimit: '2GB' })
    await other.withConnection((connection) =>
      connection.run(
        `copy (select repeat('x', 110000000)::blob as bytes) to '${file}' (format parquet, field_ids {bytes: 17})`,
      ),
    )
    const { rowCount, columns } = await readBack(file, [leaf(17, 'bytes', { kind: 'binary' })], { duck })
    expect([rowCount, columns[0]?.valueCount, columns[0]?.lower?.length]).toEqual([1, 1, 16])
  })

  it('counts rows without fields', async () => {
    expect(await readBack(path, [], { duck })).toEqual({ rowCount: 12_000, columns: [] })
  })

  it('works in a worker thread', async () => {
    const code = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.module)
        .then(({ readBack }) => readBack(workerData.path, workerData.leaves))
        .then((proof) => parentPort.postMessage(proof))`
    const module = new URL('./verify-file.ts', import.meta.url).href
    const worker = new Worker(code, { eval: true, workerData: { module, path, leaves: LEAVES } })
    const proof = await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
    })
    await worker.terminate()
    expect(proof).toEqual(await readBack(path, LEAVES, { duck }))
  })

  it.each([
    ['another id', leaf(99, 'n', { kind: 'int' }), "field 'n' (id 99) has the id 2"],
    ['a missing field', leaf(1, 'nope', { kind: 'int' }), "field 'nope' (id 1) is missing"],
    ['another type', leaf(2, 'n', { kind: 'long' }), "field 'n' reads as INTEGER instead of BIGINT"],
    [
      'another scale',
      leaf(7, 'dec9', { kind: 'decimal', precision: 9, scale: 3 }),
      "field 'dec9' reads as DECIMAL(9,2) instead of DECIMAL(9,3)",
    ],
  ])('refuses %s', async (_what, wrong, message) => {
    const reading = readBack(path, [wrong], { duck })
    await expect(reading).rejects.toThrow(ReadBackError)
    await expect(reading).rejects.toThrow(message)
  })

  it('refuses what is no Parquet file', async () => {
    await expect(readBack(join(folder, 'none.parquet'), [], { duck })).rejects.toThrow(ReadBackError)
  })

  it('stops when told to', async () => {
    await expect(readBack(path, LEAVES, { duck, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })
})
