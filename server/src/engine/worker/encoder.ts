import { parentPort } from 'node:worker_threads'
import { RingReader } from '#engine/ring.ts'
import { describeFailure, type FromThread, type ToThread } from './messages.ts'
import { SliceWriter } from './slice-writer.ts'

/**
 * Entry of a lane's encoder thread: slots of the ring -> mapping -> Parquet part file, read back and compared.
 */
const port = parentPort
if (port === null) throw new Error('encoder.ts is the entry of a worker thread')

port.on('message', (message: ToThread) => {
  if (message.type === 'task') void write(message).then((answer) => port.postMessage(answer))
})

async function write(message: Extract<ToThread, { type: 'task' }>): Promise<FromThread> {
  const { task, ring, heaps } = message
  try {
    using writer = new SliceWriter(task)
    const reader = new RingReader(ring, heaps)
    for (let slot = reader.next(); slot !== undefined; slot = reader.next()) {
      writer.add({ rowCount: slot.rowCount, columns: slot.columns })
      reader.release()
    }
    return { type: 'written', output: await writer.finish() }
  } catch (error) {
    return { type: 'failed', failure: describeFailure(error) }
  } finally {
    heaps.close()
  }
}
