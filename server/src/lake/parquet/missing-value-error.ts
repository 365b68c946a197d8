/** A NULL in a field that must have a value. */
export class MissingValueError extends Error {
  override readonly name = 'MissingValueError'

  constructor(path: readonly string[], row: number) {
    super(
      `Field ${path.join('.')} is required, but row ${row} of the batch has no value for it. Make it optional or give it a default.`,
    )
  }
}
