import type { HeadwaterClient } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import { byId, patch } from './dom.ts'
import { isSessionOver, reasonOf } from './problems.ts'
import { viewQueryProblem, viewResult } from './views/query.ts'

/** More can't be read on a page. */
const MAX_ROWS = 200

export interface QueryBoxOptions {
  /** `undefined` while nobody is signed in. */
  readonly client: () => HeadwaterClient | undefined
  readonly onSessionEnd: () => void
}

/** The SQL form: runs one statement at a time, which can be stopped. */
export class QueryBox {
  readonly #options: QueryBoxOptions
  readonly #text = byId<HTMLTextAreaElement>('sql')
  readonly #runButton = byId<HTMLButtonElement>('query-run')
  readonly #stopButton = byId<HTMLButtonElement>('query-stop')
  readonly #result = byId('query-result')
  #running: AbortController | undefined

  constructor(options: QueryBoxOptions) {
    this.#options = options
    byId('query-form').addEventListener('submit', (event) => {
      event.preventDefault()
      void this.run()
    })
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      void this.run()
    })
    this.#stopButton.addEventListener('click', () => this.#running?.abort())
  }

  /** Shows the first rows of a table, with the statement that does. */
  showTable(tableName: string): void {
    this.#text.value = `select * from "${tableName.replaceAll('"', '""')}" limit 20`
    byId('query').scrollIntoView({ block: 'start' })
    this.#text.focus({ preventScroll: true })
    void this.run()
  }

  /** A statement to start from, which the reader may overwrite. */
  suggest(tableName: string | undefined): void {
    const statement =
      tableName === undefined ? 'select 1' : `select count(*) from "${tableName.replaceAll('"', '""')}"`
    this.#text.placeholder = statement
  }

  /** Stops what runs and forgets what was shown. */
  clear(): void {
    this.#running?.abort()
    this.#setRunning(undefined)
    this.#text.value = ''
    patch(this.#result, [])
  }

  /** Runs what stands in the box, or what it suggests. */
  async run(): Promise<void> {
    const client = this.#options.client()
    if (client === undefined) return
    this.#running?.abort()
    const own = new AbortController()
    this.#setRunning(own)
    const startedAt = performance.now()
    try {
      const statement = this.#text.value.trim() || this.#text.placeholder
      this.#text.value ||= statement
      const result = await client.query({ sql: statement, maxRows: MAX_ROWS }, { signal: own.signal })
      if (this.#running === own) patch(this.#result, viewResult(result, performance.now() - startedAt))
    } catch (error) {
      if (this.#running === own) this.#fail(error, own)
    } finally {
      if (this.#running === own) this.#setRunning(undefined)
    }
  }

  #fail(error: unknown, own: AbortController): void {
    if (own.signal.aborted) return patch(this.#result, ['Stopped.'])
    if (!(error instanceof HeadwaterError)) throw error
    if (isSessionOver(error)) return this.#options.onSessionEnd()
    patch(this.#result, viewQueryProblem(reasonOf(error)))
  }

  #setRunning(running: AbortController | undefined): void {
    this.#running = running
    this.#runButton.textContent = running === undefined ? 'Run' : 'Running…'
    this.#runButton.disabled = running !== undefined
    this.#stopButton.hidden = running === undefined
    this.#result.setAttribute('aria-busy', String(running !== undefined))
  }
}
