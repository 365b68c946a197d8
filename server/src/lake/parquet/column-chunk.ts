import { type AnyVector, type Vector, vectorKindOf } from '#columns/vector.ts'
import type { Kernel } from '#kernel/kernel.ts'
import { bitWidthOf, maxHybridBytes, writeRun } from '#kernel/twins/hybrid.ts'
import { findLevelEnd, findMissing } from '#kernel/twins/levels.ts'
import { type ByteBuffer, growUint8 } from './byte-buffer.ts'
import type { LeafNode } from './leaves.ts'
import { MissingValueError } from './missing-value-error.ts'
import { type FilledPage, PAGE_ENTRIES, PagedChunk } from './paged-chunk.ts'
import type { StructPresence } from './struct-presence.ts'

/** A column of plain values in the row group that is being filled: an entry a row. */
export class ColumnChunk extends PagedChunk {
  readonly #node: LeafNode
  /** Definition level of every row; not kept for columns without levels. */
  #levels: Uint8Array

  constructor(node: LeafNode, kernel: Kernel) {
    super(node.column.type, node.column.path, kernel)
    this.#levels = kernel.heap.uint8(256)
    this.#node = node
  }

  /** The chunks of the file that this one fills. */
  get files(): readonly PagedChunk[] {
    return [this]
  }

  get bufferedBytes(): number {
    return this.entryCount + this.store.bufferedBytes + this.earlyBytes
  }

  /**
   * Checks the whole of a vector before any of its rows is taken.
   * Throws {@link MissingValueError} for a NULL where the field is required and its struct is there.
   */
  check(vector: AnyVector, rowCount: number, presence: StructPresence): void {
    const { column, optionalAncestors } = this.#node
    const kind = vectorKindOf(column.type)
    if (vector.kind !== kind) {
      throw new TypeError(`Field ${column.path.join('.')} takes a vector of ${kind}, not of ${vector.kind}.`)
    }
    if (!column.required || vector.nullCount === 0) return
    const parent = optionalAncestors.at(-1)
    const row = findMissing(vector.validity, parent === undefined ? undefined : presence.of(parent), rowCount)
    if (row >= 0) throw new MissingValueError(column.path, row)
  }

  /** Takes the rows `from` to `to` of a checked vector. */
  append(checked: AnyVector, from: number, to: number, presence: StructPresence): void {
    const vector = checked as Vector
    const validity = vector.nullCount === 0 ? undefined : vector.validity
    if (this.#node.maxLevel > 0) this.#appendLevels(validity, from, to, presence)
    if (validity) this.nullCount += this.kernel.countLevel(validity, 0, from, to)
    this.store.append(vector, { validity, from, to })
    this.entryCount += to - from
  }

  #appendLevels(validity: Uint8Array | undefined, from: number, to: number, presence: StructPresence): void {
    const at = this.entryCount
    const end = at + to - from
    const levels = growUint8(this.kernel.heap, this.#levels, end)
    this.#levels = levels
    if (validity === undefined) {
      this.kernel.fill(levels.subarray(at, end), this.#node.maxLevel)
      return
    }
    const ancestors = this.#node.optionalAncestors.map((group) => presence.of(group))
    const sometimes = ancestors.filter((present) => present !== undefined)
    this.kernel.fill(levels.subarray(at, end), ancestors.length - sometimes.length)
    for (const present of sometimes) this.kernel.addLevel(levels, at, present, from, to)
    if (!this.#node.column.required) this.kernel.addLevel(levels, at, validity, from, to)
  }

  protected override fillPage(row: number, page: ByteBuffer): FilledPage {
    const { maxLevel } = this.#node
    const levels = this.#levels
    const lastRow = Math.min(row + PAGE_ENTRIES, this.entryCount)
    const hasNulls = this.nullCount > 0
    const values = hasNulls ? this.kernel.countLevel(levels, maxLevel, row, lastRow) : lastRow - row
    const count = this.store.fitPage(values)
    let end = lastRow
    if (count < values) end = hasNulls ? findLevelEnd(levels, maxLevel, row, lastRow, count) : row + count
    if (maxLevel > 0 && hasNulls) this.writeLevels(levels, maxLevel, { from: row, to: end }, page)
    else if (maxLevel > 0) writeFullLevels(maxLevel, end - row, page)
    return { end, body: this.store.takePage(count, page) }
  }
}

/** The levels of rows that all have a value, behind their length in bytes. */
function writeFullLevels(maxLevel: number, count: number, page: ByteBuffer): void {
  page.reserve(4 + maxHybridBytes(count))
  const lengthAt = page.length
  page.length = writeRun(maxLevel, count, bitWidthOf(maxLevel), page.bytes, lengthAt + 4)
  page.view.setUint32(lengthAt, page.length - lengthAt - 4, true)
}
