import { Rounds } from '#kit/rounds.ts'
import type { RunDependencies } from './dependencies.ts'

export type SweeperDependencies = Pick<RunDependencies, 'db' | 'storage' | 'log' | 'now'>

const DAY_MS = 86_400_000
/** How long rows that were set aside can be looked at. */
const KEPT_MS = 30 * DAY_MS

/**
 * Removes diagnostics when their time is over: at the start of a server, and once a day. Several servers may do so
 * over one lake; removing what is gone is no error.
 */
export class DiagnosticsSweeper extends Rounds {
  constructor(deps: SweeperDependencies) {
    super({
      pauseMs: DAY_MS,
      round: (signal) => sweepDiagnostics(deps, signal),
      onError: (error) =>
        deps.log.warn({ err: error }, 'could not remove old diagnostics, will try again tomorrow'),
    })
  }
}

/** Removes the diagnostics of all datasets that are older than 30 days. Returns how many files there were. */
export async function sweepDiagnostics(deps: SweeperDependencies, signal?: AbortSignal): Promise<number> {
  const oldestMs = deps.now() - KEPT_MS
  const tables = await deps.db.selectFrom('lake_table').select('location').execute()
  let count = 0
  for (const { location } of tables)
    count += await sweepFolder(deps, `${location}/diagnostics/`, { oldestMs, signal })
  if (count > 0) deps.log.info({ files: count }, 'diagnostics older than 30 days are removed')
  return count
}

async function sweepFolder(
  { storage }: SweeperDependencies,
  folder: string,
  { oldestMs, signal }: { readonly oldestMs: number; readonly signal: AbortSignal | undefined },
): Promise<number> {
  const old: string[] = []
  for await (const { key, modifiedAtMs } of storage.list(folder, { signal })) {
    if (modifiedAtMs < oldestMs) old.push(key)
  }
  if (old.length > 0) await storage.remove(old)
  return old.length
}
