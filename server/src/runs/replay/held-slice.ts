import type { Slice } from '#source/postgres/read/plan-slices.ts'

/** A slice of rows that wait in diagnostics: files of the lake instead of ranges of a relation. */
export interface HeldSlice extends Slice {
  readonly files: readonly string[]
}

export function isHeldSlice(slice: Slice): slice is HeldSlice {
  return 'files' in slice
}

/** Puts files together until a slice is large enough, so that a replay of few rows is one file of the lake. */
export function packHeld(
  files: readonly { readonly key: string; readonly sizeBytes: number }[],
  targetBytes: number,
): HeldSlice[] {
  const slices: { ranges: []; files: string[]; sizeBytes: number }[] = []
  for (const { key, sizeBytes } of files) {
    const last = slices.at(-1)
    if (last !== undefined && last.sizeBytes + sizeBytes <= targetBytes) {
      last.files.push(key)
      last.sizeBytes += sizeBytes
    } else slices.push({ ranges: [], files: [key], sizeBytes })
  }
  return slices
}
