import type { AnyVector } from '#columns/vector.ts'
import { growUint8 } from './byte-buffer.ts'
import { unitePresence } from './kernel/levels.ts'
import type { FieldTree } from './leaves.ts'

/**
 * Which optional structs are there, row by row, for one batch. Outside of lists and maps no vector stands for a
 * struct, so one is NULL in a row when everything below it is.
 */
export class StructPresence {
  readonly #groups: FieldTree['optionalGroups']
  readonly #scratch: Uint8Array<ArrayBuffer>[]
  readonly #present: (Uint8Array | undefined)[]

  constructor(tree: FieldTree) {
    this.#groups = tree.optionalGroups
    this.#scratch = tree.optionalGroups.map(() => new Uint8Array(256))
    this.#present = tree.optionalGroups.map(() => undefined)
  }

  /** Looks at a new batch. */
  update(columns: readonly AnyVector[], rowCount: number): void {
    this.#groups.forEach(({ firstColumn, endColumn }, group) => {
      const below = columns.slice(firstColumn, endColumn)
      const isAlwaysThere = below.some((column) => column.nullCount === 0)
      this.#present[group] = isAlwaysThere ? undefined : this.#unite(group, below, rowCount)
    })
  }

  #unite(group: number, below: readonly AnyVector[], rowCount: number): Uint8Array {
    const present = growUint8(this.#scratch[group] as Uint8Array<ArrayBuffer>, rowCount)
    this.#scratch[group] = present
    present.fill(0, 0, rowCount)
    for (const column of below) unitePresence(present, column.validity, rowCount)
    return present
  }

  /**
   * One byte a row, not 0 where the struct is there; `undefined` if it is there in every row of the batch.
   */
  of(group: number): Uint8Array | undefined {
    return this.#present[group]
  }
}
