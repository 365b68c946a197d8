import type { Tx } from '#store/database.ts'
import type { Run } from './run.ts'

/** The base connection that a run reads from; `undefined` when its flow has been deleted meanwhile. */
export async function connectionOfRun(
  tx: Tx,
  { flow_id: flowId }: Pick<Run, 'flow_id'>,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('flow')
    .innerJoin('source_connection as source', 'source.id', 'flow.source_connection_id')
    .select('source.connection_id')
    .where('flow.id', '=', flowId)
    .executeTakeFirst()
  return row?.connection_id ?? undefined
}
