import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Source } from '../extract/source.ts'

/** A second of the work of others. */
export interface Second {
  readonly endedMs: number
  readonly tps: number
  /** Milliseconds; below a rate it counts from the moment at which a transaction was due. */
  readonly latencyMs: number
}

const PROGRESS = /^progress: [\d.]+ s, ([\d.]+) tps, lat ([\d.]+) ms/

/** The work of others on the source: TPC-B as the installed pgbench has it, over a database that fits into memory. */
export class Pgbench {
  readonly #env: NodeJS.ProcessEnv
  readonly #clients: number

  constructor({ address }: Source, clients: number) {
    this.#clients = clients
    this.#env = {
      ...process.env,
      PGHOST: address.host,
      PGPORT: String(address.port),
      PGUSER: address.user,
      PGPASSWORD: address.password,
      PGDATABASE: address.database,
    }
  }

  async prepare(scale: number): Promise<void> {
    const args = ['--initialize', '--quiet', '--unlogged-tables', '--scale', String(scale)]
    await promisify(execFile)('pgbench', args, { env: this.#env })
  }

  /** As many transactions a second as there are without a rate. */
  async measureLimit(seconds: number): Promise<Second[]> {
    return this.during(() => new Promise((resolve) => setTimeout(resolve, seconds * 1000)))
  }

  /** Works at a rate, or as fast as it can, while `action` goes on, and tells of the whole seconds within it. */
  async during(action: () => Promise<unknown>, rate?: number): Promise<Second[]> {
    const child = this.#start(rate)
    const seconds: Second[] = []
    createInterface({ input: child.stderr as NonNullable<ChildProcess['stderr']> }).on('line', (line) => {
      const [, tps, latencyMs] = PROGRESS.exec(line) ?? []
      if (tps !== undefined)
        seconds.push({ endedMs: performance.now(), tps: Number(tps), latencyMs: Number(latencyMs) })
    })
    const ended = once(child, 'exit')
    try {
      await this.#warm(seconds, ended)
      const startedMs = performance.now()
      await action()
      const stoppedMs = performance.now()
      return seconds.filter(({ endedMs }) => endedMs >= startedMs + 1000 && endedMs <= stoppedMs)
    } finally {
      child.kill('SIGTERM')
      await ended
    }
  }

  async #warm(seconds: readonly Second[], ended: Promise<unknown>): Promise<void> {
    let hasEnded = false
    void ended.then(() => {
      hasEnded = true
    })
    while (seconds.length < WARM_SECONDS) {
      if (hasEnded) throw new Error('pgbench has ended early')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  #start(rate: number | undefined): ChildProcess {
    const clients = String(this.#clients)
    const args = ['--no-vacuum', '--client', clients, '--time', '86400', '--progress', '1']
    const bounded = rate === undefined ? args : [...args, '--rate', rate.toFixed(1)]
    return spawn('pgbench', [...bounded, '--protocol', 'prepared'], {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  }
}

const WARM_SECONDS = 3
