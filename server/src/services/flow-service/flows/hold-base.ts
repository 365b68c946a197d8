import { sql } from 'kysely'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import type { Tx } from '#store/database.ts'
import type { FlowReferences } from './flow-checks.ts'

/**
 * Keeps the base connection of a flow's source until the transaction ends: who deletes it waits, and then sees
 * the flow. Only the source refers to it, so that no foreign key of the flow does this.
 *
 * @throws {FlowProblem} 1100 when it was deleted since the flow was checked
 */
export async function holdBase(tx: Tx, { source, base }: FlowReferences): Promise<void> {
  if (source === undefined || base === undefined) return
  const id = textOf(source, 'id')
  const { rows } = await sql<{ connection_id: string | null }>`
    select connection_id from source_connection where id = ${id} for key share
  `.execute(tx)
  if (rows[0]?.connection_id !== null) return
  const baseId = textOf(base.document, 'id')
  throw invalidRequest(
    `The base connection ${baseId} of the source connection ${id} was deleted meanwhile. Make another one.`,
    'sourceConnectionIds',
  )
}
