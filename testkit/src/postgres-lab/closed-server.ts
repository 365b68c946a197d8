import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Cluster } from './cluster.ts'

/** What a server says that takes no sessions now. */
const CANNOT_CONNECT_NOW = '57P03'
const PATIENCE_MS = 10_000

/**
 * Starts a stopped cluster that will never take sessions, because of `files` in its data folder or of its settings,
 * and returns when it says so in these `words`: every server says first that it is starting up. Disposing the result ends the server; it is not to be started again.
 */
export async function startClosed(
  cluster: Cluster,
  files: Readonly<Record<string, string>>,
  words: RegExp,
): Promise<AsyncDisposable> {
  const starting = cluster.start(files).catch(() => undefined)
  await untilItRefuses(cluster, words)
  return {
    async [Symbol.asyncDispose]() {
      const [pid = ''] = (await readFile(path.join(cluster.dataDir, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      await starting
    },
  }
}

/** Ends a running cluster in the way that waits for its sessions, and returns when it takes no more. */
export async function beginShutdown(cluster: Cluster): Promise<void> {
  process.kill(cluster.pid, 'SIGTERM')
  await untilItRefuses(cluster, /shutting down/)
}

async function untilItRefuses(cluster: Cluster, words: RegExp): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const { code, message = '' } = (await tryIt(cluster)) ?? {}
    if (code === CANNOT_CONNECT_NOW && words.test(message)) return
    if (performance.now() > deadline) throw new Error(`The server does not refuse sessions: ${message}`)
    await sleep(10)
  }
}

interface Refusal {
  readonly code?: string | undefined
  readonly message?: string | undefined
}

async function tryIt({ host, port, user, database, password }: Cluster): Promise<Refusal | undefined> {
  const client = new pg.Client({ host, port, user, database, password, ssl: false })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return error as Refusal
  } finally {
    await client.end().catch(() => undefined)
  }
}
