import type { Kernel } from '#kernel/kernel.ts'
import type { ColumnType } from './column-type.ts'
import type { Vector } from './vector.ts'

/** What is known of the values of one column of any number of rows. */
export interface ColumnDigest {
  /** Values that are not NULL. */
  readonly valueCount: number
  readonly nullCount: number
  /** Made of 64 bits of each value, independent of their order, as 32 hexadecimal digits. */
  readonly digest: string
}

/** A digest that is not one: not 32 hexadecimal digits. */
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
 * it: `bit_xor(hash(column))` and a sum of most of its bits (`kernel/twins/hash-sums.ts`). For whole numbers that hash
 * is a permutation of 64 bits, so no two single values share one; it guards against mistakes, not against someone
 * who chooses the values.
 */
export class ColumnDigester {
  readonly #type: ColumnType
  readonly #kernel: Kernel
  /** Two words of the sum, two of the exclusive or. */
  readonly #sum: Uint32Array
  #valueCount = 0
  #nullCount = 0

  constructor(type: ColumnType, kernel: Kernel) {
    this.#type = type
    this.#kernel = kernel
    this.#sum = kernel.heap.uint32(4).fill(0)
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
    return { valueCount: this.#valueCount, nullCount: this.#nullCount, digest: formatWords(this.#sum) }
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
  digest: '0'.repeat(32),
})

/** The digest of the rows of both. Throws DigestFormatError for a digest of another form. */
export function combineDigests(a: ColumnDigest, b: ColumnDigest): ColumnDigest {
  return {
    valueCount: a.valueCount + b.valueCount,
    nullCount: a.nullCount + b.nullCount,
    digest: combine(a.digest, b.digest),
  }
}

function combine(a: string, b: string): string {
  const [first, second] = [parseDigest(a), parseDigest(b)]
  return formatDigest(first.sum + second.sum, first.parity ^ second.parity)
}

function parseDigest(digest: string): { readonly sum: bigint; readonly parity: bigint } {
  if (!/^[0-9a-f]{32}$/.test(digest)) {
    throw new DigestFormatError(`'${digest}' is not a digest of 32 hexadecimal digits`)
  }
  return { parity: BigInt(`0x${digest.slice(0, 16)}`), sum: BigInt(`0x${digest.slice(16)}`) }
}

/** The low 64 bits of a sum and of an exclusive or as a digest. */
export function formatDigest(sum: bigint, parity: bigint): string {
  const hex = (bits: bigint) => BigInt.asUintN(64, bits).toString(16).padStart(16, '0')
  return hex(parity) + hex(sum)
}

/** The same for words, low ones first: two of the sum and then two of the exclusive or. */
export function formatWords(words: Uint32Array): string {
  const hex = (index: number) => (words[index] ?? 0).toString(16).padStart(8, '0')
  return hex(3) + hex(2) + hex(1) + hex(0)
}
