import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'

/** A new local file that is written from start to end. Disposing it closes it, finished or not. */
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

  /** All of it is on the disk afterwards. */
  finish(): void {
    fdatasyncSync(this.#file)
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }
}
