import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFile } from '#lake/iceberg/data-file.ts'
import { type ListedDataFile, listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { expireMetadataFiles, publishHint } from '#lake/iceberg/publish-hint.ts'
import { stageReplace } from '#lake/iceberg/stage-replace.ts'
import { readTable } from '#lake/iceberg/table.ts'
import type { LocalCopies } from '#lake/storage/local-copies.ts'
import { getCompactions, insertCompaction } from '#services/catalog/compactions.ts'
import { type LakeTablePointer, lakeTableOf } from '#services/catalog/dataset-store.ts'
import { moveLakePointer } from '#services/catalog/lake-pointer.ts'
import { transact } from '#store/database.ts'
import { MergeRefusedError, mergeInThread } from './merge/merge-in-thread.ts'
import { type CompactionLimits, planCompaction } from './plan-compaction.ts'
import type { LakeCare } from './remove-expired.ts'

export interface CompactionTools extends LakeCare {
  readonly copies: LocalCopies
  /** A local folder for files on their way into the lake. */
  readonly spoolDir: string
}

export interface CompactionOptions {
  readonly limits: CompactionLimits
  readonly isDryRun?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

export interface CompactedTable {
  /** Small files that others stand for now. */
  readonly replacedFiles: number
  /** Those others. */
  readonly newFiles: number
  /** Why other files stay as they are. */
  readonly refusals: readonly string[]
}

/**
 * Makes few files of many small ones, a commit for each that is made. The small ones stay where they are: they belong
 * to their batches, each of which can still be taken back, and to the snapshots of before.
 * @throws the signal's reason
 */
export async function compactTable(
  tools: CompactionTools,
  datasetId: string,
  { limits, isDryRun = false, signal }: CompactionOptions,
): Promise<CompactedTable> {
  const table = await lakeTableOf(tools.db, datasetId)
  const files = table === undefined ? [] : await listDataFiles(tools.storage, table.metadataKey)
  const refusals: string[] = []
  const done: (readonly ListedDataFile[])[] = []
  for (const group of planCompaction(files, limits)) {
    try {
      if (isDryRun || (await compactGroup(tools, datasetId, { group, signal }))) done.push(group)
    } catch (error) {
      if (!(error instanceof MergeRefusedError)) throw error
      refusals.push(error.message)
    }
  }
  return { replacedFiles: done.flat().length, newFiles: done.length, refusals }
}

interface Group {
  readonly group: readonly ListedDataFile[]
  readonly signal: AbortSignal | undefined
}

/** False when somebody has taken one of the files out of the table meanwhile. */
async function compactGroup(
  tools: CompactionTools,
  datasetId: string,
  { group, signal }: Group,
): Promise<boolean> {
  const table = await lakeTableOf(tools.db, datasetId)
  if (table === undefined) return false
  const file = await mergeGroup(tools, table, { group, signal })
  const replaced = group.map(({ key }) => key)
  // What is written and not committed, by whatever failure, is an orphan, which a sweep removes.
  const hasLanded = await commit(tools, datasetId, { file, replaced, signal })
  if (!hasLanded) await tools.storage.remove([file.key])
  return hasLanded
}

/** Writes the new file into the lake; nothing points at it yet. */
async function mergeGroup(
  { storage, copies, spoolDir }: CompactionTools,
  table: LakeTablePointer,
  { group, signal }: Group,
): Promise<DataFile> {
  const { fields } = await readTable(storage, table.metadataKey)
  const name = `compacted-${randomUUID()}.parquet`
  await mkdir(spoolDir, { recursive: true })
  const targetPath = join(spoolDir, name)
  try {
    const paths = await Promise.all(group.map(({ key }) => copies.pathOf(key, { signal })))
    const rowCount = group.reduce((sum, file) => sum + file.rowCount, 0)
    const summary = await mergeInThread({ paths, fields, targetPath, rowCount }, signal)
    const key = `${table.location}/data/${name}`
    await storage.putFile(key, targetPath, { signal })
    return { key, summary }
  } finally {
    await rm(targetPath, { force: true })
  }
}

interface Replacement {
  readonly file: DataFile
  readonly replaced: readonly string[]
  readonly signal: AbortSignal | undefined
}

/** Stages on top of whatever was committed meanwhile, until nobody was faster. */
async function commit(
  { db, storage, now }: CompactionTools,
  datasetId: string,
  { file, replaced, signal }: Replacement,
): Promise<boolean> {
  for (;;) {
    signal?.throwIfAborted()
    const table = await lakeTableOf(db, datasetId)
    if (table === undefined) return false
    const staged = await stageReplace(storage, table.metadataKey, {
      ...{ file, replaced },
      compacted: await getCompactions(db, replaced),
      summary: { 'headwater.compacted-files': String(replaced.length) },
      retention: table.retention,
      nowMs: now(),
    })
    if (staged === undefined) return false
    const { compacted, sourceKeys } = staged
    const hasMoved = await transact(db, async (tx) => {
      if (!(await moveLakePointer(tx, table, { ...staged, nowMs: now() }))) return false
      await insertCompaction(tx, { datasetId, compacted, sourceKeys, nowMs: now() })
      return true
    })
    if (!hasMoved) continue
    await publishHint(storage, staged.metadataKey)
    await expireMetadataFiles(storage, staged.metadataKey)
    return true
  }
}
