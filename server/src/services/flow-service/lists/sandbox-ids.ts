import { holds } from '#http/permissions.ts'
import type { GatewayDependencies } from '#http/plugins/gateway.ts'
import type { Scope } from '#http/scope.ts'
import { FlowProblem, permissionDenied } from '#services/flow-service/problems.ts'
import { badValue } from './list-query.ts'

/** Sandboxes of a search across several of them: ids, separated by commas. `undefined` when none is named. */
export function readSandboxIds(
  header: string | readonly string[] | undefined,
): readonly string[] | undefined {
  const ids = [header ?? []].flat().flatMap((text) => text.split(','))
  const named = ids.map((id) => id.trim().toLowerCase()).filter((id) => id !== '')
  return named.length === 0 ? undefined : [...new Set(named)].sort()
}

/** Each is looked up; more than this is no honest question. */
const MAX_SANDBOXES = 100

/** All of them must be active sandboxes of the caller's organisation. @throws {FlowProblem} 2103, 1452 for too many, 2121 where the client may not look */
export async function assertSandboxes(
  { findSandbox }: Pick<GatewayDependencies, 'findSandbox'>,
  { orgId, grants }: Scope,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > MAX_SANDBOXES)
    throw badValue(`of ${ids.length} ids`, 'x-active-sandbox-ids', `Send ${MAX_SANDBOXES} at most.`)
  const found = await Promise.all(ids.map((id) => findSandbox(orgId, { id })))
  const unknown = ids.filter((_, index) => found[index] === undefined)
  if (unknown.length > 0) {
    throw new FlowProblem(
      '2103-404',
      `There is no active sandbox ${unknown.join(', ')} in this organization. Check the x-active-sandbox-ids header.`,
      { id: unknown },
    )
  }
  // The gateway has looked at the sandbox of the request only.
  const closed = ids.find((sandboxId) => !holds(grants, 'View Sources', { sandboxId }))
  if (closed !== undefined) throw permissionDenied('View Sources', `in the sandbox ${closed}`)
}
