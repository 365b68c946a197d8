import type { AnyVector } from '#columns/vector.ts'
import type { Kernel } from '#kernel/kernel.ts'
import { growUint8 } from './byte-buffer.ts'
import type { FieldTree } from './leaves.ts'

/**
 * Which optional structs are there, row by row, for one batch. Outside of lists and maps no vector stands for a
 * struct, so one is NULL in a row when everything below it is.
 */
export class StructPresence {
  readonly #groups: FieldTree['optionalGroups']
  readonly #kernel: Kernel
  readonly #scratch: Uint8Array[]
  readonly #present: (Uint8Array | undefined)[]

  constructor(tree: FieldTree, kernel: Kernel) {
    this.#kernel = kernel
    this.#groups = tree.optionalGroups
    this.#scratch = tree.optionalGroups.map(() => kernel.heap.uint8(256))
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
    const present = growUint8(this.#kernel.heap, this.#scratch[group] as Uint8Array, rowCount)
    this.#scratch[group] = present
    present.fill(0, 0, rowCount)
    for (const column of below) this.#kernel.unitePresence(present, column.validity, rowCount)
    return present
  }

  /**
   * One byte a row, not 0 where the struct is there; `undefined` if it is there in every row of the batch.
   */
  of(group: number): Uint8Array | undefined {
    return this.#present[group]
  }
}
