import type { ColumnType } from '#columns/column-type.ts'
import type { Vector } from '#columns/vector.ts'
import { createKernelMemory } from '#kernel/kernel.ts'
import { WireKernel, wireScratchBytes } from '#kernel/wire-kernel.ts'
import { openSlot, type Slot, type SlotLayout, type SlotRing } from '#source/postgres/wire/slot.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'

/** A decoded value: numbers for floats, printed exactly for all others, hexadecimal for binary. */
export type DecodedValue = string | number | null

/** The kernel takes the address 0 for nothing. */
const FIRST_SLOT = 64

/**
 * A ring whose slots are read as soon as they are published. Writing and reading views are apart, as they are
 * when two threads share the memory, and slots are handed out in turn, so that they are used again and again.
 */
export class MemoryRing implements SlotRing {
  readonly rows: DecodedValue[][] = []
  readonly published: { rowCount: number; byteCount: number; hasOverflow: boolean }[] = []
  /** For a decoder that is to work in WebAssembly. */
  readonly kernel: WireKernel
  readonly #columns: readonly WireColumn[]
  readonly #writing: readonly Slot[]
  readonly #reading: readonly Slot[]
  #next = 0

  constructor(layout: SlotLayout, columns: readonly WireColumn[], slotCount = 2) {
    const facts = { columnCount: columns.length, slotRows: layout.slotRows }
    const scratchAt = FIRST_SLOT + layout.slotBytes * slotCount
    const memory = createKernelMemory(scratchAt + wireScratchBytes(facts))
    this.kernel = new WireKernel(memory, { ...facts, start: scratchAt })
    const open = (): Slot[] =>
      Array.from({ length: slotCount }, (_, index) =>
        openSlot(layout, memory.buffer, FIRST_SLOT + index * layout.slotBytes),
      )
    this.#columns = columns
    this.#writing = open()
    this.#reading = open()
  }

  readonly acquire = (): Slot => this.#writing[this.#next % this.#writing.length] as Slot

  /** Nobody works on anything after it was published. */
  readonly drain = (): void => {}

  readonly publish = (_: Slot, rowCount: number, byteCount: number, overflow?: ArrayBuffer): void => {
    const slot = this.#reading[this.#next % this.#reading.length] as Slot
    slot.receive(() => {
      if (overflow === undefined) throw new Error('the slot promises a heap of its own and none has come')
      return overflow
    })
    if (slot.rowCount !== rowCount) throw new Error('the slot and its publication disagree')
    for (let row = 0; row < rowCount; row++) {
      this.rows.push(
        this.#columns.map(({ type }, index) =>
          decodedValue(slot.columns[index] as Vector, type.columnType, row),
        ),
      )
    }
    this.published.push({ rowCount, byteCount, hasOverflow: overflow !== undefined })
    this.#next++
  }
}

function decodedValue(vector: Vector, type: ColumnType, row: number): DecodedValue {
  if (vector.validity[row] === 0) return null
  switch (vector.kind) {
    case 'bool':
      return vector.values[row] === 1 ? 'true' : 'false'
    case 'int32':
      return String(vector.values[row])
    case 'float32':
    case 'float64':
      return vector.values[row] as number
    case 'int64':
      return printInteger(joinWords(vector.words, 2 * row, 2), type)
    case 'int128':
      return printInteger(joinWords(vector.words, 4 * row, 4), type)
    case 'bytes': {
      const start = vector.offsets[row] as number
      const bytes = Buffer.from(vector.heap.slice(start, start + (vector.lengths[row] as number)))
      return bytes.toString(type.kind === 'binary' ? 'hex' : 'utf8')
    }
  }
}

function joinWords(words: Int32Array, at: number, count: number): bigint {
  let value = 0n
  for (let index = count - 1; index >= 0; index--)
    value = (value << 32n) | BigInt((words[at + index] as number) >>> 0)
  return BigInt.asIntN(32 * count, value)
}

function printInteger(value: bigint, type: ColumnType): string {
  if (type.kind !== 'decimal' || type.scale === 0) return value.toString()
  const digits = (value < 0n ? -value : value).toString().padStart(type.scale + 1, '0')
  const point = digits.length - type.scale
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}
