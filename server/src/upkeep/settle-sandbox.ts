import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { hasActiveSteps } from '#queue/active-steps.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { type FolderDependencies, removeFolders } from './remove-folders.ts'
import { deleteScopedRows } from './scoped-rows.ts'

/*
 * What becomes of a sandbox that is emptied or deleted. Every part can be done again, so that a server that dies
 * in the middle leaves the rest to the next one, and two that do it at once only do it twice:
 *
 *   resetting, deleting --> flows and runs are stopped --> no step of theirs is under way any more
 *     --> in one transaction: the rows go, their folders of the lake are noted --> the files go
 *     --> in one transaction: rows that came meanwhile go; none are left --> active, deleted
 */

export interface SettleDependencies extends FolderDependencies {
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Steps look every second whether they are still wanted. */
const STEP_PAUSE_MS = 100

/** Brings a sandbox that is being reset or deleted to its end. Idempotent; throws what the stores throw. */
export async function settleSandbox(
  deps: SettleDependencies,
  sandboxId: string,
  signal: AbortSignal,
): Promise<void> {
  let isSettled = false
  while (!isSettled) {
    await stopWork(deps.db, sandboxId)
    while (await hasActiveSteps(deps.db, sandboxId)) await sleep(STEP_PAUSE_MS, undefined, { signal })
    isSettled = await transact(deps.db, (tx) => emptyOrFinish(tx, sandboxId, deps.now()))
    await removeFolders(deps, { sandboxId, signal })
  }
}

/** No run starts any more, and those that are under way find out that nobody wants them. */
async function stopWork(db: Database, sandboxId: string): Promise<void> {
  await transact(db, async (tx) => {
    await sql`select id from sandbox where id = ${sandboxId} and ${isChanging()} for update`.execute(tx)
    await tx
      .updateTable('flow')
      .set({ state: 'disabled', next_run_at: null })
      .where('sandbox_id', '=', sandboxId)
      .execute()
    await tx
      .updateTable('flow_run')
      .set({ state: 'cancelled' })
      .where('sandbox_id', '=', sandboxId)
      .where('state', 'in', ['scheduled', 'queued', 'inProgress'])
      .execute()
  })
}

/** Deletes what rows there are. True when no file of theirs is left, so that the sandbox has come to its end. */
async function emptyOrFinish(tx: Tx, sandboxId: string, nowMs: number): Promise<boolean> {
  const { rows } = await sql<{ state: 'resetting' | 'deleting' }>`
    select state from sandbox where id = ${sandboxId} and ${isChanging()} for update
  `.execute(tx)
  const [sandbox] = rows
  // Another server has brought it to its end.
  if (sandbox === undefined) return true
  await noteFolders(tx, sandboxId, nowMs)
  await deleteScopedRows(tx, sandboxId)
  if (await hasFolders(tx, sandboxId)) return false
  if (sandbox.state === 'deleting')
    await tx.deleteFrom('client_grant').where('sandbox_id', '=', sandboxId).execute()
  await tx
    .updateTable('sandbox')
    .set((row) => ({
      state: sandbox.state === 'resetting' ? 'active' : 'deleted',
      version: row('version', '+', 1),
      updated_at: nowMs,
    }))
    .where('id', '=', sandboxId)
    .execute()
  return true
}

const isChanging = () => sql`state in ('resetting', 'deleting')`

async function noteFolders(tx: Tx, sandboxId: string, nowMs: number): Promise<void> {
  await sql`
    insert into lake_removal (location, org_id, sandbox_id, requested_at)
    select lake_table.location, dataset.org_id, dataset.sandbox_id, ${nowMs}
    from lake_table join dataset on dataset.id = lake_table.dataset_id
    where dataset.sandbox_id = ${sandboxId}
    on conflict (location) do nothing
  `.execute(tx)
}

async function hasFolders(tx: Tx, sandboxId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('lake_removal')
    .select('location')
    .where('sandbox_id', '=', sandboxId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
