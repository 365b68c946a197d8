import type { ChangingSandbox, ResetSandboxBody, SandboxChangeQuery } from '@headwater/contract/sandboxes.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { defaultStays, invalidRequest, sandboxNotActive, sandboxNotFound } from './problems.ts'
import type { SandboxReader, SandboxRow } from './sandbox-reader.ts'
import type { Given } from './sandbox-rules.ts'
import { beginChange } from './sandbox-store.ts'
import { viewNewSandbox } from './sandbox-view.ts'

export interface ChangeSandboxDependencies {
  readonly db: Database
  readonly reader: SandboxReader
  readonly now: () => number
  /** There is a sandbox to be emptied. */
  readonly onChange: () => void
}

/**
 * Empties a sandbox: it is `resetting` in the answer, and `active` again when everything in it is gone.
 *
 * @throws {SandboxProblem} 400 for another action, and when it is not active; 404
 */
export async function resetSandbox(
  deps: ChangeSandboxDependencies,
  scope: Scope,
  { name, body, query }: { name: string; body: Given<ResetSandboxBody>; query: SandboxChangeQuery },
): Promise<ChangingSandbox> {
  if (body.action !== 'reset')
    throw invalidRequest(
      `The action ${JSON.stringify(body.action ?? '')} is unknown. Send {"action": "reset"}.`,
    )
  const row = await findActive(deps.reader, scope, name)
  if (isTrial(query)) return viewNewSandbox(row)
  await begin(deps, scope, row, 'resetting')
  return viewNewSandbox({ ...row, state: 'resetting' })
}

/**
 * Deletes a sandbox with everything in it. Clients are told that it is `deleted` at once, as the platform does; whoever
 * looks at it sees it `deleting` until its files are gone.
 *
 * @throws {SandboxProblem} 400 for the default one, and when it is not active; 404
 */
export async function deleteSandbox(
  deps: ChangeSandboxDependencies,
  scope: Scope,
  { name, query }: { name: string; query: SandboxChangeQuery },
): Promise<ChangingSandbox> {
  const row = await findActive(deps.reader, scope, name)
  if (row.is_default) throw defaultStays(name)
  if (isTrial(query)) return viewNewSandbox(row)
  await begin(deps, scope, row, 'deleting')
  return viewNewSandbox({ ...row, state: 'deleted' })
}

async function findActive(reader: SandboxReader, { orgId }: Scope, name: string): Promise<SandboxRow> {
  const row = await reader.findByName(orgId, name)
  if (row === undefined) throw sandboxNotFound(name)
  if (row.state !== 'active') throw sandboxNotActive(name, row.state)
  return row
}

async function begin(
  deps: ChangeSandboxDependencies,
  { orgId, userId }: Scope,
  { id, name, version }: SandboxRow,
  state: 'resetting' | 'deleting',
): Promise<void> {
  const change = { orgId, id, version, state, userId, now: deps.now() }
  // Somebody else was faster: whatever they did, it is another sandbox now.
  if (!(await beginChange(deps.db, change))) throw sandboxNotActive(name, 'changing')
  deps.onChange()
}

/** The answer is what would come of it; nothing does. */
function isTrial({ validationOnly }: SandboxChangeQuery): boolean {
  return validationOnly?.toLowerCase() === 'true'
}
