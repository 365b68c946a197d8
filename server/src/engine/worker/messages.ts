import type { MessagePort } from 'node:worker_threads'
import type { RingMemory } from '#engine/ring.ts'
import type { LaneTask, WrittenSlice } from '#engine/task.ts'

/** What the owner of a lane says to one of its two threads. A thread does one task at a time. */
export type ToThread =
  | {
      readonly type: 'task'
      readonly task: LaneTask
      readonly ring: RingMemory
      readonly heaps: MessagePort
    }
  /** For a thread that waits on a socket or on DuckDB; one that waits on the ring sees the ring's state. */
  | { readonly type: 'abort' }

/** What a thread answers: once for each task. */
export type FromThread =
  | { readonly type: 'read'; readonly rowCount: number; readonly byteCount: number }
  | { readonly type: 'written'; readonly output: WrittenSlice }
  | { readonly type: 'failed'; readonly failure: ThreadFailure }

/** An error that crossed a thread. */
export interface ThreadFailure {
  readonly name: string
  readonly message: string
  /** An SQLSTATE or errno; absent for faults of our own. */
  readonly code?: string | undefined
  readonly remedy?: string | undefined
  /** Of a failure of the source: the same may work in a while. */
  readonly mayPass?: boolean | undefined
  readonly stack?: string | undefined
}

/** Strips an error to what structured cloning keeps. */
export function describeFailure(error: unknown): ThreadFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  const mayPass = Reflect.get(error, 'mayPass') === true
  return { name, message, stack, code: textOf(error, 'code'), remedy: textOf(error, 'remedy'), mayPass }
}

function textOf(error: Error, member: string): string | undefined {
  const value: unknown = Reflect.get(error, member)
  return typeof value === 'string' ? value : undefined
}
