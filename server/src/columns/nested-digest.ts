import type { Kernel } from '#kernel/kernel.ts'
import { type ColumnType, isColumnType, type LakeType } from './column-type.ts'
import { type ColumnDigest, ColumnDigester, formatWords, isHashed } from './digest.ts'
import { addMixed, addValue, type Sum } from './mix.ts'
import type { AnyVector, NestedVector, Vector } from './vector.ts'

/** Digests any column; see `createDigester`. */
export interface Digester {
  /** Adds the first `rowCount` rows of a vector that holds values of the column's type. */
  addVector(vector: AnyVector, rowCount: number): void
  /** Everything added so far; adding may go on. */
  result(): ColumnDigest
}

/** A digester for a column of a type. Digests of lists and maps cover everything in them, in its order. */
export function createDigester(type: LakeType, kernel: Kernel): Digester {
  return isColumnType(type) && isHashed(type) ? new PlainDigester(type, kernel) : createMixer(type)
}

/** The digester of a type that DuckDB's hash is not used for (`isHashed`). */
export function createMixer(type: LakeType): Digester {
  return new RowDigester(isColumnType(type) ? addPlain : foldRow())
}

class PlainDigester implements Digester {
  readonly #digester: ColumnDigester

  constructor(type: ColumnType, kernel: Kernel) {
    this.#digester = new ColumnDigester(type, kernel)
  }

  addVector(vector: AnyVector, rowCount: number): void {
    this.#digester.addVector(vector as Vector, rowCount)
  }

  result(): ColumnDigest {
    return this.#digester.result()
  }
}

/** Adds the 64 bits of one row, which has a value, to a sum. */
type AddRow = (sum: Sum, vector: AnyVector, row: number) => void

/** @NOTE rows of plain types come in plain vectors. */
const addPlain: AddRow = (sum, vector, row) => addValue(sum, vector as Vector, row)

/** Sums what is made of the rows one by one. */
class RowDigester implements Digester {
  readonly #add: AddRow
  readonly #sum = new Uint32Array(2)
  #valueCount = 0
  #nullCount = 0

  constructor(add: AddRow) {
    this.#add = add
  }

  addVector(vector: AnyVector, rowCount: number): void {
    let valueCount = 0
    for (let row = 0; row < rowCount; row++) {
      if (vector.validity[row] !== 1) continue
      this.#add(this.#sum, vector, row)
      valueCount++
    }
    this.#valueCount += valueCount
    this.#nullCount += rowCount - valueCount
  }

  result(): ColumnDigest {
    return { valueCount: this.#valueCount, nullCount: this.#nullCount, digest: formatWords(this.#sum) }
  }
}

/**
 * Of lists, maps and structs each row is folded to 64 bits, whose mixes are summed. A row's fold tells NULL, the
 * empty list and a list of one NULL apart.
 */
function foldRow(): AddRow {
  const fold = new RowFold()
  return (sum, vector, row) => fold.addTo(sum, vector, row)
}

/** What stands for the kinds of parts in a fold. */
const TAGS = { null: 0x1b873593, list: 0x2545f491, map: 0x4f6cdd1d, struct: 0x7f4a7c15 } as const

/** Folds one value with all its parts, in their order, to 64 bits. */
class RowFold {
  readonly #part = new Uint32Array(2)
  #low = 0
  #high = 0

  /** Adds the mix of the fold of a value. */
  addTo(sum: Sum, vector: AnyVector, row: number): void {
    this.#low = 0x243f6a88
    this.#high = 0x85a308d3
    this.#add(vector, row)
    addMixed(sum, this.#low, this.#high)
  }

  #add(vector: AnyVector, row: number): void {
    if (vector.validity[row] !== 1) this.#mix(TAGS.null, 0)
    else if (vector.kind === 'list' || vector.kind === 'map' || vector.kind === 'struct') {
      this.#addParts(vector, row)
    } else {
      this.#part.fill(0)
      addValue(this.#part, vector, row)
      this.#mix(this.#part[0] as number, this.#part[1] as number)
    }
  }

  #addParts(vector: NestedVector, row: number): void {
    if (vector.kind === 'struct') {
      this.#mix(TAGS.struct, vector.fields.length)
      for (const field of vector.fields) this.#add(field, row)
      return
    }
    const length = vector.lengths[row] as number
    const start = vector.offsets[row] as number
    this.#mix(TAGS[vector.kind], length)
    for (let at = start; at < start + length; at++) {
      if (vector.kind === 'list') this.#add(vector.element, at)
      else {
        this.#add(vector.keys, at)
        this.#add(vector.values, at)
      }
    }
  }

  #mix(low: number, high: number): void {
    this.#low = (Math.imul(rotate(this.#low ^ low, 13), 5) + this.#high) | 0
    this.#high = (rotate(this.#high ^ high, 19) + this.#low) | 0
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
