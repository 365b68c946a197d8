import { QueryProcess } from './process/query-process.ts'
import { QueryBusyError } from './query-error.ts'
import type { QueryResult, RunQueryOptions } from './run-query.ts'

/** Runs queries of users where they can harm nothing but themselves. */
export interface QueryProcesses extends AsyncDisposable {
  /** Throws QueryError, QueryTimeoutError, QueryBusyError and the signal's reason. */
  run(options: RunQueryOptions): Promise<QueryResult>
}

const RUNNING_AT_ONCE = 4
const WAITING_AT_MOST = 32
/** A process that waits for the next query saves it a fifth of a second. */
const IDLE_MS = 30_000

/** Starts nothing yet: processes come with queries, and go when they were idle for a while. */
export function createQueryProcesses(): QueryProcesses {
  return new Pool()
}

class Pool implements QueryProcesses {
  readonly #idle: { readonly process: QueryProcess; readonly timer: NodeJS.Timeout }[] = []
  readonly #all = new Set<QueryProcess>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  async run(options: RunQueryOptions): Promise<QueryResult> {
    await this.#takeTurn(options.signal)
    try {
      const process = this.#takeProcess()
      try {
        return await process.run(options)
      } finally {
        this.#giveBack(process)
      }
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  async #takeTurn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#running >= RUNNING_AT_ONCE) {
      if (this.#waiting.length >= WAITING_AT_MOST) throw new QueryBusyError()
      await this.#wait(signal)
    }
    this.#running++
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1)
      reject(signal?.reason)
    }
    this.#waiting.push(resolve)
    signal?.addEventListener('abort', onAbort, { once: true })
    await promise.finally(() => signal?.removeEventListener('abort', onAbort))
  }

  #takeProcess(): QueryProcess {
    const idle = this.#idle.pop()
    if (idle !== undefined) clearTimeout(idle.timer)
    if (idle?.process.isAlive) return idle.process
    const process = new QueryProcess()
    this.#all.add(process)
    return process
  }

  #giveBack(process: QueryProcess): void {
    if (!process.isAlive) return void this.#end(process)
    const timer = setTimeout(() => this.#retire(process), IDLE_MS)
    timer.unref()
    this.#idle.push({ process, timer })
  }

  #retire(process: QueryProcess): void {
    this.#idle.splice(
      this.#idle.findIndex((idle) => idle.process === process),
      1,
    )
    void this.#end(process)
  }

  async #end(process: QueryProcess): Promise<void> {
    this.#all.delete(process)
    await process[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer)
    await Promise.all([...this.#all].map((process) => this.#end(process)))
  }
}
