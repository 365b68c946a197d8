import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { type ListedDataFile, listFilesOf } from './list-data-files.ts'
import { currentSnapshotOf, readMetadata } from './metadata.ts'

/** A file that a table should have, as its writer knows it. */
export interface ExpectedFile {
  readonly key: string
  readonly rowCount: number
  readonly sizeBytes: number
}

/** What is wrong with a file of a table. */
export interface FileFault {
  readonly kind: 'missing' | 'doubled' | 'foreign' | 'counts'
  readonly key: string
  /** A sentence for people. */
  readonly message: string
}

/** Compares the files that a snapshot lists with those that were written: each has to be there, once, as it was. */
export function compareFiles(
  expected: readonly ExpectedFile[],
  listed: readonly ListedDataFile[],
): readonly FileFault[] {
  const found = Map.groupBy(listed, ({ key }) => key)
  const known = new Map(expected.map((file) => [file.key, file]))
  const lacking = expected
    .filter(({ key }) => !found.has(key))
    .map(({ key, rowCount }) =>
      fault('missing', key, `is in no manifest; its ${rowCount} rows are lost to readers`),
    )
  const others = [...found].flatMap(([key, files]) => faultsOf(key, files, known.get(key)))
  return [...lacking, ...others]
}

function faultsOf(
  key: string,
  files: readonly ListedDataFile[],
  expected: ExpectedFile | undefined,
): readonly FileFault[] {
  if (expected === undefined) return [fault('foreign', key, 'belongs to no batch that has landed')]
  const doubled = files.length > 1 ? [fault('doubled', key, `is listed ${files.length} times`)] : []
  const wrong = files.find(
    ({ rowCount, sizeBytes }) => rowCount !== expected.rowCount || sizeBytes !== expected.sizeBytes,
  )
  if (wrong === undefined) return doubled
  const told = `${wrong.rowCount} rows and ${wrong.sizeBytes} bytes`
  const was = `${expected.rowCount} rows and ${expected.sizeBytes} bytes were written`
  return [...doubled, fault('counts', key, `is listed with ${told}, but ${was}`)]
}

function fault(kind: FileFault['kind'], key: string, what: string): FileFault {
  return { kind, key, message: `The file ${key} ${what}.` }
}

/** What is wrong with the files that the newest snapshot of a metadata file has added. */
export async function findAppendFaults(
  storage: LakeStorage,
  metadataKey: string,
  expected: readonly ExpectedFile[],
): Promise<readonly FileFault[]> {
  const metadata = await readMetadata(storage, metadataKey)
  const snapshotId = currentSnapshotOf(metadata)?.['snapshot-id']
  const listed = await listFilesOf(storage, metadata, { addedBy: String(snapshotId) })
  return compareFiles(expected, listed)
}
