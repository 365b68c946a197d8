/** What is wrong with a filter, for programs. */
export type RowFilterCode =
  /** The document around the filter: its type, its format, or what its value is. */
  | 'envelope'
  /** The text, or the shape of the tree. */
  | 'syntax'
  | 'unknown-column'
  | 'unknown-function'
  | 'arity'
  /** A literal that its column can't be compared with. */
  | 'literal'
  /** `<` and its kin on a column whose type has no order. */
  | 'no-order'
  | 'too-deep'
  | 'too-large'
  /** Well formed, but PostgreSQL refuses it. */
  | 'refused'

/** Where a part of a filter stands in its text. The JSON form has no places. */
export interface FilterPlace {
  /** Offset of the first character, from 0, in UTF-16 units as JavaScript counts. */
  readonly position: number
  /** The characters there, as they were written; an error keeps the first of them. */
  readonly token: string
}

/** Characters of a name or literal that a message shows. */
const SHOWN = 60

/** A row filter that can't be compiled for its relation. The message is for the one who wrote it. */
export class RowFilterError extends Error {
  override readonly name = 'RowFilterError'
  readonly code: RowFilterCode
  readonly position: number | undefined
  readonly token: string | undefined

  constructor(code: RowFilterCode, message: string, place?: FilterPlace | undefined) {
    super(place === undefined ? message : `At offset ${place.position}: ${message}`)
    this.code = code
    this.position = place?.position
    this.token = place?.token.slice(0, SHOWN)
  }
}

/** A name or literal as messages show it: in double quotes, control characters escaped, and not at length. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
  return typeof value === 'string' ? JSON.stringify(cut) : cut
}
