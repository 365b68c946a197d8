import { closeSync, openSync, writeSync } from 'node:fs'

/**
 * A new local file that is written from start to end. Disposing it closes it, finished or not. It is nobody's but the
 * slice's until it goes into the lake (`LakeStorage.putFile`), which is where it has to survive a power failure.
 */
export class PartFile {
  readonly path: string
  readonly #file: number
  #isOpen = true

  /** @throws EEXIST when there is a file of that name */
  constructor(path: string) {
    this.path = path
    this.#file = openSync(path, 'wx')
  }

  write(chunk: Uint8Array): void {
    for (let written = 0; written < chunk.byteLength; ) written += writeSync(this.#file, chunk, written)
  }

  finish(): void {
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }
}
