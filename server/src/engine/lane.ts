import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { planSlot } from '#source/postgres/wire/slot.ts'
import { createRing, RingOwner } from './ring.ts'
import type { ExtractTask, SliceOutput, SliceProgress } from './task.ts'
import type { FromThread, ThreadFailure, ToThread } from './worker/messages.ts'

/** Slots of a ring. Eight of about 1 MiB let a reader run ahead while the encoder compresses a row group. */
const SLOT_COUNT = 8
const PROGRESS_MS = 250

/** A slice could not be extracted. `code` is the source's, when the source was the cause. */
export class SliceError extends Error {
  override readonly name = 'SliceError'
  readonly code: string | undefined
  readonly origin: 'source' | 'encoder'

  constructor(origin: 'source' | 'encoder', failure: ThreadFailure) {
    super(failure.message)
    this.origin = origin
    this.code = failure.code
    if (failure.stack !== undefined) this.stack = failure.stack
  }
}

export interface ExtractOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: SliceProgress) => void
}

/** A reader thread and an encoder thread that do one slice at a time. Threads start with the first slice. */
export class Lane {
  #reader: Worker | undefined
  #encoder: Worker | undefined

  async extract(task: ExtractTask, options: ExtractOptions): Promise<SliceOutput> {
    options.signal.throwIfAborted()
    const ring = createRing(planSlot(task.columns), SLOT_COUNT)
    const owner = new RingOwner(ring)
    const heaps = new MessageChannel()
    this.#reader ??= openThread('reader')
    this.#encoder ??= openThread('encoder')
    const reader = this.#reader
    const abort = (): void => {
      owner.abort()
      reader.postMessage({ type: 'abort' } satisfies ToThread)
    }
    options.signal.addEventListener('abort', abort, { once: true })
    const ticker = setInterval(() => options.onProgress(owner.progress()), PROGRESS_MS)
    try {
      const reading = this.#ask(reader, { type: 'task', task, ring, heaps: heaps.port1 }, abort)
      const writing = this.#ask(this.#encoder, { type: 'task', task, ring, heaps: heaps.port2 }, abort)
      return judge(await reading, await writing)
    } catch (error) {
      options.signal.throwIfAborted()
      throw error
    } finally {
      clearInterval(ticker)
      options.signal.removeEventListener('abort', abort)
      options.onProgress(owner.progress())
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader?.terminate(), this.#encoder?.terminate()])
    this.#reader = undefined
    this.#encoder = undefined
  }

  /** Sends a task and waits for its answer; a failure ends the other thread's part through `abort`. */
  async #ask(
    thread: Worker,
    message: Extract<ToThread, { type: 'task' }>,
    abort: () => void,
  ): Promise<FromThread> {
    const gone = new AbortController()
    const died = (error: unknown): void => gone.abort(error)
    thread.once('error', died)
    thread.once('exit', died)
    try {
      thread.postMessage(message, [message.heaps])
      const [answer] = (await once(thread, 'message', { signal: gone.signal })) as [FromThread]
      if (answer.type === 'failed') abort()
      return answer
    } catch {
      // A thread that ended took its memory along; the next slice gets new threads.
      abort()
      await this.close()
      const reason = gone.signal.reason as unknown
      const text = reason instanceof Error ? reason.message : 'it ended'
      return { type: 'failed', failure: { name: 'ThreadError', message: `A worker thread failed: ${text}` } }
    } finally {
      thread.off('error', died)
      thread.off('exit', died)
    }
  }
}

function openThread(role: 'reader' | 'encoder'): Worker {
  const thread = new Worker(new URL(`./worker/${role}.ts`, import.meta.url), { name: `headwater-${role}` })
  // An idle lane must not keep the process alive.
  thread.unref()
  return thread
}

/** Puts the two answers together. The side that failed for a reason of its own names the cause. */
function judge(read: FromThread, written: FromThread): SliceOutput {
  const failures = [
    { origin: 'source' as const, answer: read },
    { origin: 'encoder' as const, answer: written },
  ].flatMap(({ origin, answer }) => (answer.type === 'failed' ? [{ origin, failure: answer.failure }] : []))
  const cause = failures.find(({ failure }) => failure.name !== 'RingAbortedError') ?? failures[0]
  if (cause !== undefined) throw new SliceError(cause.origin, cause.failure)
  if (read.type !== 'read' || written.type !== 'written') throw new Error('a thread answered out of turn')
  const { output } = written
  if (output.rowsRead !== read.rowCount) {
    const message = `PostgreSQL sent ${read.rowCount} rows, ${output.rowsRead} reached the encoder.`
    throw new SliceError('encoder', { name: 'RowCountError', message, code: 'HW-ROW-COUNT' })
  }
  return { ...output, bytesRead: read.byteCount }
}
