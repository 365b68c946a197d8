import type { BundledPostgres } from '#store/bundled/bundled-postgres.ts'

/**
 * Keeps a bundled PostgreSQL server running: one that ends without being told to is started again, at the same
 * address, so that pools find it by themselves. `stop` ends it for good.
 */
export function keepRunning(
  first: BundledPostgres,
  start: () => Promise<BundledPostgres>,
): { readonly stop: () => Promise<void> } {
  let server = first
  let isStopping = false
  const watch = async (): Promise<void> => {
    while (!isStopping) {
      await server.ended
      if (isStopping) return
      // Only this frees the folder that the dead server held.
      await server.stop()
      server = await start()
    }
  }
  // A server that can't be started again leaves the readiness at 503, and the next start says why.
  const watching = watch().catch(() => {})
  return {
    async stop() {
      isStopping = true
      await server.stop()
      await watching
      // One that was being started meanwhile is there only now.
      await server.stop()
    },
  }
}
