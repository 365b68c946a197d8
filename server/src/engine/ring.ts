import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { createKernelMemory } from '#kernel/kernel.ts'
import { type WireScratch, wireScratchBytes } from '#kernel/wire-kernel.ts'
import { openSlot, type Slot, type SlotLayout } from '#source/postgres/wire/slot.ts'

/**
 * The ring between the reader thread and the encoder thread of a lane. Its memory is the bound on what a slice
 * holds, and its fullness is the back-pressure: a reader that finds no free slot stops reading its socket.
 *
 *   slot: free --(reader fills)--> published --(encoder has taken all it needs)--> free
 *   ring: running --(reader has sent all)--> complete;  running or complete --(owner)--> aborted
 *
 * Both threads block on it with Atomics.wait; each side has a signal word that changes with every event that
 * could interest it, and reads the word before it looks at the state, so that no wake-up is lost.
 */
export interface RingMemory {
  readonly layout: SlotLayout
  readonly slotCount: number
  readonly control: SharedArrayBuffer
  /** Behind the bytes that no pointer leads to: the slots, the reader's scratch, and from `end` on the encoder's kernel. */
  readonly memory: WebAssembly.Memory
  readonly scratch: WireScratch
  readonly end: number
}

/** Words of the control block. */
const WORD = Object.freeze({ published: 0, released: 1, state: 2, readerSignal: 3, encoderSignal: 4 })
const CONTROL_BYTES = 64
/** Counters behind the words, as doubles: rows and bytes that the reader has published. */
const ROWS_OFFSET = 32

/** The kernel takes the address 0 for nothing. */
const SLOTS_START = 64
const PAGE_BYTES = 65_536

const STATE = Object.freeze({ running: 0, complete: 1, aborted: 2 })

/** A signal that was missed in spite of the protocol costs this much, never more. */
const WAIT_MS = 1_000

/** The other side, or the owner, has given up; the real cause is reported by whoever gave up first. */
export class RingAbortedError extends Error {
  override readonly name = 'RingAbortedError'
}

/** A ring of `slotCount` slots, in a memory that no other ring is in. */
export function createRing(
  layout: SlotLayout,
  slotCount: number,
  memory: WebAssembly.Memory = createKernelMemory(0),
): RingMemory {
  const { slotRows, columns } = layout
  const scratch = { start: SLOTS_START + layout.slotBytes * slotCount, columnCount: columns.length, slotRows }
  const end = scratch.start + wireScratchBytes(scratch)
  reserve(memory, end)
  return {
    layout,
    slotCount,
    control: new SharedArrayBuffer(CONTROL_BYTES),
    memory,
    scratch,
    end,
  }
}

function reserve(memory: WebAssembly.Memory, end: number): void {
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES)
  if (missing > 0) memory.grow(missing)
}

/** What the owner of a ring may do from outside: end it and look at its counters. */
export class RingOwner {
  readonly #words: Int32Array
  readonly #counters: Float64Array

  constructor(memory: RingMemory) {
    this.#words = new Int32Array(memory.control)
    this.#counters = new Float64Array(memory.control, ROWS_OFFSET, 2)
  }

  /** Ends the ring for both sides at once, also when the reader has completed. Idempotent. */
  abort(): void {
    Atomics.store(this.#words, WORD.state, STATE.aborted)
    signalTo(this.#words, WORD.readerSignal)
    signalTo(this.#words, WORD.encoderSignal)
  }

  /** Rows and bytes so far. May be a slot old. */
  progress(): { readonly rowCount: number; readonly byteCount: number } {
    return { rowCount: this.#counters[0] as number, byteCount: this.#counters[1] as number }
  }
}

/** The reader's end. `port` carries the heaps of rows that are larger than a slot. */
export class RingWriter {
  readonly #words: Int32Array
  readonly #counters: Float64Array
  readonly #slots: readonly Slot[]
  readonly #port: MessagePort
  #next = 0

  constructor(memory: RingMemory, port: MessagePort) {
    this.#words = new Int32Array(memory.control)
    this.#counters = new Float64Array(memory.control, ROWS_OFFSET, 2)
    this.#slots = openSlots(memory)
    this.#port = port
  }

  /** The next free slot; blocks until there is one. Throws RingAbortedError when the ring was ended. */
  readonly acquire = (): Slot => {
    this.#waitUntilFree(1)
    return this.#slots[this.#next % this.#slots.length] as Slot
  }

  /** Blocks until all slots are free. Throws RingAbortedError when the ring was ended. */
  readonly drain = (): void => this.#waitUntilFree(this.#slots.length)

  #waitUntilFree(count: number): void {
    for (;;) {
      const signal = Atomics.load(this.#words, WORD.readerSignal)
      throwIfAborted(this.#words)
      const used = this.#next - Atomics.load(this.#words, WORD.released)
      if (this.#slots.length - used >= count) return
      Atomics.wait(this.#words, WORD.readerSignal, signal, WAIT_MS)
    }
  }

  /** Hands the acquired slot over. `overflowHeap` replaces its heap for this one time, and is gone for this thread. */
  readonly publish = (_slot: Slot, rowCount: number, byteCount: number, overflowHeap?: ArrayBuffer): void => {
    if (overflowHeap !== undefined) this.#port.postMessage(overflowHeap, [overflowHeap])
    this.#counters[0] = (this.#counters[0] as number) + rowCount
    this.#counters[1] = (this.#counters[1] as number) + byteCount
    this.#next++
    Atomics.store(this.#words, WORD.published, this.#next)
    signalTo(this.#words, WORD.encoderSignal)
  }

  /** Nothing more will come. */
  complete(): void {
    // An abort stands: a reader that completes at the same moment must not hide it.
    Atomics.compareExchange(this.#words, WORD.state, STATE.running, STATE.complete)
    signalTo(this.#words, WORD.encoderSignal)
  }
}

/** The encoder's end. */
export class RingReader {
  readonly #words: Int32Array
  readonly #slots: readonly Slot[]
  readonly #port: MessagePort
  /** Of the slot at hand. */
  #overflowHeap: ArrayBuffer | undefined
  #next = 0

  constructor(memory: RingMemory, port: MessagePort) {
    this.#words = new Int32Array(memory.control)
    this.#slots = openSlots(memory)
    this.#port = port
  }

  /** The next published slot; blocks until there is one. `undefined` when the reader has completed. */
  next(): Slot | undefined {
    for (;;) {
      const signal = Atomics.load(this.#words, WORD.encoderSignal)
      throwIfAborted(this.#words)
      // The state is read before the count: a slot published before completion must not be overlooked.
      const isComplete = Atomics.load(this.#words, WORD.state) === STATE.complete
      if (this.#next < Atomics.load(this.#words, WORD.published)) return this.#open()
      if (isComplete) return undefined
      Atomics.wait(this.#words, WORD.encoderSignal, signal, WAIT_MS)
    }
  }

  /** Gives the slot back; its memory may change at once. A heap of its own is freed, however long the collector waits. */
  release(): void {
    this.#overflowHeap?.transfer(0)
    this.#overflowHeap = undefined
    this.#next++
    Atomics.store(this.#words, WORD.released, this.#next)
    signalTo(this.#words, WORD.readerSignal)
  }

  #open(): Slot {
    const slot = this.#slots[this.#next % this.#slots.length] as Slot
    slot.receive(() => {
      this.#overflowHeap = receiveMessageOnPort(this.#port)?.message as ArrayBuffer
      return this.#overflowHeap
    })
    return slot
  }
}

function openSlots(memory: RingMemory): Slot[] {
  const { buffer } = memory.memory
  return Array.from({ length: memory.slotCount }, (_, index) =>
    openSlot(memory.layout, buffer, SLOTS_START + index * memory.layout.slotBytes),
  )
}

function throwIfAborted(words: Int32Array): void {
  if (Atomics.load(words, WORD.state) === STATE.aborted) throw new RingAbortedError('the slice was ended')
}

function signalTo(words: Int32Array, word: number): void {
  Atomics.add(words, word, 1)
  Atomics.notify(words, word)
}
