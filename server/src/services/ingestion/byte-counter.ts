import { Transform, type TransformCallback } from 'node:stream'

/** Passes bytes on, counts them, and fails when there are too many. */
export class ByteCounter extends Transform {
  readonly #limit: number
  readonly #makeError: () => Error
  #count = 0

  constructor(limit: number, makeError: () => Error) {
    super()
    this.#limit = limit
    this.#makeError = makeError
  }

  get count(): number {
    return this.#count
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#count += chunk.length
    if (this.#count > this.#limit) done(this.#makeError())
    else done(null, chunk)
  }
}
