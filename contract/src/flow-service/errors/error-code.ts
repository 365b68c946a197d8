/**
 * An error of the Flow Service. Its code, whose last three digits are the HTTP status, and its title are the
 * contract; the wording of messages is not.
 */
export interface ErrorCode {
  readonly title: string
  /** What leads to it. */
  readonly when: string
  /** What an answer says, by way of example. */
  readonly message: string
  /** What the message speaks of: members of `report` beside its own two. */
  readonly report?: Readonly<Record<string, string | number>> | undefined
}

export const INVALID = 'Invalid request'

/** Of the examples. */
export const SOME_ID = '4c3b2a19-6f5e-4d7c-8b9a-0e1f2a3b4c5d'
