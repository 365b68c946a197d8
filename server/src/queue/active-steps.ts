import { sql } from 'kysely'
import type { Database } from '#store/database.ts'

/** True while a worker is at a step of a run, or of an import, of the sandbox. One that died counts until its beat is missed. */
export async function hasActiveSteps(db: Database, sandboxId: string): Promise<boolean> {
  const { rows } = await sql`
    select from queue.job
    left join flow_run on flow_run.id::text = job.data ->> 'runId'
    left join batch on batch.id = job.data ->> 'batchId'
    left join dataset on dataset.id = job.data ->> 'datasetId'
    where coalesce(flow_run.sandbox_id, batch.sandbox_id, dataset.sandbox_id) = ${sandboxId} and job.state = 'active'
    limit 1
  `.execute(db)
  return rows.length > 0
}
