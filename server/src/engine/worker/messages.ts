import type { MessagePort } from 'node:worker_threads'
import type { RingMemory } from '#engine/ring.ts'
import type { ExtractTask, SliceOutput } from '#engine/task.ts'

/** What the owner of a lane says to one of its two threads. A thread does one task at a time. */
export type ToThread =
  | {
      readonly type: 'task'
      readonly task: ExtractTask
      readonly ring: RingMemory
      readonly heaps: MessagePort
    }
  /** Only for the reader, which waits on its socket; a thread that waits on the ring sees the ring's state. */
  | { readonly type: 'abort' }

/** What a thread answers: once for each task. */
export type FromThread =
  | { readonly type: 'read'; readonly rowCount: number; readonly byteCount: number }
  | { readonly type: 'written'; readonly output: SliceOutput }
  | { readonly type: 'failed'; readonly failure: ThreadFailure }

/** An error that crossed a thread. */
export interface ThreadFailure {
  readonly name: string
  readonly message: string
  /** The code of a source error, for example `HW-SOURCE-…`; absent for faults of our own. */
  readonly code?: string | undefined
  readonly stack?: string | undefined
}

/** Strips an error to what structured cloning keeps. */
export function describeFailure(error: unknown): ThreadFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { name: error.name, message: error.message, code, stack: error.stack }
}
