import type { ListedDataFile } from '#lake/iceberg/list-data-files.ts'

const MB = 2 ** 20

/** Which files of a table become one. */
export interface CompactionLimits {
  /** Files of this size and above stay as they are. */
  readonly smallBytes: number
  /** How large a file may become. */
  readonly targetBytes: number
  /** Fewer than so many are not worth the work. */
  readonly minFiles: number
}

/** Rows come and go all the time: a table that gets a file a minute is rewritten four times an hour at most. */
export const BACKGROUND_LIMITS: CompactionLimits = {
  smallBytes: 16 * MB,
  targetBytes: 128 * MB,
  minFiles: 16,
}

/** A step holds the notes of a group in memory, and a row of the database names them all. */
const MAX_FILES = 1_000

/** Groups of files, oldest first, each to become one. */
export function planCompaction(
  files: readonly ListedDataFile[],
  { smallBytes, targetBytes, minFiles }: CompactionLimits,
): readonly (readonly ListedDataFile[])[] {
  const groups: ListedDataFile[][] = []
  let room = 0
  for (const file of files.filter(({ sizeBytes }) => sizeBytes < smallBytes)) {
    const group = groups.at(-1)
    if (group === undefined || group.length === MAX_FILES || file.sizeBytes > room) {
      groups.push([file])
      room = targetBytes - file.sizeBytes
    } else {
      group.push(file)
      room -= file.sizeBytes
    }
  }
  return groups.filter(({ length }) => length >= Math.max(2, minFiles))
}
