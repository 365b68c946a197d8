import type { GatewayDependencies } from '#http/plugins/gateway.ts'
import type { Scope } from '#http/scope.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
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

/** All of them must be active sandboxes of the caller's organisation. @throws {FlowProblem} 2103, or 1452 for too many */
export async function assertSandboxes(
  { findSandbox }: Pick<GatewayDependencies, 'findSandbox'>,
  { orgId }: Scope,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > MAX_SANDBOXES)
    throw badValue(`of ${ids.length} ids`, 'x-active-sandbox-ids', `Send ${MAX_SANDBOXES} at most.`)
  const found = await Promise.all(ids.map((id) => findSandbox(orgId, { id })))
  const unknown = ids.filter((_, index) => found[index] === undefined)
  if (unknown.length === 0) return
  throw new FlowProblem(
    '2103-404',
    `There is no active sandbox ${unknown.join(', ')} in this organization. Check the x-active-sandbox-ids header.`,
    { id: unknown },
  )
}
