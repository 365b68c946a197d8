import { type RingMemory, RingWriter } from '#engine/ring.ts'
import type { ExtractTask, ImportTask } from '#engine/task.ts'
import { WireKernel } from '#kernel/wire-kernel.ts'
import { CopySessions } from '#source/postgres/wire/copy-sessions.ts'
import { type CopyCounts, copySlice } from '#source/postgres/wire/copy-slice.ts'
import type { Slot } from '#source/postgres/wire/slot.ts'
import type { FileCounts } from './read-files.ts'
import { serveTasks } from './serve-tasks.ts'

const sessions = new CopySessions()

/**
 * Entry of a lane's reader thread: COPY binary from PostgreSQL, or the records of files, into the slots of the ring.
 * It blocks while the ring is full, which stops it from reading its socket or its file.
 */
serveTasks(async ({ task, ring, heaps }, signal) => {
  const writer = new RingWriter(ring, heaps)
  const counts =
    'files' in task
      ? await readRecords(task, { writer, ring, signal })
      : await readCopy(task, { writer, ring, signal })
  writer.complete()
  return { type: 'read', ...counts }
})

interface Surroundings {
  readonly writer: RingWriter
  readonly ring: RingMemory
  readonly signal: AbortSignal
}

/** Files bring DuckDB and the formats of text along, which threads that only copy don't load. */
async function readRecords(task: ImportTask, { writer, ring, signal }: Surroundings): Promise<FileCounts> {
  const [{ readFiles }, { RecordWriter }] = await Promise.all([
    import('./read-files.ts'),
    import('./record-writer.ts'),
  ])
  return readFiles(task, new RecordWriter(writer, ring.layout.slotRows), signal)
}

async function readCopy(task: ExtractTask, { writer, ring, signal }: Surroundings): Promise<CopyCounts> {
  const ended = new AbortController()
  const waiting = <T>(wait: () => T): T => {
    try {
      return wait()
    } catch (error) {
      // The ring ends before the message that says so arrives; the copy is to be given up once, not twice.
      ended.abort(error)
      throw error
    }
  }
  const acquire = (): Slot => waiting(writer.acquire)
  const drain = (): void => waiting(writer.drain)
  return copySlice({
    sessions,
    target: task.source,
    snapshotId: task.snapshotId,
    sql: task.sql,
    columns: task.columns,
    layout: ring.layout,
    kernel: new WireKernel(ring.memory, ring.scratch),
    ring: { acquire, drain, publish: writer.publish },
    signal: AbortSignal.any([signal, ended.signal]),
    applicationName: 'headwater-reader',
    refusesRowSecurity: task.refusesRowSecurity,
    statementTimeoutMs: task.statementTimeoutMs,
  })
}
