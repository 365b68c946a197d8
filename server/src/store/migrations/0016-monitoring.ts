import { type Kysely, sql } from 'kysely'

/**
 * What runs have brought, as columns that the database takes from their documents, in an index that answers questions
 * about a range of time by itself; and who has changed what.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

/** Whole numbers; 0 where there is none. */
function figure(name: string, path: string): string {
  return `add column ${name} bigint not null
    generated always as (greatest(document_time(document #> '{metrics,${path}}'), 0)) stored`
}

const STATEMENTS = [
  `alter table flow_run
    ${[
      figure('records_in', 'recordSummary,inputRecordCount'),
      figure('records_out', 'recordSummary,outputRecordCount'),
      figure('records_skipped', 'recordSummary,skippedRecordCount'),
      figure('records_failed', 'recordSummary,failedRecordCount'),
      figure('bytes_in', 'sizeSummary,inputBytes'),
      figure('bytes_out', 'sizeSummary,outputBytes'),
    ].join(',\n')}`,
  // Runs that have ended, and nothing of them has to be read besides.
  `create index flow_run_figures on flow_run (sandbox_id, completed_utc)
    include (org_id, flow_id, state, started_utc, records_in, records_out, records_skipped, records_failed,
      bytes_in, bytes_out)
    where completed_utc > -9007199254740992`,
  `create table audit_entry (
    id bigint primary key generated always as identity,
    at bigint not null,
    org_id text not null,
    sandbox_id uuid not null,
    area text not null,
    operation text not null,
    action text,
    resource_id text,
    resource_name text,
    outcome text not null check (outcome in ('done', 'denied', 'failed')),
    status integer not null,
    user_id text not null,
    client_id text not null,
    request_id text not null
  )`,
  'create index audit_entry_list on audit_entry (sandbox_id, id desc)',
  'create index audit_entry_at on audit_entry (sandbox_id, at)',
  'create index audit_entry_resource on audit_entry (sandbox_id, resource_id, id desc) where resource_id is not null',
  'create index audit_entry_age on audit_entry (at)',
]
