import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, startServerProcess } from '../server-process.ts'

/** Between the end of a server and the next try to start it, as a supervisor of services does it. */
const RESTART_PAUSE_MS = 300

/** One of several servers, in a process of its own, and whoever starts it again when it has ended. */
export class ChaosServer {
  readonly #dataDir: string
  readonly #env: Readonly<Record<string, string>>
  #process: ServerProcess | undefined

  constructor(dataDir: string, env: Readonly<Record<string, string>>) {
    this.#dataDir = dataDir
    this.#env = env
  }

  /** Where it answers; `undefined` while it does not run. */
  get url(): string | undefined {
    return this.#process?.url
  }

  get dataDir(): string {
    return this.#dataDir
  }

  /** Starts it, as often as it takes: what it needs may be away. */
  async start(patienceMs = 60_000): Promise<void> {
    for (const deadline = Date.now() + patienceMs; ; await sleep(RESTART_PAUSE_MS)) {
      try {
        this.#process = await startServerProcess(this.#dataDir, this.#env)
        return
      } catch (error) {
        if (Date.now() > deadline) throw error
      }
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = this.#process
    this.#process = undefined
    await ending?.end(signal)
  }

  /** Stops its process as it stands, and returns what lets it go on. */
  freeze(): () => void {
    const pid = this.#process?.pid
    if (pid === undefined) return () => undefined
    process.kill(pid, 'SIGSTOP')
    return () => void process.kill(pid, 'SIGCONT')
  }
}
