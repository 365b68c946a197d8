import { type Kysely, sql } from 'kysely'

/**
 * Lists of any size answer at once: columns for what filters and orders look at, taken from the document by the
 * database itself, and for each order an index that holds the columns of filters besides, so that rows which are not
 * wanted are passed by without being read. Whoever changes this compares `npm run bench -- lists`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...FUNCTIONS, ...COLUMNS, ...INDEXES]) {
    await sql.raw(statement).execute(db)
  }
}

const FUNCTIONS = [
  // Whole milliseconds; -2^53 where there is no number, cut down to what both JSON's and our numbers can say.
  `create function document_time(value jsonb) returns bigint immutable parallel safe language sql as $$
    select case jsonb_typeof(value)
      when 'number' then greatest(least(floor(value::numeric), 9007199254740991), -9007199254740991)::bigint
      else -9007199254740992
    end
  $$`,
]

const ENTITY_TABLES = ['connection', 'source_connection', 'target_connection', 'flow']

function time(path: string): string {
  return `bigint not null generated always as (document_time(document #> '{${path}}')) stored`
}

function texts(name: string): string {
  return `jsonb not null generated always as (coalesce(document -> '${name}', '[]')) stored`
}

const COLUMNS = [
  ...ENTITY_TABLES.map(
    (table) => `alter table ${table}
      add column description text generated always as (document ->> 'description') stored,
      add column operation_started_at ${time('lastOperation,started')},
      add column operation_updated_at ${time('lastOperation,updated')}
      ${table === 'flow' ? `, ${flowColumns()}` : ''}`,
  ),
  `alter table flow_run
    add column started_utc ${time('metrics,durationSummary,startedAtUTC')},
    add column completed_utc ${time('metrics,durationSummary,completedAtUTC')}`,
]

function flowColumns(): string {
  return `
    add column source_connection_ids ${texts('sourceConnectionIds')},
    add column target_connection_ids ${texts('targetConnectionIds')},
    add column last_run_started_at ${time('lastRunDetails,startedAtUTC')},
    add column last_run_completed_at ${time('lastRunDetails,completedAtUTC')},
    add column last_run_state text not null generated always as (
      coalesce(lower(document #>> '{lastRunDetails,state}'), '')
    ) stored,
    add column is_source_flow text not null generated always as (
      coalesce(lower(document #>> '{inheritedAttributes,properties,isSourceFlow}'), '')
    ) stored`
}

/** The first 500 characters, which fit an index whatever they are. */
const NAME = '(left(name, 500) collate "C")'
const DESCRIPTION = '(left(description, 500) collate "C")'

const ENTITY_TIMES = ['created_at', 'updated_at']
const FLOW_TIMES = [...ENTITY_TIMES, 'last_run_started_at', 'last_run_completed_at']
const RUN_TIMES = [...ENTITY_TIMES, 'started_utc', 'completed_utc']

/**
 * One index for each order, one for each filter that may leave few rows, and one for equality anywhere in the
 * document. What else is filtered by stands at the end of each.
 */
function entityIndexes(
  table: string,
  filters: readonly string[],
  { times = ENTITY_TIMES, others = [] }: { times?: readonly string[]; others?: readonly string[] } = {},
): readonly string[] {
  const filtered = ['state', ...filters, ...others]
  const byTime = times.map((time) => [time, 'id', ...filtered, ...times.filter((other) => other !== time)])
  const byOperation = ['operation_started_at', 'operation_updated_at'].map((time) => [
    time,
    'id',
    ...filtered,
  ])
  const byFilter = [DESCRIPTION, ...filters].map((filter) => [filter, 'created_at', 'id', 'state'])
  return [
    ...[...byTime, ...byOperation, ['id', ...filtered], [NAME, 'id', ...filtered], ...byFilter].map(
      (columns) => indexOf(table, columns),
    ),
    // Many have the same: sorted by it, they come in the order of their ids.
    ...filters.map(
      (filter) => `create index ${table}_${filter}_order on ${table} (sandbox_id, ${filter}, id)`,
    ),
    `create index ${table}_document_list on ${table} using gin (document jsonb_path_ops)
      with (gin_pending_list_limit = 512)`,
  ]
}

function indexOf(table: string, columns: readonly string[]): string {
  const [first = ''] = columns
  const name = /^\(left\((\w+)/.exec(first)?.[1] ?? first
  return `create index ${table}_${name}_list on ${table} (${['sandbox_id', ...columns].join(', ')})`
}

const INDEXES = [
  // Lists have better ones now.
  ...[...ENTITY_TABLES, 'flow_run'].map((table) => `drop index ${table}_sandbox_idx`),
  ...entityIndexes('connection', ['spec_id']),
  ...entityIndexes('source_connection', ['spec_id', 'connection_id']),
  ...entityIndexes('target_connection', ['spec_id']),
  ...entityIndexes('flow', ['flow_spec_id', 'is_source_flow'], {
    times: FLOW_TIMES,
    others: ['last_run_state'],
  }),
  ...['source_connection_ids', 'target_connection_ids'].map(
    (column) => `create index flow_${column}_list on flow using gin (${column} jsonb_path_ops)`,
  ),
  ...RUN_TIMES.map((time) => indexOf('flow_run', [time, 'id', 'state'])),
  indexOf('flow_run', ['id', 'state']),
  indexOf('flow_run', ['state', 'created_at', 'id']),
  indexOf('flow_run', ['flow_id', 'created_at', 'id', 'state', 'started_utc', 'completed_utc', 'updated_at']),
  // Equal keys are stored once, so that counting a million of them reads seven megabytes.
  'create index flow_run_count_list on flow_run (sandbox_id, state)',
  ...RUN_TIMES.filter((time) => time !== 'created_at').map(
    (time) => `create index flow_run_${time}_lag on flow_run (sandbox_id, (${time} - created_at))
      where ${time} > -9007199254740992`,
  ),
  `create index flow_run_document_list on flow_run using gin (document jsonb_path_ops)
    with (gin_pending_list_limit = 512)`,
]
