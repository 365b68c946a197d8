/** An expression or a path that can't be read. `position` counts characters from 0. */
export class MappingSyntaxError extends Error {
  override readonly name = 'MappingSyntaxError'
  readonly position: number

  constructor(message: string, position: number) {
    super(`${message} (at character ${position + 1})`)
    this.position = position
  }
}
