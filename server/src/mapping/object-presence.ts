import type { AnyVector } from '#columns/vector.ts'
import type { ObjectPlan } from './mapping-plan.ts'

/** Whether a source has an object at a path, for a row; for sources that have objects of their own. */
export type HasObject = (path: readonly string[], row: number) => boolean

/**
 * Which structs of a batch are there, row by row: those with anything in them that is not null, and those that the
 * source has, be they empty.
 */
export class ObjectPresence {
  readonly #objects: readonly ObjectPlan[]
  /** By object; `undefined` where it is there in every row. */
  #present: readonly (Uint8Array | undefined)[] = []

  readonly #hasObject: HasObject | undefined

  constructor(objects: readonly ObjectPlan[], hasObject?: HasObject | undefined) {
    this.#objects = objects
    this.#hasObject = hasObject
  }

  /** Looks at a new batch, before defaults are filled in. */
  update(columns: readonly AnyVector[], rowCount: number): void {
    this.#present = this.#objects.map(({ path, firstOutput, endOutput }) => {
      const below = columns.slice(firstOutput, endOutput)
      if (below.some((column) => column.nullCount === 0)) return undefined
      const present = new Uint8Array(rowCount)
      for (const { validity } of below) {
        for (let row = 0; row < rowCount; row++) if (validity[row] === 1) present[row] = 1
      }
      for (let row = 0; this.#hasObject !== undefined && row < rowCount; row++)
        if (this.#hasObject(path, row)) present[row] = 1
      return present
    })
  }

  /** `undefined` is the row itself. */
  isThere(object: number | undefined, row: number): boolean {
    return object === undefined || this.#present[object]?.[row] !== 0
  }
}
