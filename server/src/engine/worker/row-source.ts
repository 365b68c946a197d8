/** Which row of the source a row that was set aside is, and its values where JSON does not carry them exactly. */
export interface RowSource {
  readonly relation: string
  readonly ctid?: string | undefined
  /** The columns of the primary key, as they are printed. */
  readonly key?: Readonly<Record<string, string | null>> | undefined
  /**
   * As they are printed, unless the row itself has that very text under that name. Bytes that are no UTF-8 are
   * Base64. A column that is in neither is NULL.
   */
  readonly values: Readonly<Record<string, ExactValue>>
}

export type ExactValue = string | { readonly base64: string }

/** Names that a line has for itself: columns of that name are in `values` alone. */
export const LINE_MEMBERS: ReadonlySet<string> = new Set(['_errors', '_filename', '_source'])
