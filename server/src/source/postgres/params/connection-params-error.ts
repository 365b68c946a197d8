/** Parameters of a connection that can't be used. Names the key at fault and never repeats a secret. */
export class ConnectionParamsError extends Error {
  override readonly name = 'ConnectionParamsError'
  /** The name of the missing or bad key, as clients spell it. */
  readonly key: string

  /** `problem` completes the sentence that starts with the key. */
  constructor(key: string, problem: string) {
    super(`${key} ${problem}`)
    this.key = key
  }
}
