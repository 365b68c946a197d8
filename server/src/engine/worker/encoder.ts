import { RingReader } from '#engine/ring.ts'
import { Kernel } from '#kernel/kernel.ts'
import { createDuckDb } from '#lake/query/duckdb.ts'
import { serveTasks } from './serve-tasks.ts'
import { SliceWriter } from './slice-writer.ts'

/** Makes its engine with the first slice and keeps it. */
const duck = createDuckDb({ threadCount: 1 })

/**
 * Entry of a lane's encoder thread: slots of the ring -> mapping -> Parquet part file, read back and compared.
 */
serveTasks(async ({ task, ring, heaps }, signal) => {
  const kernel = new Kernel({ memory: ring.memory, base: ring.end })
  using writer = new SliceWriter(task, { kernel, duck })
  const reader = new RingReader(ring, heaps)
  for (let slot = reader.next(); slot !== undefined; slot = reader.next()) {
    writer.add({ rowCount: slot.rowCount, columns: slot.columns })
    reader.release()
  }
  return { type: 'written', output: await writer.finish(signal) }
})
