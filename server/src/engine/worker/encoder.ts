import { RingReader } from '#engine/ring.ts'
import { serveTasks } from './serve-tasks.ts'
import { SliceWriter } from './slice-writer.ts'

/**
 * Entry of a lane's encoder thread: slots of the ring -> mapping -> Parquet part file, read back and compared.
 */
serveTasks(async ({ task, ring, heaps }, signal) => {
  using writer = new SliceWriter(task)
  const reader = new RingReader(ring, heaps)
  for (let slot = reader.next(); slot !== undefined; slot = reader.next()) {
    writer.add({ rowCount: slot.rowCount, columns: slot.columns })
    reader.release()
  }
  return { type: 'written', output: await writer.finish(signal) }
})
