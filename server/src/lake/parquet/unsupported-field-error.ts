/** A field that the encoder cannot write. */
export class UnsupportedFieldError extends Error {
  override readonly name = 'UnsupportedFieldError'

  static ofEmptyStruct(path: readonly string[]): UnsupportedFieldError {
    return new UnsupportedFieldError(`Struct ${path.join('.')} has no fields. Leave it out or give it one.`)
  }
}
