import { Doorbell } from '#kit/doorbell.ts'
import { removeFolders } from './remove-folders.ts'
import { type SettleDependencies, settleSandbox } from './settle-sandbox.ts'

/** How long what another server was asked for, or could not bring to its end, may wait. */
const POLL_MS = 2_000

/**
 * Brings sandboxes that are emptied or deleted to their end, and removes the files of datasets that are deleted.
 * All of it is asked for by rows, so that a server which dies in the middle leaves it to any other.
 *
 *   waiting --(2 s, or nudged)--> a round --> waiting
 */
export class SandboxKeeper {
  readonly #deps: SettleDependencies
  readonly #stopping = new AbortController()
  readonly #bell = new Doorbell()
  #loop: Promise<void> | undefined

  constructor(deps: SettleDependencies) {
    this.#deps = deps
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** There is something to do. */
  nudge(): void {
    this.#bell.ring()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#bell.ring()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#bell.reset()
      await this.#round(signal)
      if (!signal.aborted) await this.#bell.wait(POLL_MS)
    }
  }

  /** One sandbox that is held up, by a run or by its files, must not hold up the others. */
  async #round(signal: AbortSignal): Promise<void> {
    try {
      const ids = await this.#changing()
      await Promise.all(ids.map((id) => this.#settle(id, signal)))
      await removeFolders(this.#deps, { signal })
    } catch (error) {
      this.#complain(error, signal, 'could not remove what was deleted, will try again')
    }
  }

  async #settle(sandboxId: string, signal: AbortSignal): Promise<void> {
    try {
      await settleSandbox(this.#deps, sandboxId, signal)
      this.#deps.log.info({ sandboxId }, 'a sandbox was emptied')
    } catch (error) {
      this.#complain(error, signal, `could not empty the sandbox ${sandboxId}, will try again`)
    }
  }

  async #changing(): Promise<readonly string[]> {
    const rows = await this.#deps.db
      .selectFrom('sandbox')
      .select('id')
      .where('state', 'in', ['resetting', 'deleting'])
      .execute()
    return rows.map(({ id }) => id)
  }

  #complain(error: unknown, signal: AbortSignal, message: string): void {
    if (!signal.aborted) this.#deps.log.warn({ err: error }, message)
  }
}
