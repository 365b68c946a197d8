import { Rounds } from '#kit/rounds.ts'
import { removeFolders } from './remove-folders.ts'
import { type SettleDependencies, settleSandbox } from './settle-sandbox.ts'

/** How long what another server was asked for, or could not bring to its end, may wait. */
const POLL_MS = 2_000

/**
 * Brings sandboxes that are emptied or deleted to their end, and removes the files of datasets that are deleted.
 * All of it is asked for by rows, so that a server which dies in the middle leaves it to any other.
 */
export class SandboxKeeper extends Rounds {
  constructor(deps: SettleDependencies) {
    super({
      pauseMs: POLL_MS,
      round: (signal) => keep(deps, signal),
      onError: (error) => deps.log.warn({ err: error }, 'could not remove what was deleted, will try again'),
    })
  }
}

async function keep(deps: SettleDependencies, signal: AbortSignal): Promise<void> {
  const ids = await listChanging(deps)
  await Promise.all(ids.map((id) => settle(deps, id, signal)))
  await removeFolders(deps, { signal })
}

/** One sandbox that is held up, by a run or by its files, must not hold up the others. */
async function settle(deps: SettleDependencies, sandboxId: string, signal: AbortSignal): Promise<void> {
  try {
    await settleSandbox(deps, sandboxId, signal)
    deps.log.info({ sandboxId }, 'a sandbox was emptied')
  } catch (error) {
    if (!signal.aborted)
      deps.log.warn({ err: error }, `could not empty the sandbox ${sandboxId}, will try again`)
  }
}

async function listChanging({ db }: SettleDependencies): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('sandbox')
    .select('id')
    .where('state', 'in', ['resetting', 'deleting'])
    .execute()
  return rows.map(({ id }) => id)
}
