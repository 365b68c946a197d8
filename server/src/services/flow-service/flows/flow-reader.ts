import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { EntityKind } from '#services/flow-service/entities/entity-kinds.ts'
import type { FlowRow } from '#services/flow-service/runs/run.ts'
import type { Database } from '#store/database.ts'

/** The flow that the scope can see, with what only the program knows of it. */
export async function findFlowRow(db: Database, scope: Scope, id: string): Promise<FlowRow | undefined> {
  if (!isUuid(id)) return undefined
  return await db
    .selectFrom('flow')
    .selectAll()
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** A flow that points to the source or target connection, or `undefined`. */
export async function findFlowUsing(db: Database, kind: EntityKind, id: string): Promise<string | undefined> {
  const column = kind.table === 'source_connection' ? 'source_connection_id' : 'target_connection_id'
  const row = await db.selectFrom('flow').select('id').where(column, '=', id).limit(1).executeTakeFirst()
  return row?.id
}
