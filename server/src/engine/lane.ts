import { rm } from 'node:fs/promises'
import { MessageChannel } from 'node:worker_threads'
import { createKernelMemory } from '#kernel/kernel.ts'
import { planSlot } from '#source/postgres/wire/slot.ts'
import { combineAnswers } from './combine-answers.ts'
import { LaneThread } from './lane-thread.ts'
import { createRing, RingOwner } from './ring.ts'
import { SliceError, type SliceErrorOrigin } from './slice-error.ts'
import type { LaneTask, SliceOutput, SliceProgress } from './task.ts'
import { describeFailure, type FromThread, type ThreadFailure, type ToThread } from './worker/messages.ts'

/** Slots of a ring. Eight of about 1 MiB let a reader run ahead while the encoder compresses a row group. */
const SLOT_COUNT = 4
const PROGRESS_MS = 250

export interface ExtractOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: SliceProgress) => void
}

/** A reader thread and an encoder thread that do one slice at a time. Threads start with the first slice. */
export class Lane {
  #reader: LaneThread | undefined
  #encoder: LaneThread | undefined
  /** Of the ring and of the encoder; it keeps its size from slice to slice. */
  readonly #memory = createKernelMemory(0)

  /**
   * Extracts one slice. When it fails, both threads have ended their part and its files are removed.
   * @throws SliceError naming the first cause; the signal's reason
   */
  async extract(task: LaneTask, options: ExtractOptions): Promise<SliceOutput> {
    options.signal.throwIfAborted()
    this.#reader = aliveOrNew(this.#reader, 'reader')
    this.#encoder = aliveOrNew(this.#encoder, 'encoder')
    const slice = new LaneSlice(task, this.#reader, this.#encoder, this.#memory)
    const onAbort = (): void => slice.abort()
    options.signal.addEventListener('abort', onAbort, { once: true })
    const ticker = setInterval(() => options.onProgress(slice.progress()), PROGRESS_MS)
    try {
      return await slice.run()
    } catch (error) {
      await removeFiles(task)
      options.signal.throwIfAborted()
      throw error
    } finally {
      clearInterval(ticker)
      options.signal.removeEventListener('abort', onAbort)
      options.onProgress(slice.progress())
    }
  }

  /** Ends the threads; a slice that runs fails. The next one starts new threads. */
  async close(): Promise<void> {
    await Promise.all([this.#reader?.close(), this.#encoder?.close()])
  }
}

function aliveOrNew(thread: LaneThread | undefined, role: 'reader' | 'encoder'): LaneThread {
  return thread?.isAlive ? thread : new LaneThread(role)
}

async function removeFiles(task: LaneTask): Promise<void> {
  const parsingErrorsPath = 'files' in task ? task.parsingErrorsPath : undefined
  for (const path of [task.partPath, task.diagnosticsPath, parsingErrorsPath]) {
    if (path !== undefined) await rm(path, { force: true })
  }
}

/** A slice under way: what the two threads share, and the first thing that went wrong. */
class LaneSlice {
  readonly #task: LaneTask
  readonly #reader: LaneThread
  readonly #encoder: LaneThread
  readonly #ring
  readonly #owner: RingOwner
  #cause: SliceError | undefined

  constructor(task: LaneTask, reader: LaneThread, encoder: LaneThread, memory: WebAssembly.Memory) {
    this.#task = task
    this.#reader = reader
    this.#encoder = encoder
    this.#ring = createRing(planSlot(task.columns), SLOT_COUNT, memory)
    this.#owner = new RingOwner(this.#ring)
  }

  async run(): Promise<SliceOutput> {
    const { port1, port2 } = new MessageChannel()
    const message = { type: 'task', task: this.#task, ring: this.#ring } as const
    const [read, written] = await Promise.all([
      this.#ask('source', this.#reader, { ...message, heaps: port1 }),
      this.#ask('encoder', this.#encoder, { ...message, heaps: port2 }),
    ])
    if (this.#cause !== undefined) throw this.#cause
    return combineAnswers(read, written)
  }

  /** A thread that waits on the ring sees it end; one that waits on a socket or on DuckDB has to be told. */
  abort(): void {
    this.#owner.abort()
    this.#reader.tell({ type: 'abort' })
    this.#encoder.tell({ type: 'abort' })
  }

  progress(): SliceProgress {
    return this.#owner.progress()
  }

  async #ask(
    origin: SliceErrorOrigin,
    thread: LaneThread,
    task: Extract<ToThread, { type: 'task' }>,
  ): Promise<FromThread | undefined> {
    try {
      const answer = await thread.ask(task)
      if (answer.type === 'failed') this.#fail(origin, answer.failure)
      return answer
    } catch (error) {
      this.#fail(origin, describeFailure(error))
      return undefined
    }
  }

  /** The first failure is the cause: the other thread fails only because of the abort that follows. */
  #fail(origin: SliceErrorOrigin, failure: ThreadFailure): void {
    this.#cause ??= new SliceError(origin, failure)
    this.abort()
  }
}
