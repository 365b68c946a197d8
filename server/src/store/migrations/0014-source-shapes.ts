import { type Kysely, sql } from 'kysely'

/** What the source of a flow looked like when it was read last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create table source_shape (
      flow_id uuid primary key references flow (id) on delete cascade,
      run_id uuid not null,
      remembered jsonb not null,
      updated_at bigint not null
    )`)
    .execute(db)
}
