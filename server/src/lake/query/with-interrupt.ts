import type { DuckDBConnection } from '@duckdb/node-api'

/** An interrupt that comes between two statements is lost, so it is repeated. */
const INTERRUPT_INTERVAL_MS = 50

/** Interrupts what the connection does while `signal` is aborted. */
export async function withInterrupt<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  use: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection.interrupt()
    timer = setInterval(() => connection.interrupt(), INTERRUPT_INTERVAL_MS)
  }
  signal.throwIfAborted()
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    return await use()
  } finally {
    signal.removeEventListener('abort', interrupt)
    clearInterval(timer)
  }
}
