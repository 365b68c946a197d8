import type { BoolVector, BytesVector } from '#columns/vector.ts'
import type { RingWriter } from '#engine/ring.ts'
import type { FileRecord } from '#source/files/file-record.ts'
import { MAX_AHEAD_BYTES, type Slot } from '#source/postgres/wire/slot.ts'

/** Puts records into the slots of a ring whose columns are RECORD_COLUMNS. Blocks while the ring is full. */
export class RecordWriter {
  readonly #ring: RingWriter
  readonly #slotRows: number
  #slot: Slot | undefined
  #rowCount = 0
  #heapEnd = 0
  #total = 0

  constructor(ring: RingWriter, slotRows: number) {
    this.#ring = ring
    this.#slotRows = slotRows
  }

  /** Records so far. */
  get rowCount(): number {
    return this.#total
  }

  add(record: FileRecord): void {
    const { length } = record.bytes
    let slot = this.#acquire()
    const isFull = this.#rowCount === this.#slotRows || this.#heapEnd + length > slot.heap.length
    if (isFull && this.#rowCount > 0) {
      this.flush()
      slot = this.#acquire()
    }
    if (length > slot.heap.length) this.#publishAlone(slot, record)
    else {
      slot.heap.set(record.bytes, this.#heapEnd)
      this.#put(slot, record, this.#heapEnd)
      this.#heapEnd += length
    }
  }

  /** Hands on what is in the slot at hand. */
  flush(): void {
    if (this.#slot === undefined || this.#rowCount === 0) return
    this.#publish(this.#slot, this.#heapEnd)
  }

  #acquire(): Slot {
    this.#slot ??= this.#ring.acquire()
    return this.#slot
  }

  /** A record larger than a slot brings its own heap along. */
  #publishAlone(slot: Slot, record: FileRecord): void {
    if (record.bytes.length > MAX_AHEAD_BYTES) this.#ring.drain()
    const heap = new ArrayBuffer(record.bytes.length)
    new Uint8Array(heap).set(record.bytes)
    this.#put(slot, record, 0)
    this.#publish(slot, record.bytes.length, heap)
  }

  #put(slot: Slot, { bytes, isBroken }: FileRecord, offset: number): void {
    const [texts, flags] = slot.columns as readonly [BytesVector, BoolVector]
    const row = this.#rowCount++
    texts.offsets[row] = offset
    texts.lengths[row] = bytes.length
    texts.validity[row] = 1
    flags.values[row] = isBroken ? 1 : 0
    flags.validity[row] = 1
  }

  #publish(slot: Slot, byteCount: number, heap?: ArrayBuffer): void {
    for (const column of slot.columns) column.nullCount = 0
    slot.seal(this.#rowCount, heap !== undefined)
    this.#ring.publish(slot, this.#rowCount, byteCount, heap)
    this.#total += this.#rowCount
    this.#slot = undefined
    this.#rowCount = 0
    this.#heapEnd = 0
  }
}
