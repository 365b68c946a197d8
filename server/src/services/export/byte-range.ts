import type { ByteRange } from '#lake/storage/lake-storage.ts'

/**
 * The bytes that a range asks for: `bytes=0-99`, `bytes=100-`, `bytes=-20`. The unit may be missing, as one
 * client sends it. Anything else, several ranges included, counts as no range, so the whole file is sent.
 *
 * @returns `undefined` for the whole file, `'outside'` when the file has no such bytes
 */
export function parseByteRange(
  text: string | undefined,
  sizeBytes: number,
): ByteRange | 'outside' | undefined {
  const match = /^(?:bytes=)?\s*(\d*)-(\d*)$/.exec(text?.trim() ?? '')
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  if (first === '') return lastBytes(Number(last), sizeBytes)
  const start = Number(first)
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < start) return undefined
  return start >= sizeBytes ? 'outside' : { start, end }
}

function lastBytes(count: number, sizeBytes: number): ByteRange | 'outside' {
  if (count === 0 || sizeBytes === 0) return 'outside'
  return { start: Math.max(0, sizeBytes - count), end: sizeBytes - 1 }
}
