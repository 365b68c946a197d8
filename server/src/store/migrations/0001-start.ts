import { type Kysely, sql } from 'kysely'

/** Everything that the first version stores. Times are epoch milliseconds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) {
    await sql.raw(statement).execute(db)
  }
}

const SCOPED = `
  id text not null,
  org_id text not null references org (id),
  sandbox_id uuid not null references sandbox (id),
  created_at bigint not null,
  updated_at bigint not null`

const ENTITY = `
  id uuid primary key,
  org_id text not null references org (id),
  sandbox_id uuid not null references sandbox (id),
  name text not null,
  state text not null check (state in ('draft', 'enabled', 'disabled')),
  etag text not null,
  document jsonb not null,
  created_at bigint not null,
  updated_at bigint not null`

const STATEMENTS = [
  `create table org (
    id text primary key,
    tenant_id text not null unique,
    created_at bigint not null
  )`,
  `create table sandbox (
    id uuid primary key,
    org_id text not null references org (id),
    name text not null,
    title text not null,
    type text not null check (type in ('production', 'development')),
    state text not null check (state in ('creating', 'active', 'resetting', 'deleted', 'failed')),
    region text not null,
    is_default boolean not null,
    version integer not null default 1,
    created_at bigint not null,
    updated_at bigint not null,
    created_by text not null,
    updated_by text not null,
    unique (org_id, name)
  )`,
  'create unique index sandbox_default_idx on sandbox (org_id) where is_default',
  `create table client (
    id text primary key,
    org_id text not null references org (id),
    name text not null,
    secret_hash text not null,
    scopes text[] not null,
    technical_account_id text not null,
    created_at bigint not null,
    revoked_at bigint
  )`,
  `create table signing_key (
    id text primary key,
    public_jwk jsonb not null,
    private_key text not null,
    created_at bigint not null
  )`,
  `create table schema_resource (${SCOPED},
    kind text not null check (kind in ('schemas', 'classes', 'fieldgroups', 'datatypes')),
    alt_id text not null,
    title text not null,
    version text not null,
    document jsonb not null,
    primary key (sandbox_id, id),
    unique (sandbox_id, alt_id),
    unique (sandbox_id, title)
  )`,
  `create table descriptor (${SCOPED},
    type text not null,
    source_schema text not null,
    document jsonb not null,
    primary key (sandbox_id, id)
  )`,
  'create index descriptor_schema_idx on descriptor (sandbox_id, source_schema)',
  `create table dataset (${SCOPED},
    name text not null,
    schema_id text not null,
    table_name text not null,
    version integer not null,
    document jsonb not null,
    primary key (id),
    unique (sandbox_id, table_name)
  )`,
  'create index dataset_schema_idx on dataset (sandbox_id, schema_id)',
  `create table lake_table (
    dataset_id text primary key references dataset (id),
    location text not null unique,
    metadata_key text not null,
    version integer not null,
    last_column_id integer not null
  )`,
  `create table batch (${SCOPED},
    dataset_id text not null references dataset (id),
    run_id uuid,
    status text not null,
    document jsonb not null,
    primary key (id)
  )`,
  'create index batch_dataset_idx on batch (sandbox_id, dataset_id, created_at desc)',
  'create index batch_run_idx on batch (run_id)',
  `create table batch_file (
    batch_id text not null references batch (id),
    ordinal integer not null,
    key text not null,
    row_count bigint not null,
    size_bytes bigint not null,
    primary key (batch_id, ordinal)
  )`,
  `create table mapping_set (${SCOPED},
    version integer not null,
    document jsonb not null,
    primary key (sandbox_id, id, version)
  )`,
  `create table connection (${ENTITY},
    spec_id uuid not null,
    auth_params text
  )`,
  `create table source_connection (${ENTITY},
    spec_id uuid not null,
    connection_id uuid references connection (id)
  )`,
  `create table target_connection (${ENTITY},
    spec_id uuid not null,
    dataset_id text references dataset (id)
  )`,
  `create table flow (${ENTITY},
    flow_spec_id uuid not null,
    source_connection_id uuid references source_connection (id),
    target_connection_id uuid references target_connection (id),
    next_run_at bigint,
    watermark_at bigint
  )`,
  'create index connection_sandbox_idx on connection (sandbox_id, created_at desc, id)',
  'create index source_connection_sandbox_idx on source_connection (sandbox_id, created_at desc, id)',
  'create index target_connection_sandbox_idx on target_connection (sandbox_id, created_at desc, id)',
  'create index flow_sandbox_idx on flow (sandbox_id, created_at desc, id)',
  `create index flow_due_idx on flow (next_run_at) where next_run_at is not null and state = 'enabled'`,
  `create table flow_run (
    id uuid primary key,
    org_id text not null references org (id),
    sandbox_id uuid not null references sandbox (id),
    -- a run outlives its flow in the list of runs, so this is no foreign key
    flow_id uuid not null,
    state text not null check (state in ('scheduled', 'queued', 'inProgress', 'success', 'failed', 'cancelled')),
    origin text not null check (origin in ('schedule', 'request', 'retry')),
    scheduled_for bigint not null,
    window_start bigint,
    window_end bigint,
    epoch integer not null,
    -- errors of its planning and its commit; interruptions are no errors
    error_count integer not null default 0,
    -- when the holder of its snapshot was last heard of, by the clock of this database
    held_at bigint,
    batch_id text,
    started_at bigint,
    completed_at bigint,
    plan jsonb,
    etag text not null,
    document jsonb not null,
    created_at bigint not null,
    updated_at bigint not null
  )`,
  'create index flow_run_flow_idx on flow_run (flow_id, created_at desc, id)',
  'create index flow_run_sandbox_idx on flow_run (sandbox_id, created_at desc, id)',
  // A tick of the schedule makes one run, however many servers see it.
  `create unique index flow_run_tick_idx on flow_run (flow_id, scheduled_for) where origin = 'schedule'`,
  // One run of a flow at a time.
  `create unique index flow_run_active_idx on flow_run (flow_id) where state in ('queued', 'inProgress')`,
  `create table run_slice (
    run_id uuid not null references flow_run (id),
    epoch integer not null,
    ordinal integer not null,
    state text not null check (state in ('pending', 'done')),
    attempt integer not null,
    error_count integer not null default 0,
    slice jsonb not null,
    result jsonb,
    row_count bigint not null,
    byte_count bigint not null,
    completed_at bigint,
    primary key (run_id, epoch, ordinal)
  )`,
  `create table lake_commit (
    run_id uuid primary key references flow_run (id),
    dataset_id text not null references dataset (id),
    batch_id text not null references batch (id),
    snapshot_id text not null,
    metadata_key text not null,
    committed_at bigint not null
  )`,
]
