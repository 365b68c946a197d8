import { type Kysely, sql } from 'kysely'

/** Runs that bring in what another run has set aside. */
const STATEMENTS = [
  'alter table flow_run drop constraint flow_run_origin_check',
  `alter table flow_run add constraint flow_run_origin_check
     check (origin in ('schedule', 'request', 'retry', 'replay'))`,
  // The run whose rows are brought in; like the flow it may be gone.
  'alter table flow_run add column replays uuid',
  // A row is brought in once: by a replay that has landed, or that is still to land.
  `create unique index flow_run_replay_idx on flow_run (replays)
     where replays is not null and state not in ('failed', 'cancelled')`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
