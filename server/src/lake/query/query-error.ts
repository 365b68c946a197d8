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

/** In the place of the engine's own advice, which is for whoever runs the engine. */
export const TOO_MUCH_MEMORY =
  'the query needs more memory than a statement may take. Select fewer columns or rows, filter or aggregate before you ' +
  'join or sort, or add a LIMIT; what is larger is for an engine that attaches to /iceberg'

/** More queries are asked for than can wait. */
export class QueryBusyError extends Error {
  override readonly name = 'QueryBusyError'
  constructor() {
    super('too many queries are waiting')
  }
}
