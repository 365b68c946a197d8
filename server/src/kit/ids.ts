import { randomBytes, randomUUID } from 'node:crypto'
import { ulid } from 'ulid'

/** A new lower-case UUID (v4): connections, flows, runs, sandboxes. */
export function newUuid(): string {
  return randomUUID()
}

/** A new identifier of `digits` lower-case hexadecimal digits: mapping sets (32), schemas (48). */
export function newHexId(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits)
}

/** A new dataset id: 24 hexadecimal digits, the first eight of them the second of its creation. */
export function newDatasetId(nowMs: number): string {
  return (
    Math.floor(nowMs / 1000)
      .toString(16)
      .padStart(8, '0') + newHexId(16)
  )
}

/** A new batch id: a ULID of 26 characters. */
export function newBatchId(nowMs: number): string {
  return ulid(nowMs)
}

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** True for anything that PostgreSQL would take as a uuid in its usual spelling. */
export function isUuid(text: string): boolean {
  return UUID_PATTERN.test(text)
}
