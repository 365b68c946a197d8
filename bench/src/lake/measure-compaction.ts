import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mergeInThread } from '@headwater/server/care/merge/merge-in-thread.ts'
import { type ColumnType, isLeaf, type LakeField } from '@headwater/server/columns/column-type.ts'
import { ParquetWriter } from '@headwater/server/lake/parquet/parquet-writer.ts'
import { createDuckDb, type DuckDb } from '@headwater/server/lake/query/duckdb.ts'
import { relationOf } from '@headwater/server/lake/query/sql-text.ts'
import { openFolderStorage } from '@headwater/server/lake/storage/folder-storage.ts'
import { createVectorWriter } from '@headwater/server/mapping/write-vector.ts'
import { printTable } from '../table.ts'

const MB = 1024 * 1024
const ROWS = 1_000
const ROUNDS = 5
const TYPES: readonly ColumnType[] = [{ kind: 'long' }, { kind: 'double' }, { kind: 'string' }]

/**
 * What it costs to make one file of many small ones, with the proof, and what a reader gains that adds up all columns
 * of all rows.
 */
export async function measureCompaction(fileCount: number, columnCount: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-bench-compaction-'))
  await using storage = await openFolderStorage(folder)
  await using duck = createDuckDb({ threadCount: 1 })
  try {
    const fields = Array.from({ length: columnCount }, (_, index) => fieldOf(index))
    const paths: string[] = []
    let sizeBytes = 0
    for (let file = 0; file < fileCount; file++) {
      const bytes = encode(fields, file * ROWS)
      await storage.put(`${file}.parquet`, bytes)
      paths.push(storage.localPath(`${file}.parquet`) ?? '')
      sizeBytes += bytes.length
    }
    const targetPath = join(folder, 'merged')
    const startMs = performance.now()
    const merged = await mergeInThread({ paths, fields, targetPath, rowCount: fileCount * ROWS })
    const mergeMs = performance.now() - startMs
    const [before, after] = await scanInTurns(duck, fields, [paths, [targetPath]])
    printTable(
      ['small files', 'rows', 'MB before', 'MB after', 's to merge and prove', 'ms to read before', 'after'],
      [
        [
          ...[fileCount, merged.rowCount].map(String),
          ...[sizeBytes / MB, merged.sizeBytes / MB, mergeMs / 1_000].map((value) => value.toFixed(2)),
          ...[before, after].map((value) => (value ?? 0).toFixed(0)),
        ],
      ],
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function fieldOf(index: number): LakeField {
  const type = TYPES[index % TYPES.length] as ColumnType
  return { id: index + 1, name: `column_${index + 1}`, required: false, type }
}

function encode(fields: readonly LakeField[], firstId: number): Buffer {
  const parts: Uint8Array[] = []
  const writer = new ParquetWriter({
    fields,
    sink: { write: (bytes) => void parts.push(new Uint8Array(bytes)) },
  })
  const vectors = writer.columns.map((column, index) => {
    if (!isLeaf(column)) throw new TypeError('there are plain columns only')
    const { vector, write } = createVectorWriter(column.type, ROWS)
    for (let row = 0; row < ROWS; row++) write(row, cellOf(column.type, (firstId + row) * (index + 1)))
    return vector
  })
  writer.append(vectors, ROWS)
  writer.finish()
  return Buffer.concat(parts)
}

function cellOf({ kind }: ColumnType, seed: number): bigint | number | string {
  if (kind === 'long') return BigInt(seed)
  return kind === 'double' ? seed / 7 : `the value of number ${seed % 9_973}`
}

/** Medians, in milliseconds: each set of files in each round once. */
async function scanInTurns(
  duck: DuckDb,
  fields: readonly LakeField[],
  sets: readonly (readonly string[])[],
): Promise<readonly number[]> {
  const sums = fields.map(({ name }) => `sum(hash("${name}"))`).join(', ')
  const times = sets.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, paths] of sets.entries()) {
      const startMs = performance.now()
      await duck.withConnection((connection) =>
        connection.runAndReadAll(`select ${sums} from (${relationOf(fields, paths)})`),
      )
      times[index]?.push(performance.now() - startMs)
    }
  }
  return times.map((each) => each.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0)
}
