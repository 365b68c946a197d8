import { type Kysely, sql } from 'kysely'

/** Specs that administrators register besides those that come with the server. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // An organisation may give a spec the id that the platform has for it, and so may another one.
  await sql`
    create table spec (
      org_id text not null references org (id),
      kind text not null check (kind in ('connectionSpecs', 'flowSpecs')),
      id uuid not null,
      name text not null,
      etag text not null,
      document jsonb not null,
      created_at bigint not null,
      updated_at bigint not null,
      primary key (org_id, kind, id),
      constraint spec_name_key unique (org_id, kind, name)
    )
  `.execute(db)
}
