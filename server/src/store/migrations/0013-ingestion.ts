import { type Kysely, sql } from 'kysely'

/** What clients upload into batches, and the imports that make rows of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) {
    await sql.raw(statement).execute(db)
  }
}

const STATEMENTS = [
  `create table batch_input (
    batch_id text not null references batch (id) on delete cascade,
    path text not null,
    state text not null,
    size_bytes bigint not null,
    updated_at bigint not null,
    primary key (batch_id, path)
  )`,
  `create table batch_input_part (
    key text primary key,
    batch_id text not null references batch (id) on delete cascade,
    path text not null,
    first_byte bigint not null,
    size_bytes bigint not null,
    foreign key (batch_id, path) references batch_input (batch_id, path) on delete cascade
  )`,
  'create index batch_input_part_idx on batch_input_part (batch_id, path, first_byte)',
  `create table batch_import (
    batch_id text primary key references batch (id) on delete cascade,
    is_submitted boolean not null default false,
    epoch integer not null default 0,
    error_count integer not null default 0,
    plan jsonb
  )`,
  `create table import_slice (
    batch_id text not null references batch_import (batch_id) on delete cascade,
    epoch integer not null,
    ordinal integer not null,
    state text not null,
    error_count integer not null default 0,
    paths text[] not null,
    result jsonb,
    primary key (batch_id, epoch, ordinal)
  )`,
  // Batches that nobody goes on with are looked for again and again.
  `create index batch_loading_idx on batch (updated_at) where status = 'loading' and run_id is null`,
]
