import type { Kernel } from '#kernel/kernel.ts'
import type { ColumnType } from './column-type.ts'
import type { Vector } from './vector.ts'

/** What is known of the values of one column of any number of rows. */
export interface ColumnDigest {
  /** Values that are not NULL. */
  readonly valueCount: number
  readonly nullCount: number
  /** Sum over the values of 64 bits of each, as 16 hexadecimal digits. */
  readonly digest: string
}

/** A digest that is not one: not 16 hexadecimal digits. */
export class DigestFormatError extends Error {
  override readonly name = 'DigestFormatError'
}

/** Types that a {@link ColumnDigester} digests. DuckDB's hash would not tell the halves of 128 bits apart. */
export function isHashed(type: ColumnType): boolean {
  return type.kind !== 'uuid' && (type.kind !== 'decimal' || type.precision <= 18)
}

/** DuckDB's hash takes both zeros as one, so that each negative floating-point number adds this besides. */
export const NEGATIVE_BIAS = 0x9e3779b97f4a7c15n

/**
 * Digests the values of one column, in any order, in any number of batches: two columns that hold the same
 * values the same number of times have the same digest, and digests of parts add up (`combineDigests`).
 *
 * Every value counts as DuckDB's `hash()` of it, so that DuckDB digests a column of a file without a value leaving
 * it: `sum(hash(column))`. For whole numbers that hash is a permutation of 64 bits, so no two single values share
 * one; it guards against mistakes, not against someone who chooses the values.
 */
export class ColumnDigester {
  readonly #type: ColumnType
  readonly #kernel: Kernel
  /** Low word first. */
  readonly #sum: Uint32Array
  #valueCount = 0
  #nullCount = 0

  constructor(type: ColumnType, kernel: Kernel) {
    this.#type = type
    this.#kernel = kernel
    this.#sum = kernel.heap.uint32(2).fill(0)
  }

  /** Adds the first `rowCount` rows of a vector that holds values of this column's type. */
  addVector(vector: Vector, rowCount: number): void {
    const nullCount = vector.nullCount === 0 ? 0 : this.#kernel.countLevel(vector.validity, 0, 0, rowCount)
    const validity = nullCount === 0 ? undefined : vector.validity
    this.#nullCount += nullCount
    this.#valueCount += rowCount - nullCount
    this.#addHashes(vector, validity, rowCount)
  }

  /** Everything added so far; adding may go on. */
  result(): ColumnDigest {
    return {
      valueCount: this.#valueCount,
      nullCount: this.#nullCount,
      digest: formatDigest(this.#sum[0] as number, this.#sum[1] as number),
    }
  }

  #addHashes(vector: Vector, validity: Uint8Array | undefined, rowCount: number): void {
    const [kernel, sum] = [this.#kernel, this.#sum]
    switch (vector.kind) {
      case 'bool':
        return kernel.sumHashesOfBytes1(vector.values, validity, rowCount, sum)
      case 'int32':
        return kernel.sumHashesOfWords1(vector.values, 1, validity, rowCount, sum)
      case 'int64':
        // DuckDB keeps a decimal of up to 9 digits in 32 bits.
        return isNarrow(this.#type)
          ? kernel.sumHashesOfWords1(vector.words, 2, validity, rowCount, sum)
          : kernel.sumHashesOfWords2(vector.words, validity, rowCount, sum)
      case 'float32':
        return kernel.sumHashesOfFloats(vector.values, validity, rowCount, sum)
      case 'float64':
        return kernel.sumHashesOfDoubles(vector.values, validity, rowCount, sum)
      case 'bytes': {
        const { heap, offsets, lengths } = vector
        return kernel.sumHashesOfStrings(heap, offsets, lengths, validity, rowCount, sum)
      }
      default:
        throw new TypeError(`a vector of ${vector.kind} holds no values of ${this.#type.kind}`)
    }
  }
}

function isNarrow(type: ColumnType): boolean {
  return type.kind === 'decimal' && type.precision <= 9
}

/** The digest of no rows. */
export const EMPTY_DIGEST: ColumnDigest = Object.freeze({
  valueCount: 0,
  nullCount: 0,
  digest: '0000000000000000',
})

/** The digest of the rows of both. Throws DigestFormatError for a digest of another form. */
export function combineDigests(a: ColumnDigest, b: ColumnDigest): ColumnDigest {
  return {
    valueCount: a.valueCount + b.valueCount,
    nullCount: a.nullCount + b.nullCount,
    digest: formatSum(parseDigest(a.digest) + parseDigest(b.digest)),
  }
}

function parseDigest(digest: string): bigint {
  if (!/^[0-9a-f]{16}$/.test(digest)) {
    throw new DigestFormatError(`'${digest}' is not a digest of 16 hexadecimal digits`)
  }
  return BigInt(`0x${digest}`)
}

/** The low 64 bits of a sum as a digest. */
export function formatSum(sum: bigint): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0')
}

/** Two words as a digest. */
export function formatDigest(low: number, high: number): string {
  const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')
  return hex(high) + hex(low)
}
