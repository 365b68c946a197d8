import { SPLIT, startsStride, type WireKernel } from '#kernel/wire-kernel.ts'
import { type ColumnDecoder, type ColumnSpan, createColumnDecoder } from './column-decoder.ts'
import { createKernelDecoder, printsOf } from './kernel-decoder.ts'
import { MAX_AHEAD_BYTES, type Slot, type SlotLayout, type SlotRing } from './slot.ts'
import { textBound } from './text-decoder.ts'
import type { WireColumn } from './wire-column.ts'
import { WireFormatError } from './wire-format-error.ts'

/** A message other than CopyData. `payload` is without type and length, and is only valid during the call. */
export type OnMessage = (type: string, payload: Uint8Array) => void

export interface CopyDecoderOptions {
  readonly columns: readonly WireColumn[]
  readonly layout: SlotLayout
  readonly ring: SlotRing
  readonly onMessage: OnMessage
  /** Of the memory that the ring's slots lie in; does what it can of the work. */
  readonly kernel?: WireKernel | undefined
}

/**
 * Turns the bytes of a session that answers `COPY … TO STDOUT (FORMAT binary)` into slots. Bytes are read
 * straight into the heap of the current slot ({@link room}, {@link filled}) and parsed in place.
 *
 *   pos ... fill          bytes not parsed yet, always the beginning of a message
 *   row ready             all of its CopyData message is there (the server sends one message a row)
 *   slot ready            rows or text full, or no room for the next read: sealed, published, and what is
 *                         left of the bytes moves to the next slot
 *   row > raw heap        the slot gets a heap of the row's size and is published with this one row; a very large
 *                         one waits before that until nobody works on another
 */
export class CopyDecoder {
  readonly #ring: SlotRing
  readonly #layout: SlotLayout
  readonly #onMessage: OnMessage
  readonly #columns: readonly WireColumn[]
  readonly #kernel: WireKernel | undefined
  /** For bytes in the memory of the kernel. */
  readonly #kernelDecoders: readonly ColumnDecoder[]
  /** For bytes that lie elsewhere. */
  readonly #decoders: readonly ColumnDecoder[]
  /** Indices of the columns that print. */
  readonly #printed: readonly number[]
  readonly #span: ColumnSpan
  /** What a row is likely to print. */
  readonly #typicalTextBytes: number
  #slot: Slot
  #overflow: ArrayBuffer | undefined
  #rawLimit: number
  #textReserved: number
  #pos = 0
  #fill = 0
  #rows = 0
  #slotBytes = 0
  #state: 'header' | 'rows' | 'trailer' = 'header'
  /** Rows decoded since the start. */
  rowCount = 0
  /** Bytes of those rows on the wire. */
  byteCount = 0

  constructor(options: CopyDecoderOptions) {
    const { columns, layout, ring, kernel } = options
    if (columns.length === 0) throw new RangeError('a copy needs at least one column')
    if (columns.length !== layout.columns.length) throw new RangeError('the layout is one of other columns')
    this.#ring = ring
    this.#layout = layout
    this.#onMessage = options.onMessage
    this.#columns = columns
    this.#kernel = kernel
    this.#kernelDecoders = kernel ? columns.map(({ type }) => createKernelDecoder(type, kernel)) : []
    kernel?.setPrints(columns.map(({ type }) => printsOf(type)))
    this.#decoders = columns.map((column) => createColumnDecoder(column.type))
    this.#printed = columns.flatMap(({ type }, index) =>
      type.decoder === 'uuidText' || type.decoder === 'numericText' ? [index] : [],
    )
    this.#typicalTextBytes = Math.ceil((layout.heapBytes - layout.rawBytes) / layout.slotRows)
    this.#slot = ring.acquire()
    this.#rawLimit = layout.rawBytes
    this.#textReserved = layout.rawBytes
    this.#span = {
      view: new DataView(new ArrayBuffer(0)),
      heap: this.#slot.heap,
      starts: kernel?.starts ?? new Int32Array(columns.length * startsStride(layout.slotRows)),
      base: 0,
      from: 0,
      to: 0,
      textFill: layout.rawBytes,
    }
    this.#enterSlot(this.#slot)
  }

  /** Where the next bytes are to be written: never empty, valid until {@link filled} or {@link push}. */
  room(): Uint8Array {
    return this.#span.heap.subarray(this.#fill, this.#fill + this.#readSize())
  }

  /** `length` bytes were written to {@link room}. May publish slots and block in the ring. */
  filled(length: number): void {
    this.#fill += length
    this.#advance()
  }

  /** The same for bytes that lie elsewhere. */
  push(bytes: Uint8Array): void {
    let offset = 0
    while (offset < bytes.length) {
      const length = Math.min(bytes.length - offset, this.#rawLimit - this.#fill)
      this.#span.heap.set(bytes.subarray(offset, offset + length), this.#fill)
      offset += length
      this.filled(length)
    }
  }

  /** Publishes what is left. After the last message. */
  finish(): void {
    if (this.#rows > 0) this.#publish()
  }

  /** No more than the rows that still fit are likely to need: what is read beyond them has to be moved. */
  #readSize(): number {
    const left = this.#rawLimit - this.#fill
    if (this.#overflow !== undefined || this.rowCount === 0) return Math.min(left, MAX_READ_BYTES)
    const rowBytes = (this.byteCount / this.rowCount) | 0
    const wanted = (this.#layout.slotRows - this.#rows) * (rowBytes + 1) - (this.#fill - this.#pos)
    return Math.min(left, MAX_READ_BYTES, Math.max(wanted, MIN_READ_BYTES))
  }

  #advance(): void {
    for (;;) {
      const isFull = this.#takeRows() || this.#parseRows()
      if (isFull) this.#turnOver()
      else if (!this.#parseMessage()) break
    }
    this.#makeRoom()
  }

  /** Lets the kernel take what it can of the complete rows; the rest is for others. True as for {@link #parseRows}. */
  #takeRows(): boolean {
    const kernel = this.#state === 'rows' && this.#overflow === undefined ? this.#kernel : undefined
    if (kernel === undefined) return false
    for (;;) {
      const [from, pos, span] = [this.#rows, this.#pos, this.#span]
      const task = { heap: span.heap, pos, fill: this.#fill, row: from, textReserved: this.#textReserved }
      const split = kernel.splitRows(task)
      this.#textReserved = split.textReserved
      this.#pos = split.pos
      this.#decode(this.#kernelDecoders, from, split.row, split.pos - pos)
      // A row that is too large for an empty slot gets a heap of its own, from others.
      if (split.reason !== SPLIT.more) return split.reason === SPLIT.full && split.row > 0
    }
  }

  /** Parses complete CopyData messages. True when the slot can't take the next row. */
  #parseRows(): boolean {
    const { heap, view, starts } = this.#span
    const columnCount = this.#columns.length
    const { slotRows } = this.#layout
    const stride = startsStride(slotRows)
    const rowLimit = this.#overflow === undefined ? slotRows : 1
    const firstPos = this.#pos
    const firstRow = this.#rows
    const fill = this.#fill
    let pos = firstPos
    let row = firstRow
    let isFull = false
    while (fill - pos >= 5 && heap[pos] === COPY_DATA) {
      const end = pos + 1 + view.getInt32(pos + 1)
      if (end > fill) break
      if (row === rowLimit) {
        isFull = true
        break
      }
      let at = pos + 5
      if (this.#state !== 'rows') at = this.#leaveHeader(at, end)
      if (at === end) {
        pos = end // a server may send the header alone
        continue
      }
      if (view.getInt16(at) !== columnCount) {
        this.#checkTrailer(at, end)
        pos = end
        continue
      }
      at += 2
      for (let index = row; index < starts.length; index += stride) {
        const length = view.getInt32(at)
        at += 4
        starts[index] = length < 0 ? 0 : at
        if (length > 0) at += length
      }
      if (at !== end) throw new WireFormatError('a row does not end with its message')
      if (this.#printed.length > 0 && !this.#reserveText(row)) {
        isFull = true
        break
      }
      pos = end
      row++
      if (this.#span.heap !== heap) break // the row has just got a heap of its own
    }
    this.#pos = pos
    this.#decode(this.#decoders, firstRow, row, pos - firstPos)
    return isFull || (this.#overflow !== undefined && row === 1)
  }

  /** The header comes in the message of the first row, or of the trailer. Returns where the tuple starts. */
  #leaveHeader(at: number, end: number): number {
    if (this.#state === 'trailer') throw new WireFormatError('data follow the end of the copy')
    const { heap, view } = this.#span
    const isSigned = end - at >= HEADER_BYTES && SIGNATURE.every((byte, index) => heap[at + index] === byte)
    if (!isSigned) throw new WireFormatError('the copy does not start with the binary signature')
    this.#state = 'rows'
    return at + HEADER_BYTES + view.getInt32(at + HEADER_BYTES - 4)
  }

  #checkTrailer(at: number, end: number): void {
    const count = this.#span.view.getInt16(at)
    if (count !== -1 || at + 2 !== end) {
      throw new WireFormatError(`a row has ${count} columns, ${this.#columns.length} were selected`)
    }
    this.#state = 'trailer'
  }

  /** Sets room aside for what row `row` prints. False when this slot has none and the next must take the row. */
  #reserveText(row: number): boolean {
    const { view, starts } = this.#span
    let bytes = 0
    for (const column of this.#printed) {
      const decoder = (this.#columns[column] as WireColumn).type.decoder
      bytes += textBound(decoder, view, starts[column * startsStride(this.#layout.slotRows) + row] as number)
    }
    if (this.#textReserved + bytes > this.#span.heap.length) {
      if (row > 0) return false
      this.#growHeap(this.#rawLimit, bytes)
    }
    this.#textReserved += bytes
    return true
  }

  #decode(decoders: readonly ColumnDecoder[], from: number, to: number, byteCount: number): void {
    if (to > from) {
      const span = this.#span
      const stride = startsStride(this.#layout.slotRows)
      span.from = from
      span.to = to
      for (let column = 0; column < decoders.length; column++) {
        span.base = column * stride
        const decode = decoders[column] as ColumnDecoder
        decode(span, this.#slot.columns[column] as Slot['columns'][number])
      }
    }
    this.#rows = to
    this.rowCount += to - from
    this.byteCount += byteCount
    this.#slotBytes += byteCount
  }

  /** Handles one complete message that isn't CopyData. False when there is none. */
  #parseMessage(): boolean {
    const { heap } = this.#span
    if (this.#fill - this.#pos < 5 || heap[this.#pos] === COPY_DATA) return false
    const type = String.fromCharCode(heap[this.#pos] as number)
    if (!KNOWN_MESSAGES.has(type))
      throw new WireFormatError(`the server sent an unexpected message "${type}"`)
    const end = this.#pos + this.#bytesOfMessage()
    if (end > this.#fill) return false
    this.#onMessage(type, heap.subarray(this.#pos + 5, end))
    this.#pos = end
    return true
  }

  /** After this the message that is under way fits behind `fill`, and a read of some size does, too. */
  #makeRoom(): void {
    const needed = this.#bytesOfMessage()
    const isTight = this.#rawLimit - this.#fill < MIN_READ_BYTES && this.#overflow === undefined
    if (this.#rows > 0 && (isTight || this.#pos + needed > this.#rawLimit)) this.#turnOver()
    if (this.#rows > 0) return
    if (this.#pos > 0) {
      this.#span.heap.copyWithin(0, this.#pos, this.#fill)
      this.#fill -= this.#pos
      this.#pos = 0
    }
    if (needed > this.#rawLimit) this.#growHeap(needed, this.#typicalTextBytes)
  }

  /** Size of the message at `pos`, as far as it is known. */
  #bytesOfMessage(): number {
    if (this.#fill - this.#pos < 5) return 5
    const { heap, view } = this.#span
    const length = view.getInt32(this.#pos + 1)
    const longest = heap[this.#pos] === COPY_DATA ? MAX_ROW_BYTES : MAX_MESSAGE_BYTES
    if (length < 4 || length > longest) throw new WireFormatError('a message has an impossible length')
    return 1 + length
  }

  /** Publishes the slot and carries the bytes that are not parsed over to the next one. */
  #turnOver(): void {
    const rest = this.#span.heap.subarray(this.#pos, this.#fill)
    // The heap of a row goes with it.
    const kept = this.#overflow === undefined ? rest : rest.slice()
    this.#publish()
    this.#enterSlot(this.#ring.acquire())
    this.#span.heap.set(kept, 0)
    this.#pos = 0
    this.#fill = kept.length
  }

  #publish(): void {
    this.#slot.seal(this.#rows, this.#overflow !== undefined)
    this.#ring.publish(this.#slot, this.#rows, this.#slotBytes, this.#overflow)
    this.#rows = 0
    this.#slotBytes = 0
  }

  #enterSlot(slot: Slot): void {
    this.#slot = slot
    this.#overflow = undefined
    for (const vector of slot.columns) vector.nullCount = 0
    this.#useHeap(slot.heap, this.#layout.rawBytes)
  }

  /** A heap of the current row's own, with `rawBytes` for it and `textBytes` for what it prints. */
  #growHeap(rawBytes: number, textBytes: number): void {
    if (rawBytes > MAX_AHEAD_BYTES) this.#ring.drain()
    const grown = new ArrayBuffer(rawBytes + textBytes)
    const heap = new Uint8Array(grown)
    heap.set(this.#span.heap.subarray(0, this.#fill))
    this.#overflow = grown
    this.#useHeap(heap, rawBytes)
  }

  #useHeap(heap: Uint8Array, rawBytes: number): void {
    this.#span.heap = heap
    this.#span.view = new DataView(heap.buffer, heap.byteOffset, heap.length)
    this.#rawLimit = rawBytes
    this.#textReserved = rawBytes
    this.#span.textFill = rawBytes
  }
}

const COPY_DATA = 0x64
const MAX_READ_BYTES = 1 << 18
const MIN_READ_BYTES = 1 << 14
/** PostgreSQL builds a message in one allocation, which is bounded by 1 GiB. */
const MAX_ROW_BYTES = 1 << 30
/** Of messages other than rows. Whatever claims more is not PostgreSQL, and must not get the memory. */
const MAX_MESSAGE_BYTES = 1 << 20
/** CopyOutResponse, CopyDone, CommandComplete, ReadyForQuery, error, notice, parameter, notification. */
const KNOWN_MESSAGES: ReadonlySet<string> = new Set(['H', 'c', 'C', 'Z', 'E', 'N', 'S', 'A'])
const SIGNATURE = [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]
/** Signature, flags, length of the extension. */
const HEADER_BYTES = 19
