/** What the user can mend, in a sentence that says how. */
export class ToldError extends Error {
  override readonly name = 'ToldError'
  readonly isExplained = true
}
