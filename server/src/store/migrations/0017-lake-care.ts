import { type Kysely, sql } from 'kysely'

/**
 * What a dataset wants of its table's past and shape; snapshots that are no part of their tables any more and whose
 * files are still there; and files that were made of others, with what leads back to those.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table lake_table
    add column policy jsonb not null default '{}',
    add column tended_at bigint not null default 0,
    add column tended_version integer not null default 0`,
  `create table lake_expired (
    manifest_list_key text primary key,
    dataset_id text not null references dataset (id) on delete cascade,
    snapshot_id text not null,
    expired_at bigint not null
  )`,
  'create index lake_expired_dataset_idx on lake_expired (dataset_id, expired_at)',
  `create table lake_compaction (
    key text primary key,
    dataset_id text not null references dataset (id) on delete cascade,
    source_keys jsonb not null,
    entries bytea not null,
    created_at bigint not null
  )`,
  'create index lake_compaction_dataset_idx on lake_compaction (dataset_id)',
]
