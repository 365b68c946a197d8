import { instantiateKernel, type KernelExports } from './kernel-exports.ts'

/** Where the reader of a ring keeps what only it needs: state of {@link WireKernel}, a byte a column, starts of values. */
export interface WireScratch {
  readonly start: number
  readonly columnCount: number
  readonly slotRows: number
}

/** Three words, and one to keep what follows aligned. */
const STATE_BYTES = 16

/** Bytes that the scratch takes. */
export function wireScratchBytes({ columnCount, slotRows }: Omit<WireScratch, 'start'>): number {
  return STATE_BYTES + align8(columnCount) + 4 * columnCount * startsStride(slotRows)
}

/**
 * From a row's start in one column to that in the next. A processor's cache has a few places for addresses that are a
 * multiple of 4 KiB apart; a line more, and the columns of a row have a place each.
 */
export function startsStride(slotRows: number): number {
  return slotRows + 16
}

/** Why the kernel has stopped taking rows. */
export const SPLIT = Object.freeze({ stopped: 0, full: 1, more: 2 })

/** How a column's value is printed behind the bytes of the wire. */
export const PRINTS = Object.freeze({ nothing: 0, uuid: 1, numeric: 2 })
export type Prints = (typeof PRINTS)[keyof typeof PRINTS]

/** What splitting is told of a slot, and of the rows that it has. */
export interface SplitTask {
  readonly heap: Uint8Array
  /** Bytes between the two are looked at. */
  readonly pos: number
  readonly fill: number
  readonly row: number
  readonly textReserved: number
}

/**
 * The loops that take the bytes of the wire apart, in WebAssembly over the memory of a ring. What they do is described
 * by their twins: the decoders of `source/postgres/wire`, which do the same for bytes that lie elsewhere.
 */
export class WireKernel {
  readonly exports: KernelExports
  /** Where the value of column c in row r starts in its heap: `[c * stride + r]`, 0 for NULL. */
  readonly starts: Int32Array
  readonly #state: Uint32Array
  readonly #prints: Uint8Array
  readonly #scratch: WireScratch

  constructor(memory: WebAssembly.Memory, scratch: WireScratch) {
    const { start, columnCount, slotRows } = scratch
    this.exports = instantiateKernel(memory)
    this.#scratch = scratch
    this.#state = new Uint32Array(memory.buffer, start, STATE_BYTES / 4)
    this.#prints = new Uint8Array(memory.buffer, start + STATE_BYTES, columnCount).fill(PRINTS.nothing)
    const startsAt = start + STATE_BYTES + align8(columnCount)
    this.starts = new Int32Array(memory.buffer, startsAt, columnCount * startsStride(slotRows))
  }

  /** Says how values of each column are printed. */
  setPrints(prints: readonly Prints[]): void {
    this.#prints.set(prints)
  }

  /** Takes the complete rows of a slot apart; see `assembly/wire-rows.ts`. */
  splitRows({ heap, pos, fill, row, textReserved }: SplitTask): SplitResult {
    const { columnCount, slotRows } = this.#scratch
    const state = this.#state
    state[0] = pos
    state[1] = textReserved
    const rows = this.exports.splitRows(
      heap.byteOffset,
      fill,
      this.starts.byteOffset,
      startsStride(slotRows),
      slotRows,
      columnCount,
      this.#prints.byteOffset,
      heap.length,
      row,
      state.byteOffset,
    )
    return { pos: state[0], row: rows, textReserved: state[1], reason: state[2] as number }
  }

  /** Lets `print` write from `textFill` on, and returns where it has ended and how many values were NULL. */
  printing(
    textFill: number,
    print: (state: number) => number,
  ): { readonly end: number; readonly nullCount: number } {
    this.#state[0] = textFill
    const nullCount = print(this.#state.byteOffset)
    return { end: this.#state[0], nullCount }
  }
}

export interface SplitResult {
  readonly pos: number
  readonly row: number
  readonly textReserved: number
  readonly reason: number
}

function align8(bytes: number): number {
  return (bytes + 7) & ~7
}
