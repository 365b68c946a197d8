import type { LakeField } from '#columns/column-type.ts'
import { columnsOf } from '#lake/parquet/leaves.ts'
import type { ParquetFileSummary } from '#lake/parquet/parquet-writer.ts'
import { createDuckDb } from '#lake/query/duckdb.ts'
import { mergeFiles } from '#lake/query/merge-files.ts'
import { type FileProof, ReadBackError, readBack, readTogether } from '#lake/query/verify-file.ts'
import type { MergeAnswer, MergeTask } from './merge-messages.ts'

/** Where the new file goes. */
export interface MergeSink {
  write(bytes: Uint8Array): void
  close(): void
}

/** Small files decode to little, but a few may hold long values. */
const MEMORY_LIMIT = '1GB'

/**
 * Writes the rows of files into one and reads both back: as many rows as the table says, and of every column as many
 * values and NULLs, and the same digest. Anything else, and the files stay as they are.
 */
export async function mergeAndProve(task: MergeTask, sink: MergeSink): Promise<MergeAnswer> {
  const { paths, fields: all, targetPath, rowCount } = task
  await using duck = createDuckDb({ threadCount: 1, memoryLimit: MEMORY_LIMIT })
  try {
    const keyValues = { 'headwater.compacted-files': String(paths.length) }
    const { summary, fields } = await mergeFiles(duck, { paths, fields: all, sink, keyValues })
    sink.close()
    const before = await readTogether(duck, paths, fields)
    const after = await readBack(targetPath, columnsOf(fields), { duck })
    const difference =
      rowsDiffer([rowCount, summary.rowCount, before.rowCount, after.rowCount]) ??
      columnsDiffer(fields, before, after)
    if (difference !== undefined) return { kind: 'refused', reason: difference }
    return { kind: 'merged', summary: summaryOf(summary) }
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) }
  }
}

function rowsDiffer(counts: readonly number[]): string | undefined {
  if (new Set(counts).size === 1) return undefined
  return `there are different numbers of rows: ${counts.join(', ')}`
}

/** What is different in one file and in those that it was made of, for people; `undefined` when nothing is. */
export async function compareTogether(
  path: string,
  sources: readonly string[],
  fields: readonly LakeField[],
): Promise<string | undefined> {
  await using duck = createDuckDb({ threadCount: 1, memoryLimit: MEMORY_LIMIT })
  try {
    const before = await readTogether(duck, sources, fields)
    const after = await readTogether(duck, [path], fields)
    return rowsDiffer([before.rowCount, after.rowCount]) ?? columnsDiffer(fields, before, after)
  } catch (error) {
    if (!(error instanceof ReadBackError)) throw error
    return error.message
  }
}

function columnsDiffer(
  fields: readonly LakeField[],
  { columns: before }: FileProof,
  { columns: after }: FileProof,
): string | undefined {
  const names = columnsOf(fields).map(({ path }) => path.join('.'))
  const index = names.findIndex((_, at) => {
    const [was, is] = [before[at], after[at]]
    const isSame =
      was?.valueCount === is?.valueCount && was?.nullCount === is?.nullCount && was?.digest === is?.digest
    return was === undefined || was.digest === undefined || !isSame
  })
  return index < 0 ? undefined : `the values of ${names[index]} differ`
}

/** What the table's metadata wants of it. */
function summaryOf({ rowCount, sizeBytes, splitOffsets, columns }: ParquetFileSummary) {
  return { rowCount, sizeBytes, splitOffsets, columns }
}
