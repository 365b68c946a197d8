import { nearestName } from '#kit/nearest.ts'

/** PostgreSQL's names have 63 bytes; comparing longer ones takes time and helps nobody. */
const MAX_COMPARED = 128

/** The candidate that is spelled most like a name; for a path, most like its end. */
export function nearestKnown(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > MAX_COMPARED) return undefined
  return nearestName(name, candidates) ?? nearestName(name.slice(name.lastIndexOf('.') + 1), candidates)
}
