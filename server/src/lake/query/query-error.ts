/** A query that was refused or failed; the message is for whoever wrote it. */
export class QueryError extends Error {
  override readonly name: string = 'QueryError'
}

/** The query was stopped because it took too long. */
export class QueryTimeoutError extends QueryError {
  override readonly name = 'QueryTimeoutError'
  constructor(timeoutMs: number) {
    super(`the query was stopped after ${timeoutMs} ms`)
  }
}

/** More queries are asked for than can wait. */
export class QueryBusyError extends Error {
  override readonly name = 'QueryBusyError'
  constructor() {
    super('too many queries are waiting')
  }
}
