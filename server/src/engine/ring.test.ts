import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { planSlot } from '#source/postgres/wire/slot.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { createRing, RingAbortedError, RingOwner, RingReader, RingWriter } from './ring.ts'
import type { RingWriterTask } from './testing/ring-writer-thread.ts'

const COLUMNS: readonly WireColumn[] = [
  { name: 'i', type: describePostgresType({ typeName: 'integer', typeOid: 23, typmod: -1 }) },
  { name: 't', type: describePostgresType({ typeName: 'text', typeOid: 25, typmod: -1 }) },
]
const WRITER = new URL('./testing/ring-writer-thread.ts', import.meta.url)
const RELAXED = { overflowEvery: Number.POSITIVE_INFINITY, pause: { every: Number.POSITIVE_INFINITY, ms: 0 } }

function makeRing(slotCount: number) {
  const memory = createRing(planSlot(COLUMNS, { slotRows: 4, rawBytes: 65_536 }), slotCount)
  const { port1, port2 } = new MessageChannel()
  return { memory, writerPort: port1, readerPort: port2, owner: new RingOwner(memory) }
}

/** Starts a thread that writes, and gives what it ends with. */
function startWriter(
  { memory, writerPort }: ReturnType<typeof makeRing>,
  task: Pick<RingWriterTask, 'count'> & Partial<RingWriterTask>,
): Promise<string> {
  const workerData: RingWriterTask = { ring: memory, heaps: writerPort, ...RELAXED, ...task }
  const worker = new Worker(WRITER, { workerData, transferList: [writerPort] })
  return once(worker, 'message').then(([end]) => end as string)
}

/** Reads all slots on this thread, resting before each whose number `every` divides. */
function readAll({ memory, readerPort }: ReturnType<typeof makeRing>, every = Number.POSITIVE_INFINITY) {
  const reader = new RingReader(memory, readerPort)
  const numbers: number[] = []
  const heaps: number[] = []
  for (let slot = reader.next(); slot !== undefined; slot = reader.next()) {
    const [number, text] = slot.columns
    if (number?.kind !== 'int32' || text?.kind !== 'bytes') throw new TypeError('other columns')
    numbers.push(number.values[0] as number)
    if (text.heap.byteLength === 8) heaps.push(text.heap[0] as number)
    if (numbers.length % every === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    reader.release()
  }
  return { numbers, heaps }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

test.each([1, 2, 8])(
  'twenty thousand slots cross a ring of %i, each once and in order',
  async (slotCount) => {
    const ring = makeRing(slotCount)
    const ended = startWriter(ring, { count: 20_000 })
    // Waits on one side and then on the other, so that each finds the ring full or empty many times.
    expect(readAll(ring, 1_000).numbers).toEqual(upTo(20_000))
    expect(await ended).toBe('completed')
    expect(ring.owner.progress()).toEqual({ rowCount: 20_000, byteCount: 200_000 })
  },
)

test('a reader of an empty ring is woken by the first slot', async () => {
  const ring = makeRing(4)
  const ended = startWriter(ring, { count: 40, pause: { every: 4, ms: 5 } })
  expect(readAll(ring).numbers).toEqual(upTo(40))
  expect(await ended).toBe('completed')
})

test('heaps that slots bring along come in the order of their slots', async () => {
  const ring = makeRing(8)
  const ended = startWriter(ring, { count: 3_000, overflowEvery: 3 })
  const { numbers, heaps } = readAll(ring, 500)
  expect(numbers).toEqual(upTo(3_000))
  expect(heaps).toEqual(upTo(1_000).map((index) => (3 * index + 2) % 256))
  expect(await ended).toBe('completed')
})

test('a writer that has gone before anybody reads leaves its slots and heaps', async () => {
  const ring = makeRing(8)
  expect(await startWriter(ring, { count: 8, overflowEvery: 2 })).toBe('completed')
  expect(readAll(ring)).toEqual({ numbers: upTo(8), heaps: [1, 3, 5, 7] })
})

test('a writer that drains has one slot on its way, in a ring of many', async () => {
  const ring = makeRing(8)
  const ended = startWriter(ring, { count: 20, drains: true })
  const reader = new RingReader(ring.memory, ring.readerPort)
  const ahead: number[] = []
  for (let slot = reader.next(); slot !== undefined; slot = reader.next()) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    ahead.push(ring.owner.progress().rowCount - ahead.length)
    reader.release()
  }
  expect(ahead).toEqual(upTo(20).map(() => 1))
  expect(await ended).toBe('completed')
})

test('an abort wakes a writer that waits for a free slot', async () => {
  const ring = makeRing(2)
  const ended = startWriter(ring, { count: 100 })
  while (ring.owner.progress().rowCount < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  ring.owner.abort()
  expect(await ended).toBe('RingAbortedError')
  expect(ring.owner.progress().rowCount).toBe(2)
})

test('an abort wakes a reader that waits for a slot', async () => {
  const ring = makeRing(2)
  // The other side of the waiting: this thread blocks, so another has to abort.
  const text = `
    const { workerData } = require('node:worker_threads')
    setTimeout(() => {
      const words = new Int32Array(workerData.control)
      Atomics.store(words, 2, 2)
      for (const word of [3, 4]) { Atomics.add(words, word, 1); Atomics.notify(words, word) }
    }, 50)`
  const worker = new Worker(text, { eval: true, workerData: ring.memory })
  const reader = new RingReader(ring.memory, ring.readerPort)
  expect(() => reader.next()).toThrow(RingAbortedError)
  await once(worker, 'exit')
})

test('an abort counts also after the writer has completed, and completion never hides an abort', () => {
  const [late, early] = [makeRing(2), makeRing(2)]
  new RingWriter(late.memory, late.writerPort).complete()
  late.owner.abort()
  expect(() => new RingReader(late.memory, late.readerPort).next()).toThrow(RingAbortedError)
  early.owner.abort()
  new RingWriter(early.memory, early.writerPort).complete()
  expect(() => new RingReader(early.memory, early.readerPort).next()).toThrow(RingAbortedError)
  expect(() => new RingWriter(early.memory, early.writerPort).acquire()).toThrow(RingAbortedError)
})

test('a slot that was published before completion is read before the end', () => {
  const { memory, writerPort, readerPort } = makeRing(2)
  const writer = new RingWriter(memory, writerPort)
  const slot = writer.acquire()
  slot.seal(3, false)
  writer.publish(slot, 3, 30)
  writer.complete()
  const reader = new RingReader(memory, readerPort)
  expect(reader.next()?.rowCount).toBe(3)
  reader.release()
  expect(reader.next()).toBeUndefined()
})
