import { parentPort } from 'node:worker_threads'
import { RingWriter } from '#engine/ring.ts'
import { copySlice } from '#source/postgres/wire/copy-slice.ts'
import { describeFailure, type FromThread, type ToThread } from './messages.ts'

/**
 * Entry of a lane's reader thread: COPY binary from PostgreSQL into the slots of the ring.
 * It blocks while the ring is full, which stops it from reading its socket.
 */
const port = parentPort
if (port === null) throw new Error('reader.ts is the entry of a worker thread')

let running = new AbortController()

port.on('message', (message: ToThread) => {
  if (message.type === 'abort') running.abort()
  else void read(message).then((answer) => port.postMessage(answer))
})

async function read(message: Extract<ToThread, { type: 'task' }>): Promise<FromThread> {
  const { task, ring, heaps } = message
  running = new AbortController()
  const writer = new RingWriter(ring, heaps)
  try {
    const counts = await copySlice({
      target: task.source,
      snapshotId: task.snapshotId,
      sql: task.sql,
      columns: task.columns,
      layout: ring.layout,
      ring: writer,
      signal: running.signal,
    })
    writer.complete()
    return { type: 'read', ...counts }
  } catch (error) {
    return { type: 'failed', failure: describeFailure(error) }
  } finally {
    heaps.close()
  }
}
