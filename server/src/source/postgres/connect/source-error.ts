/** How far a conversation with a source had come when it failed. */
export type SourceStage = 'resolve' | 'dial' | 'tls' | 'authenticate' | 'database' | 'query'

export interface SourceErrorFacts {
  /** An errno (`ECONNREFUSED`), an SQLSTATE (`28P01`), a TLS code, or one of ours (`CONNECT_TIMEOUT`). */
  readonly code: string
  readonly stage: SourceStage
  /** One sentence with the offending value and without a secret. */
  readonly message: string
  /** What to do about it, one sentence. */
  readonly remedy: string
}

/** A source that can't be reached, refuses us, or fails while it is read. Its text is safe to show. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code: string
  readonly stage: SourceStage
  readonly remedy: string

  constructor(facts: SourceErrorFacts, options?: ErrorOptions) {
    super(facts.message, options)
    this.code = facts.code
    this.stage = facts.stage
    this.remedy = facts.remedy
  }
}
