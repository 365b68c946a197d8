import { type Kysely, sql } from 'kysely'

/** The scheduler looks every second for runs that wait: a handful among all that ever were. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index flow_run_waiting_idx on flow_run (flow_id, scheduled_for) where state = 'scheduled'`.execute(
    db,
  )
}
