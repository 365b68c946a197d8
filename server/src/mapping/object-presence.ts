import type { AnyVector } from '#columns/vector.ts'
import type { ObjectPlan } from './mapping-plan.ts'

/** Which structs of a batch are there, row by row: those with anything in them that is not null. */
export class ObjectPresence {
  readonly #objects: readonly ObjectPlan[]
  /** By object; `undefined` where it is there in every row. */
  #present: readonly (Uint8Array | undefined)[] = []

  constructor(objects: readonly ObjectPlan[]) {
    this.#objects = objects
  }

  /** Looks at a new batch, before defaults are filled in. */
  update(columns: readonly AnyVector[], rowCount: number): void {
    this.#present = this.#objects.map(({ firstOutput, endOutput }) => {
      const below = columns.slice(firstOutput, endOutput)
      if (below.some((column) => column.nullCount === 0)) return undefined
      const present = new Uint8Array(rowCount)
      for (const { validity } of below) {
        for (let row = 0; row < rowCount; row++) if (validity[row] === 1) present[row] = 1
      }
      return present
    })
  }

  /** `undefined` is the row itself. */
  isThere(object: number | undefined, row: number): boolean {
    return object === undefined || this.#present[object]?.[row] !== 0
  }
}
