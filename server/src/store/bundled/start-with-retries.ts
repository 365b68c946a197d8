import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BundledPostgresError } from './bundled-error.ts'
import type { Launch } from './launch.ts'
import { endStragglers } from './previous-server.ts'
import type { ServerLog } from './server-log.ts'
import { type ServerPlan, type ServerProcess, startServer } from './server-process.ts'

export interface StartPlan extends Omit<ServerPlan, 'port' | 'addresses'> {
  listen: 'socket' | { port: number; addresses?: readonly string[] | undefined }
  signal?: AbortSignal | undefined
}

const attempts = 10
const pauseMs = 200

/**
 * Starts the server, again where the reason of a failure passes by itself: processes of a killed predecessor
 * that still hold its memory, and a free port that somebody else took first.
 */
export async function startWithRetries(
  start: Launch,
  plan: StartPlan,
  log: ServerLog,
): Promise<{ server: ServerProcess; port: number }> {
  const addresses = plan.listen === 'socket' ? [] : (plan.listen.addresses ?? ['127.0.0.1'])
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(plan.listen)
    const mark = log.mark()
    try {
      return { server: await startServer(start, { ...plan, port, addresses }, log, plan.signal), port }
    } catch (error) {
      if (attempt === attempts || !isPassing(error, log.readTail(mark), plan)) throw error
      await sleep(pauseMs, undefined, { signal: plan.signal })
    }
  }
}

function isPassing(error: unknown, said: string, { listen, clusterDir }: StartPlan): boolean {
  if (!(error instanceof BundledPostgresError) || error.code !== 'start-failed') return false
  if (/shared memory block .* is still in use/.test(said)) {
    endStragglers(clusterDir)
    return true
  }
  return listen !== 'socket' && listen.port === 0 && said.includes('Address already in use')
}

/** A socket's port is only part of its file name. */
async function choosePort(listen: StartPlan['listen']): Promise<number> {
  if (listen === 'socket') return 5432
  if (listen.port !== 0) return listen.port
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', resolve)
  })
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
