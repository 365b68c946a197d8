import type { Session } from '#source/postgres/connect/session.ts'
import type { Finding, MissingRight } from '#source/postgres/doctor/diagnosis.ts'
import type { SessionFacts } from './read-session-facts.ts'

/** What a check works on: a session in autocommit, and what was asked of it first. */
export interface Checkup {
  readonly session: Session
  readonly facts: SessionFacts
}

export interface CheckResult {
  readonly findings: readonly Finding[]
  readonly missingRights?: readonly MissingRight[] | undefined
}

/** A few names in a sentence: `a, b, c and 37 more`. */
export function listSome(names: readonly string[], total: number = names.length): string {
  const shown = names.slice(0, 5)
  const rest = total - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** `1 schema`, `2 schemas`. */
export function counted(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? '' : 's'}`
}
