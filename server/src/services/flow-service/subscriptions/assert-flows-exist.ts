import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { unknownFlow } from './subscription-rules.ts'

/** Refuses ids of flows that the scope can't see. @throws {FlowProblem} 1430 */
export async function assertFlowsExist(db: Database, scope: Scope, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const rows = await db
    .selectFrom('flow')
    .select('id')
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    // One value, however many ids.
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  const found = new Set(rows.map(({ id }) => id))
  const missing = ids.find((id) => !found.has(id))
  if (missing !== undefined) throw unknownFlow(missing)
}
