import { RingWriter } from '#engine/ring.ts'
import { copySlice } from '#source/postgres/wire/copy-slice.ts'
import type { Slot } from '#source/postgres/wire/slot.ts'
import { serveTasks } from './serve-tasks.ts'

/**
 * Entry of a lane's reader thread: COPY binary from PostgreSQL into the slots of the ring.
 * It blocks while the ring is full, which stops it from reading its socket.
 */
serveTasks(async ({ task, ring, heaps }, signal) => {
  const writer = new RingWriter(ring, heaps)
  const ended = new AbortController()
  const acquire = (): Slot => {
    try {
      return writer.acquire()
    } catch (error) {
      // The ring ends before the message that says so arrives; the copy is to be given up once, not twice.
      ended.abort(error)
      throw error
    }
  }
  const counts = await copySlice({
    target: task.source,
    snapshotId: task.snapshotId,
    sql: task.sql,
    columns: task.columns,
    layout: ring.layout,
    ring: { acquire, publish: writer.publish },
    signal: AbortSignal.any([signal, ended.signal]),
    applicationName: 'headwater-reader',
  })
  writer.complete()
  return { type: 'read', ...counts }
})
