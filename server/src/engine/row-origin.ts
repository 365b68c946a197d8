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

/** The columns that hold values of the relation, without its places and numbers. They come before those. */
export function valueColumns<Column>(columns: readonly Column[], origin: RowOrigin | undefined): Column[] {
  return columns.filter((_column, place) => place !== origin?.ctid && place !== origin?.tableoid)
}
