import { type Kysely, sql } from 'kysely'

/** Subscriptions to what becomes of runs, and the outbox of what is to be told to their receivers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) {
    await sql.raw(statement).execute(db)
  }
}

const STATEMENTS = [
  // What its flow was called, for the time after the flow.
  'alter table flow_run add column flow_name text',
  `create table subscription (
    id uuid primary key,
    org_id text not null references org (id),
    sandbox_id uuid not null references sandbox (id),
    name text not null,
    state text not null check (state in ('enabled', 'disabled')),
    etag text not null,
    document jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- signing secrets and the values of extra headers, sealed
    secrets text not null,
    -- until then the receiver wants to be left alone
    resume_at bigint
  )`,
  'create index subscription_sandbox_idx on subscription (sandbox_id, created_at desc, id)',
  `create table delivery (
    id uuid primary key,
    org_id text not null references org (id),
    sandbox_id uuid not null references sandbox (id),
    subscription_id uuid not null references subscription (id) on delete cascade,
    -- neither is a foreign key: what has happened is told, even if flow and run are gone
    flow_id uuid not null,
    run_id uuid not null,
    event_id uuid not null,
    event text not null check (event in ('start', 'success', 'failure')),
    state text not null check (state in ('pending', 'delivered', 'failed')),
    -- the text that is sent, byte for byte the same in every attempt
    body text not null,
    -- attempts ever made; the newest fences the others off
    attempts integer not null default 0,
    -- attempts that failed since it was last asked for: how far it is in the table of pauses
    failures integer not null default 0,
    next_attempt_at bigint,
    -- a server is at it until then, by the clock of this database
    leased_until bigint,
    attempted_at bigint,
    status_code integer,
    error text,
    response text,
    created_at bigint not null,
    updated_at bigint not null,
    -- a run starts once and ends once
    unique (subscription_id, run_id, event)
  )`,
  'create index delivery_subscription_idx on delivery (subscription_id, created_at desc, id)',
  `create index delivery_due_idx on delivery (subscription_id, next_attempt_at, created_at) where state = 'pending'`,
  `create index delivery_failing_idx on delivery (subscription_id) where state = 'pending' and failures > 0`,
  `create index delivery_next_idx on delivery (next_attempt_at) where state = 'pending'`,
  'create index delivery_lease_idx on delivery (leased_until) where leased_until is not null',
  'create index delivery_age_idx on delivery (created_at)',
  // What the API shows of a delivery is made of its columns.
  `create view delivery_item as
    select id, org_id, sandbox_id, subscription_id, flow_id, run_id, state, event, created_at, updated_at,
      jsonb_strip_nulls(jsonb_build_object(
        'id', id,
        'subscriptionId', subscription_id,
        'eventId', event_id,
        'event', event,
        'flowId', flow_id,
        'runId', run_id,
        'state', state,
        'attempts', attempts,
        'createdAt', created_at,
        'updatedAt', updated_at,
        'lastAttemptAt', attempted_at,
        'nextAttemptAt', next_attempt_at,
        'statusCode', status_code,
        'error', error,
        'response', response
      )) as document
    from delivery`,
]
