/** The bytes on the wire are not those of the protocol, or of the types that the columns were described with. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError'
}
