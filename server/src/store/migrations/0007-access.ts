import { type Kysely, sql } from 'kysely'

/** Several secrets a client, permissions, and sandboxes that are emptied, deleted and made again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) {
    await sql.raw(statement).execute(db)
  }
}

const STATEMENTS = [
  `create table client_secret (
    id uuid primary key,
    client_id text not null references client (id),
    -- scrypt$<salt>$<hash>; the secret itself is kept nowhere
    hash text not null,
    created_at bigint not null
  )`,
  'create index client_secret_client_idx on client_secret (client_id, created_at)',
  `insert into client_secret (id, client_id, hash, created_at)
    select gen_random_uuid(), id, secret_hash, created_at from client`,
  'alter table client drop column secret_hash',
  `create table client_grant (
    client_id text not null references client (id),
    permission text not null,
    -- null: in all sandboxes that there are and will be
    sandbox_id uuid references sandbox (id) on delete cascade
  )`,
  `create unique index client_grant_key on client_grant (client_id, permission, sandbox_id)
    where sandbox_id is not null`,
  `create unique index client_grant_all_key on client_grant (client_id, permission) where sandbox_id is null`,
  // Clients that are there could do everything.
  `insert into client_grant (client_id, permission, sandbox_id)
    select client.id, area.permission, null
    from client, unnest(array['Manage Sources', 'Manage Schemas', 'Manage Datasets', 'Manage Sandboxes'])
      as area (permission)`,
  'alter table sandbox drop constraint sandbox_state_check',
  `alter table sandbox add constraint sandbox_state_check
    check (state in ('creating', 'active', 'resetting', 'deleting', 'deleted', 'failed'))`,
  // A deleted sandbox is still shown, but its name is free.
  'alter table sandbox drop constraint sandbox_org_id_name_key',
  `create unique index sandbox_name_key on sandbox (org_id, name) where state <> 'deleted'`,
  `create index sandbox_changing_idx on sandbox (id) where state in ('resetting', 'deleting')`,
  // Folders of the lake to which nothing refers any more, until their files are gone.
  `create table lake_removal (
    location text primary key,
    org_id text not null references org (id),
    sandbox_id uuid not null references sandbox (id),
    requested_at bigint not null
  )`,
  'create index lake_removal_sandbox_idx on lake_removal (sandbox_id)',
]
