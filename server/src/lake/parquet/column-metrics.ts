import type { ColumnType } from '#columns/column-type.ts'
import { cutBound, icebergBound, type ValueOrder, valueOrderOf, withSignOfZero } from './bounds.ts'
import type { ChunkStatistics } from './metadata.ts'
import type { ValueExtremes } from './value-store.ts'

/** What a table's manifest wants to know about one column of a file. */
export interface ColumnSummary {
  readonly fieldId: number
  /** Rows, with the NULLs. Absent below a list or map, where entries are no rows. */
  readonly valueCount?: number | undefined
  readonly nullCount?: number | undefined
  /** For float and double. */
  readonly nanCount?: number | undefined
  /** Compressed, with page headers. */
  readonly sizeBytes: number
  /** Bounds in Iceberg's single-value serialization; strings are cut. Absent where there is none. */
  readonly lower?: Uint8Array | undefined
  readonly upper?: Uint8Array | undefined
}

/** Strings in the file's own statistics are cut after so many code points or bytes. */
const STATISTICS_LENGTH = 64

/** A column of the file. */
export interface MeasuredColumn {
  readonly id: number
  readonly type: ColumnType
  /** Below a list or map: manifests have no counts and bounds of such columns, only sizes. */
  readonly isRepeated: boolean
}

/** Gathers what the file summary says about one column, chunk by chunk. */
export class ColumnMetrics {
  readonly #column: MeasuredColumn
  readonly #order: ValueOrder
  #valueCount = 0
  #nullCount = 0
  #nanCount: number | undefined
  #sizeBytes = 0
  #lower = new Bound(-1)
  #upper = new Bound(1)

  constructor(column: MeasuredColumn) {
    this.#column = column
    this.#order = valueOrderOf(column.type)
    if (column.type.kind === 'float' || column.type.kind === 'double') this.#nanCount = 0
  }

  add(chunk: {
    readonly valueCount: number
    readonly nullCount: number
    readonly sizeBytes: number
    readonly extremes: ValueExtremes
  }): void {
    const { min, max, nanCount } = chunk.extremes
    this.#valueCount += chunk.valueCount
    this.#nullCount += chunk.nullCount
    this.#sizeBytes += chunk.sizeBytes
    if (this.#nanCount !== undefined) this.#nanCount += nanCount ?? 0
    if (min) this.#lower.add(shorten(this.#column.type, min, 'lower'), this.#order)
    if (max) this.#upper.add(shorten(this.#column.type, max, 'upper'), this.#order)
  }

  summary(): ColumnSummary {
    const { id, type, isRepeated } = this.#column
    if (isRepeated) return { fieldId: id, sizeBytes: this.#sizeBytes }
    const lower = this.#lower.value && icebergBound(type, this.#lower.value, 'lower')
    const upper = this.#upper.value && icebergBound(type, this.#upper.value, 'upper')
    return {
      fieldId: id,
      valueCount: this.#valueCount,
      nullCount: this.#nullCount,
      ...(this.#nanCount !== undefined && { nanCount: this.#nanCount }),
      sizeBytes: this.#sizeBytes,
      ...(lower && { lower }),
      ...(upper && { upper }),
    }
  }
}

/** The lowest or highest value so far; none for good once a chunk had values but no bound. */
class Bound {
  readonly #sign: -1 | 1
  #isLost = false
  #value: Uint8Array | undefined

  constructor(sign: -1 | 1) {
    this.#sign = sign
  }

  get value(): Uint8Array | undefined {
    return this.#isLost ? undefined : this.#value
  }

  add(value: Uint8Array | undefined, order: ValueOrder): void {
    if (value === undefined) this.#isLost = true
    else if (this.#value === undefined || order(value, this.#value) * this.#sign > 0) this.#value = value
  }
}

/** Cuts before keeping, so that a huge string does not stay in memory until the file is finished. */
function shorten(type: ColumnType, value: Uint8Array, side: 'lower' | 'upper'): Uint8Array | undefined {
  if (type.kind === 'string' || type.kind === 'binary') return icebergBound(type, value, side)
  return withSignOfZero(type, value, side)
}

/** The statistics that the file itself carries for one chunk. */
export function chunkStatistics(
  type: ColumnType,
  nullCount: number,
  extremes: ValueExtremes,
): ChunkStatistics {
  const { min, max, nanCount } = extremes
  // Readers differ on where NaN is in the order: no extremes can't be misread.
  if (min === undefined || max === undefined || (nanCount ?? 0) > 0) return { nullCount }
  if (type.kind !== 'string' && type.kind !== 'binary') {
    return { nullCount, min: withSignOfZero(type, min, 'lower'), max: withSignOfZero(type, max, 'upper') }
  }
  const cutMin = cutBound(type.kind, min, 'lower', STATISTICS_LENGTH)
  const cutMax = cutBound(type.kind, max, 'upper', STATISTICS_LENGTH)
  return {
    nullCount,
    min: cutMin,
    max: cutMax,
    isMinExact: cutMin?.length === min.length,
    isMaxExact: cutMax === max,
  }
}
