import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type RingMemory, RingWriter } from '#engine/ring.ts'

/** What the thread is to do: publish `count` slots whose only value is their number, then complete. */
export interface RingWriterTask {
  readonly ring: RingMemory
  readonly heaps: MessagePort
  readonly count: number
  /** Every slot of such a number brings a heap of its own along, with its number in the first byte. */
  readonly overflowEvery: number
  /** Sleeps that long before every slot whose number this divides. */
  readonly pause: { readonly every: number; readonly ms: number }
  /** Waits before every slot until all others have been given back. */
  readonly drains?: boolean | undefined
}

const { ring, heaps, count, overflowEvery, pause, drains } = workerData as RingWriterTask

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function publishAll(): void {
  const writer = new RingWriter(ring, heaps)
  for (let number = 0; number < count; number++) {
    if (number % pause.every === 0) sleep(pause.ms)
    if (drains === true) writer.drain()
    const slot = writer.acquire()
    const [vector] = slot.columns
    if (vector?.kind !== 'int32') throw new TypeError('the first column is an int')
    vector.values[0] = number
    const hasHeap = number % overflowEvery === overflowEvery - 1
    const heap = hasHeap ? new ArrayBuffer(8) : undefined
    if (heap !== undefined) new Uint8Array(heap)[0] = number % 256
    slot.seal(1, hasHeap)
    writer.publish(slot, 1, 10, heap)
  }
  writer.complete()
}

try {
  publishAll()
  parentPort?.postMessage('completed')
} catch (error) {
  parentPort?.postMessage(error instanceof Error ? error.name : String(error))
} finally {
  heaps.close()
}
