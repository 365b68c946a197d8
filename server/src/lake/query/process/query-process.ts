import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { QueryError, QueryTimeoutError, TOO_MUCH_MEMORY } from '#lake/query/query-error.ts'
import type { QueryResult, RunQueryOptions } from '#lake/query/run-query.ts'
import type { QueryAnswer, QueryTask } from './query-messages.ts'

const SCRIPT = fileURLToPath(new URL('./query-child.ts', import.meta.url))
/** Of the part of the process that is JavaScript; rows are limited to much less. */
const HEAP_LIMIT_MIB = 512
/** What a query has that does not stop when its time is over, before it is made to. */
const GRACE_MS = 1_000

/** A process of its own for queries, one at a time. */
export class QueryProcess implements AsyncDisposable {
  readonly #child: ChildProcess

  constructor() {
    // No environment: it holds the secrets of the server.
    this.#child = fork(SCRIPT, [], {
      env: {},
      execArgv: [`--max-old-space-size=${HEAP_LIMIT_MIB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    // An idle process must not keep the server from ending; those who wait for an answer have their own timers.
    this.#child.unref()
    this.#child.channel?.unref()
    this.#child.on('error', () => this.#kill())
  }

  /** Can take another query. */
  get isAlive(): boolean {
    return this.#child.connected && this.#child.exitCode === null && !this.#child.killed
  }

  /**
   * Runs one query, and ends the process when the query has to be stopped. Throws QueryError, QueryTimeoutError and the
   * signal's reason.
   */
  async run({ signal, ...task }: RunQueryOptions): Promise<QueryResult> {
    signal?.throwIfAborted()
    const answered = Promise.withResolvers<QueryResult>()
    const onMessage = (answer: QueryAnswer): void => settle(answered, answer, task)
    const onExit = (_code: number | null, exitSignal: string | null): void =>
      answered.reject(new QueryError(causeOfDeath(exitSignal)))
    const stop = (reason: unknown): void => {
      answered.reject(reason)
      this.#kill()
    }
    const onAbort = (): void => stop(signal?.reason)
    const timer = setTimeout(() => stop(new QueryTimeoutError(task.timeoutMs)), task.timeoutMs + GRACE_MS)
    this.#child.once('message', onMessage).once('exit', onExit)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      this.#child.send(task, (error) => error && answered.reject(new QueryError(causeOfDeath(null))))
      return await answered.promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      this.#child.off('message', onMessage).off('exit', onExit)
    }
  }

  #kill(): void {
    this.#child.kill('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.ref()
    this.#kill()
    await exited
  }
}

function settle(
  answered: PromiseWithResolvers<QueryResult>,
  answer: QueryAnswer,
  { timeoutMs }: QueryTask,
): void {
  if ('result' in answer) answered.resolve(answer.result)
  else if (answer.error.name === 'QueryTimeoutError') answered.reject(new QueryTimeoutError(timeoutMs))
  else answered.reject(new QueryError(answer.error.message))
}

/** It kills itself when it takes too much, and so does the kernel. */
function causeOfDeath(signal: string | null): string {
  return signal === 'SIGKILL' ? TOO_MUCH_MEMORY : 'the query broke the engine; write it in another way'
}
