import type { ExpectedFile, FileFault } from '#lake/iceberg/check-files.ts'
import { type SourceFile, sourceFilesOf } from '#lake/iceberg/compacted-file.ts'
import type { ListedDataFile } from '#lake/iceberg/list-data-files.ts'
import { getCompactions } from '#services/catalog/compactions.ts'
import type { Database } from '#store/database.ts'

/** A file of a table that was made of files of batches. */
export interface CompactedEntry extends ExpectedFile {
  readonly sources: readonly SourceFile[]
}

/** Those of the files. They have the rows of their sources, and the size with which the table lists them. */
export async function findCompacted(
  db: Database,
  listed: readonly ListedDataFile[],
): Promise<readonly CompactedEntry[]> {
  const found = await getCompactions(
    db,
    listed.map(({ key }) => key),
  )
  const sizes = new Map(listed.map(({ key, sizeBytes }) => [key, sizeBytes]))
  return found.map(({ key, entries }) => {
    const sources = sourceFilesOf({ entries })
    const rowCount = sources.reduce((sum, source) => sum + source.rowCount, 0)
    return { key, rowCount, sizeBytes: sizes.get(key) ?? 0, sources }
  })
}

/** What a table should list: of the files of batches those that nothing stands for, and what stands for the others. */
export function withCompacted(
  landed: readonly ExpectedFile[],
  compacted: readonly CompactedEntry[],
): readonly ExpectedFile[] {
  const replaced = new Set(compacted.flatMap(({ sources }) => sources.map(({ key }) => key)))
  return [...landed.filter(({ key }) => !replaced.has(key)), ...compacted]
}

/** Rows of batches that are not seen, or not any more. */
export function faultsOfSources(
  { key, sources }: CompactedEntry,
  landed: readonly ExpectedFile[],
): readonly FileFault[] {
  const known = new Set(landed.map((file) => file.key))
  return sources
    .filter((source) => !known.has(source.key))
    .map((source) => ({
      kind: 'foreign',
      key,
      message: `The file ${key} has the rows of ${source.key}, which belongs to no batch that has landed.`,
    }))
}
