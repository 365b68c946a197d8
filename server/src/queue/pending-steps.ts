import { sql } from 'kysely'
import type pg from 'pg'
import { type Database, transact } from '#store/database.ts'
import type { StepName, StepPayload, StepQueue } from './step-queue.ts'

/** A step that is to be done, in a form that does not depend on the version of pg-boss. */
export interface PendingStep {
  readonly step: StepName
  readonly payload: StepPayload
  readonly group?: string | undefined
  /** Epoch milliseconds; it is not to be claimed earlier. */
  readonly dueAtMs: number
}

/** All steps that are waited for or under way, as they are in the transaction of `client`. */
export async function listPendingSteps(client: pg.ClientBase): Promise<readonly PendingStep[]> {
  const { rows: found } = await client.query<{ isThere: boolean }>(
    `select to_regclass('queue.job') is not null as "isThere"`,
  )
  // No server has run on this database yet, only commands.
  if (found[0]?.isThere !== true) return []
  const { rows } = await client.query<PendingStep>(PENDING)
  return rows.map(({ group, ...step }) => ({ ...step, ...(group === null ? {} : { group }) }))
}

const PENDING = `
  select name as step, data as payload, group_id as "group",
    (extract(epoch from start_after) * 1000)::bigint as "dueAtMs"
  from queue.job where state in ('created', 'retry', 'active') and name not like '\\_\\_%'
  order by created_on, id`

/** Puts steps into the queue, in place of all that are in it. */
export async function submitPendingSteps(
  db: Database,
  queue: StepQueue,
  steps: readonly PendingStep[],
  now: number = Date.now(),
): Promise<void> {
  await transact(db, async (tx) => {
    await sql`delete from queue.job`.execute(tx)
    for (const { step, payload, group, dueAtMs } of steps)
      await queue.submit(tx, step, payload as never, { group, delayMs: Math.max(0, dueAtMs - now) })
  })
}
