import { type Kysely, sql } from 'kysely'

/** Identity namespaces of a sandbox's own; those that everybody has are part of the program. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity_namespace (
      id integer generated always as identity (start with 1000000) primary key,
      org_id text not null references org (id),
      sandbox_id uuid not null references sandbox (id),
      code text not null,
      name text not null,
      id_type text not null,
      description text not null,
      created_at bigint not null,
      updated_at bigint not null
    )`.execute(db)
  // Codes that differ in nothing but case are one code to people.
  await sql`create unique index identity_namespace_code_idx on identity_namespace (sandbox_id, lower(code))`.execute(
    db,
  )
}
