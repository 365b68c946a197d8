/** Where in the source the rows of a slice come from, by the places of its columns. Plain data. */
export interface RowOrigin {
  /** As messages name it; rows of several relations say by their number which one they are of. */
  readonly relation: string
  /** Names by number, where the rows are of several. */
  readonly relations?: Readonly<Record<string, string>> | undefined
  /** Columns of the primary key, in its order; empty without one. */
  readonly key: readonly number[]
  /** The place of the row in its relation, as six bytes. */
  readonly ctid?: number | undefined
  /** The number of its relation. */
  readonly tableoid?: number | undefined
}
