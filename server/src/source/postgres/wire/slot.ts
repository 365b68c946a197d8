import { layVector, type Vector, type VectorKind, vectorKindOf, vectorSizeBytes } from '#columns/vector.ts'
import type { WireColumn } from './wire-column.ts'

/**
 * A slot is a fixed region of shared memory between the thread that reads and the thread that encodes:
 *
 *   header | values and validity of every column | heap: raw bytes, then room for formatted text
 *
 * The raw part receives the bytes of the wire as they come; text, bytea and jsonb values are references into
 * it. Values without a binary twin (uuid and unconstrained numeric as text) are written behind it.
 */
export interface SlotLayout {
  readonly slotRows: number
  /** Bytes of the heap: `rawBytes` and what formatted text takes. */
  readonly heapBytes: number
  readonly rawBytes: number
  readonly columns: readonly { readonly kind: VectorKind }[]
  readonly slotBytes: number
}

export interface PlanSlotOptions {
  /** Default 2048. */
  readonly slotRows?: number | undefined
  /** Raw part of the heap; default 1 MiB, at least 64 KiB. */
  readonly rawBytes?: number | undefined
}

/** Rows up to this are read while others of them are encoded; of larger ones there is one at a time. */
export const MAX_AHEAD_BYTES = 32 * 1024 * 1024

const DEFAULT_SLOT_ROWS = 2_048
const DEFAULT_RAW_BYTES = 1 << 20
const MIN_RAW_BYTES = 1 << 16

/** Characters of a uuid. */
export const UUID_TEXT_BYTES = 36
/** Most numerics print shorter; a slot with longer ones is handed on early. */
const TYPICAL_NUMERIC_BYTES = 32

/** Words of the header before the null counts of the columns. */
const WORD = Object.freeze({ rowCount: 0, hasOverflow: 1, nullCounts: 2 })

/** The layout of slots for such columns. Pure; both sides get it from the one who plans. */
export function planSlot(columns: readonly WireColumn[], options: PlanSlotOptions = {}): SlotLayout {
  const slotRows = options.slotRows ?? DEFAULT_SLOT_ROWS
  const rawBytes = align8(Math.max(options.rawBytes ?? DEFAULT_RAW_BYTES, MIN_RAW_BYTES))
  const kinds = columns.map((column) => ({ kind: vectorKindOf(column.type.columnType) }))
  const textBytes = columns.reduce((sum, column) => sum + typicalTextBytes(column), 0) * slotRows
  const heapBytes = align8(rawBytes + textBytes)
  const vectorBytes = kinds.reduce((sum, { kind }) => sum + vectorSizeBytes(kind, slotRows), 0)
  return {
    slotRows,
    heapBytes,
    rawBytes,
    columns: kinds,
    slotBytes: headerBytes(kinds.length) + vectorBytes + heapBytes,
  }
}

/** Lays a slot over its place in shared memory. `byteOffset` is a multiple of 8. */
export function openSlot(layout: SlotLayout, buffer: SharedArrayBuffer, byteOffset: number): Slot {
  return new Slot(layout, buffer, byteOffset)
}

/** One slot as one of the two threads sees it. */
export class Slot {
  readonly columns: readonly Vector[]
  /** The slot's own heap; a row too large for it brings one along. */
  readonly heap: Uint8Array
  readonly #header: Int32Array

  constructor(layout: SlotLayout, buffer: SharedArrayBuffer, byteOffset: number) {
    this.#header = new Int32Array(buffer, byteOffset, WORD.nullCounts + layout.columns.length)
    const end = byteOffset + layout.slotBytes
    this.heap = new Uint8Array(buffer, end - layout.heapBytes, layout.heapBytes)
    let offset = byteOffset + headerBytes(layout.columns.length)
    this.columns = layout.columns.map(({ kind }) => {
      const laid = layVector(kind, layout.slotRows, buffer, offset, this.heap)
      offset = laid.end
      return laid.vector
    })
  }

  get rowCount(): number {
    return this.#header[WORD.rowCount] as number
  }

  /** The writer's last act before it publishes: what the other thread can't see in the shared memory. */
  seal(rowCount: number, hasOverflow: boolean): void {
    this.#header[WORD.rowCount] = rowCount
    this.#header[WORD.hasOverflow] = hasOverflow ? 1 : 0
    this.columns.forEach((vector, index) => {
      this.#header[WORD.nullCounts + index] = vector.nullCount
    })
  }

  /** The reader's first act: null counts, and the heap, which `takeHeap` fetches if the slot has one of its own. */
  receive(takeHeap: () => ArrayBuffer): void {
    const hasOverflow = this.#header[WORD.hasOverflow] === 1
    const heap = hasOverflow ? new Uint8Array(takeHeap()) : this.heap
    this.columns.forEach((vector, index) => {
      vector.nullCount = this.#header[WORD.nullCounts + index] as number
      if (vector.kind === 'bytes') vector.heap = heap
    })
  }
}

/** What the engine's ring offers to the reader. */
export interface SlotRing {
  /** The next free slot; may block. Until it is published, the same slot again. */
  readonly acquire: () => Slot
  /** Blocks until all that was handed over has been given back. */
  readonly drain: () => void
  /** Hands the acquired slot over, and its own heap with it; `byteCount` are the bytes of its rows on the wire. */
  readonly publish: (slot: Slot, rowCount: number, byteCount: number, overflowHeap?: ArrayBuffer) => void
}

function typicalTextBytes(column: WireColumn): number {
  if (column.type.decoder === 'uuidText') return UUID_TEXT_BYTES
  return column.type.decoder === 'numericText' ? TYPICAL_NUMERIC_BYTES : 0
}

function headerBytes(columnCount: number): number {
  return align8((WORD.nullCounts + columnCount) * 4)
}

function align8(bytes: number): number {
  return (bytes + 7) & ~7
}
