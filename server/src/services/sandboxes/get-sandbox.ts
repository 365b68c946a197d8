import type { Sandbox } from '@headwater/contract/sandboxes.ts'
import { sandboxNotFound } from './problems.ts'
import type { SandboxReader } from './sandbox-reader.ts'
import { viewSandbox } from './sandbox-view.ts'

/** One sandbox, whatever its state. Throws SandboxProblem 404. */
export async function getSandbox(reader: SandboxReader, orgId: string, name: string): Promise<Sandbox> {
  const row = await reader.findByName(orgId, name)
  if (row === undefined) throw sandboxNotFound(name)
  return viewSandbox(row)
}
