import { Worker } from 'node:worker_threads'
import type { FromThread, ToThread } from './worker/messages.ts'

/** A worker thread ended, whatever it was doing. */
export class ThreadDiedError extends Error {
  override readonly name = 'ThreadDiedError'
}

/**
 * One thread of a lane as its owner sees it. It does a task at a time and answers each once.
 *
 *   idle --(ask)--> busy --(answer)--> idle;  idle or busy --(crash, close)--> dead
 */
export class LaneThread {
  readonly #role: string
  readonly #worker: Worker
  #answer: PromiseWithResolvers<FromThread> | undefined
  #death: ThreadDiedError | undefined

  constructor(role: 'reader' | 'encoder') {
    this.#role = role
    this.#worker = new Worker(new URL(`./worker/${role}.ts`, import.meta.url), {
      name: `headwater-${role}`,
      resourceLimits: { maxYoungGenerationSizeMb: 3 },
    })
    this.#worker.unref()
    this.#worker.on('message', (answer: FromThread) => {
      this.#answer?.resolve(answer)
      this.#answer = undefined
    })
    this.#worker.on('error', (error) => this.#die(error instanceof Error ? error.message : String(error)))
    this.#worker.on('exit', (code) => this.#die(`it ended with code ${code}`))
  }

  get isAlive(): boolean {
    return this.#death === undefined
  }

  /** Sends a task and waits for its answer. @throws ThreadDiedError, or what can't be sent */
  async ask(task: Extract<ToThread, { type: 'task' }>): Promise<FromThread> {
    if (this.#death !== undefined) throw this.#death
    this.#worker.postMessage(task, [task.heaps])
    this.#answer = Promise.withResolvers<FromThread>()
    // An idle thread must not keep the process alive; one at work must.
    this.#worker.ref()
    try {
      return await this.#answer.promise
    } finally {
      this.#worker.unref()
    }
  }

  /** Says something that has no answer; a dead thread doesn't hear it. */
  tell(message: Extract<ToThread, { type: 'abort' }>): void {
    this.#worker.postMessage(message)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  /** The first reason counts: every crash is followed by an exit. */
  #die(reason: string): void {
    this.#death ??= new ThreadDiedError(`The ${this.#role} thread failed: ${reason}`)
    this.#answer?.reject(this.#death)
    this.#answer = undefined
  }
}
