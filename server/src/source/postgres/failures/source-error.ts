/** How far a conversation with a source had come when it failed. */
export type SourceStage = 'resolve' | 'dial' | 'tls' | 'authenticate' | 'database' | 'query'

export interface SourceErrorFacts {
  /** One of the catalogue in `failures.ts`; of stage `query`, the server's SQLSTATE (`42P01`). */
  readonly code: string
  readonly stage: SourceStage
  /** One sentence with the offending value and without a secret. */
  readonly message: string
  /** What to do about it, one sentence. */
  readonly remedy: string
  /** The server's own code, where it was the server that refused. */
  readonly sqlState?: string | undefined
  /** The same may work in a while without anybody doing anything. */
  readonly mayPass?: boolean | undefined
}

/** A source that can't be reached, refuses us, or fails while it is read. Its text is safe to show. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code: string
  readonly stage: SourceStage
  readonly remedy: string
  readonly sqlState: string | undefined
  readonly mayPass: boolean

  constructor(facts: SourceErrorFacts, options?: ErrorOptions) {
    super(facts.message, options)
    this.code = facts.code
    this.stage = facts.stage
    this.remedy = facts.remedy
    this.sqlState = facts.sqlState
    this.mayPass = facts.mayPass ?? false
  }
}
