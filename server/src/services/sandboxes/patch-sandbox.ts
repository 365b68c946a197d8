import type { PatchSandboxBody, Sandbox } from '@headwater/contract/sandboxes.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { getSandbox } from './get-sandbox.ts'
import { sandboxNotActive, sandboxNotFound } from './problems.ts'
import type { SandboxReader } from './sandbox-reader.ts'
import { checkTitle, type Given } from './sandbox-rules.ts'
import { updateTitle } from './sandbox-store.ts'

export interface PatchSandboxDependencies {
  readonly db: Database
  readonly reader: SandboxReader
  readonly now: () => number
}

/** Changes the title; everything else in the body is ignored. */
export async function patchSandbox(
  deps: PatchSandboxDependencies,
  scope: Scope,
  name: string,
  body: Given<PatchSandboxBody>,
): Promise<Sandbox> {
  const title = checkTitle(body.title)
  const sandbox = await getSandbox(deps.reader, scope.orgId, name)
  if (sandbox.state === 'deleted') throw sandboxNotActive(name, sandbox.state)
  const change = { orgId: scope.orgId, name, title, userId: scope.userId, now: deps.now() }
  if (!(await updateTitle(deps.db, change))) throw sandboxNotFound(name)
  return getSandbox(deps.reader, scope.orgId, name)
}
