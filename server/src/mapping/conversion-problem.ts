import type { Value } from './values.ts'

export const CONVERSION_CODE = 'MAPPER-3700-400'
const ENCODING_CODE = 'HW-TEXT-ENCODING'

/** What a value that a field cannot hold may become, where its policy says so. */
export interface Substitutes {
  /** The nearest value that the field can hold. */
  readonly clamped?: Value | undefined
  /** The value itself, where the lake has room for it. */
  readonly kept?: Value | undefined
}

/** A value that has no equal of the wanted type. */
export class ConversionProblem {
  readonly code: string
  /** Says what is wrong without showing the value. */
  readonly reason: string
  /**
   * There for a value that PostgreSQL can hold and the field cannot: its policy decides. Without it the value is what
   * the mapping made of something else, and the field is null.
   */
  readonly substitutes: Substitutes | undefined

  constructor(reason: string, code: string = CONVERSION_CODE, substitutes?: Substitutes) {
    this.code = code
    this.reason = reason
    this.substitutes = substitutes
  }
}

/** Only where nobody has checked it: in the encoding SQL_ASCII, and in the type `"char"` before PostgreSQL 15. */
export const NO_UTF8 = new ConversionProblem(
  'The text is no UTF-8, and the database did not check that: its encoding is SQL_ASCII, or the type is "char"',
  ENCODING_CODE,
  {},
)
