/** A row filter that can't be compiled for its relation. The message is for the one who wrote it. */
export class RowFilterError extends Error {
  override readonly name = 'RowFilterError'
}
