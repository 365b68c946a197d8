import type { CreateSandboxBody, NewSandbox } from '@headwater/contract/sandboxes.ts'
import type { Scope } from '#http/scope.ts'
import { newUuid } from '#kit/ids.ts'
import type { Database } from '#store/database.ts'
import { nameTaken } from './problems.ts'
import { checkNewSandbox, type Given } from './sandbox-rules.ts'
import { insertSandbox } from './sandbox-store.ts'
import { viewNewSandbox } from './sandbox-view.ts'

/** Makes a sandbox. It is `creating` in the answer and `active` a moment later. */
export async function createSandbox(
  deps: { readonly db: Database; readonly now: () => number },
  scope: Scope,
  body: Given<CreateSandboxBody>,
): Promise<NewSandbox> {
  const wanted = checkNewSandbox(body)
  const now = deps.now()
  const row = { id: newUuid(), ...wanted, state: 'creating' as const, region: 'VA7' }
  const stored = await insertSandbox(deps.db, {
    ...row,
    org_id: scope.orgId,
    is_default: false,
    created_at: now,
    updated_at: now,
    created_by: scope.userId,
    updated_by: scope.userId,
  })
  if (!stored) throw nameTaken(wanted.name)
  return viewNewSandbox(row)
}
