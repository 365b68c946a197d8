import { nearestName } from '#kit/nearest.ts'

/** No such relation, or none that the user may read. */
export class RelationNotFoundError extends Error {
  override readonly name = 'RelationNotFoundError'
  readonly path: string
  /** The path of a relation that is spelled nearly the same. */
  readonly nearest: string | undefined
  /** PostgreSQL's: 42P01 for what is not there, 42501 for what may not be read. */
  readonly code: string

  /** `missingGrants` are the statements that would let the user read it, if it is there. */
  constructor(path: string, candidates: Iterable<string>, missingGrants: readonly string[] = []) {
    const known = [...candidates]
    // A bare name may be there in a schema that is not looked into.
    const nearest = known.find((candidate) => candidate.endsWith(`.${path}`)) ?? nearestName(path, known)
    const isThere = missingGrants.length > 0
    super(
      isThere
        ? `The relation "${path}" can't be read by this user. Run ${missingGrants.join(' ')}`
        : `The relation "${path}" does not exist or can't be read by this user.${didYouMean(nearest)}`,
    )
    this.code = isThere ? '42501' : '42P01'
    this.path = path
    this.nearest = nearest
  }
}

/** The relation has no such column, or none that the user may read. */
export class ColumnNotFoundError extends Error {
  override readonly name = 'ColumnNotFoundError'
  readonly column: string
  readonly nearest: string | undefined

  constructor(column: string, candidates: Iterable<string>) {
    const nearest = nearestName(column, candidates)
    super(`There is no column "${column}".${didYouMean(nearest)}`)
    this.column = column
    this.nearest = nearest
  }
}

function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`
}
