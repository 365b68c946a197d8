/** The run cannot go on; somebody has to change the mapping or leave the row out. The message is for users. */
export class LongTextError extends Error {
  override readonly name = 'LongTextError'
  readonly code = 'HW-TEXT-TOO-LONG'

  constructor() {
    super(
      'A value of the source has more than 536,870,888 bytes, which is more than an expression, a list or the line of a row that is set aside can hold. Map its column as it is, leave it out of the mapping, or leave the row out with a row filter.',
    )
  }
}

/** What the engine of JavaScript says of a text longer than it has room for, in words for users; else the error itself. */
export function explainLength(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const isTooLong =
    ('code' in error && error.code === 'ERR_STRING_TOO_LONG') ||
    (error instanceof RangeError && error.message === 'Invalid string length')
  return isTooLong ? new LongTextError() : error
}
