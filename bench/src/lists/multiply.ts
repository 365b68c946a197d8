import type pg from 'pg'
import { say } from '../table.ts'

/** How much there is of what. */
export interface Sizes {
  /** As many base, source and target connections. */
  readonly flows: number
  readonly runs: number
}

/** Milliseconds between two resources of a kind: all of them were made within two years. */
const SPAN_MS = 2 * 365 * 86_400_000
const START_MS = 1_700_000_000_000

/** Runs that wait must wait while lists are measured, or the server would run them. */
const FAR_FUTURE_MS = 4_000_000_000_000

/**
 * Makes many resources after the one of each kind that the database holds, with everything in them that lists
 * look at: names, states, times, references. Ids follow from the number, so that cases can be written down.
 */
export async function multiply(client: pg.Client, sizes: Sizes): Promise<void> {
  await client.query(`
    create function pg_temp.id_of(kind text, n bigint) returns uuid immutable language sql
      as $$ select md5(kind || n)::uuid $$;
    create function pg_temp.etag_of(n bigint) returns text immutable language sql
      as $$ select format('"%s-0000-0200-0000-%s0000"', lpad(to_hex(n), 8, '0'), to_hex(${START_MS / 1000})) $$;
    create function pg_temp.noise(n bigint) returns bigint immutable language sql
      as $$ select abs(hashint8(n)::bigint) $$;`)
  for (const [what, statement] of [
    ['connections', connections(sizes)],
    ['datasets', datasets()],
    ['source connections', sourceConnections(sizes)],
    ['target connections', targetConnections(sizes)],
    ['flows', flows(sizes)],
    ['runs', runs(sizes)],
  ] as const) {
    const startedMs = performance.now()
    const { rowCount } = await client.query(statement)
    say(`  ${rowCount} ${what} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  }
  await client.query('vacuum analyze')
}

/** The columns and members that all kinds share; `row` computes what differs, beside `n`, `id` and `state`. */
function entities(table: string, count: number, { state, columns, values, document }: EntitySql): string {
  const step = Math.floor(SPAN_MS / count)
  return `
    insert into ${table} (id, org_id, sandbox_id, name, state, etag, created_at, updated_at, document, ${columns})
    select pg_temp.id_of('${table}', n), org_id, sandbox_id, title, new_state, pg_temp.etag_of(n), at, at + late,
      template.document || ${document} || jsonb_strip_nulls(jsonb_build_object(
        'id', pg_temp.id_of('${table}', n), 'name', title, 'state', new_state, 'createdAt', at, 'updatedAt', at + late,
        'etag', pg_temp.etag_of(n), 'version', pg_temp.etag_of(n),
        'description', case n % 10 when 0 then null when 1 then 'nightly' else 'About number ' || n end,
        'lastOperation', jsonb_build_object('started', at + late, 'updated', 0, 'operation', 'create'))),
      ${values}
    from (select * from ${table} order by created_at limit 1) as template,
      generate_series(1::bigint, ${count}) as n,
      lateral (select ${START_MS} + n * ${step} as at, pg_temp.noise(n) % 1000000000 as late,
        initcap(replace('${table}', '_', ' ')) || ' ' || lpad(n::text, 7, '0') as title,
        ${state} as new_state) as made`
}

interface EntitySql {
  /** A state for `n`. */
  readonly state: string
  readonly columns: string
  readonly values: string
  readonly document: string
}

const POSTGRES = '74a1c565-4e59-48d7-9d67-7c03b8a13137'
const LAKE = 'c604ff05-7f1a-43c0-8e18-33bf874cb11c'
const STATE = `case when n % 50 = 0 then 'draft' when n % 33 = 0 then 'disabled' else 'enabled' end`
const DATASETS = 1000

function connections({ flows }: Sizes): string {
  const spec = `case when n % 10 = 0 then '${LAKE}' else '${POSTGRES}' end`
  return entities('connection', flows, {
    state: STATE,
    columns: 'spec_id, auth_params',
    values: `(${spec})::uuid, auth_params`,
    document: `jsonb_build_object('connectionSpec', jsonb_build_object('id', ${spec}, 'version', '1.0'))`,
  })
}

function datasets(): string {
  return `
    insert into dataset (id, org_id, sandbox_id, name, schema_id, table_name, version, document, created_at, updated_at)
    select lpad(to_hex(n), 24, '0'), org_id, sandbox_id, 'dataset ' || n, schema_id, 'table_' || n, version, document,
      created_at, updated_at
    from (select * from dataset limit 1) as template, generate_series(1, ${DATASETS}) as n`
}

function sourceConnections({ flows }: Sizes): string {
  return entities('source_connection', flows, {
    state: STATE,
    columns: 'spec_id, connection_id',
    values: `spec_id, pg_temp.id_of('connection', n)`,
    document: `jsonb_build_object(
      'baseConnectionId', pg_temp.id_of('connection', n),
      'params', jsonb_build_object('tableName', 'public.table_' || n % 5000) || case n % 2 when 0 then '{}'
        else jsonb_build_object('columns', jsonb_build_array(
          jsonb_build_object('name', 'id', 'type', 'integer', 'xdm', '{"type": "integer"}'::jsonb),
          jsonb_build_object('name', 'firstName', 'type', 'string', 'xdm', '{"type": "string"}'::jsonb),
          jsonb_build_object('name', 'column_' || n % 999, 'type', 'string', 'xdm', '{"type": "string"}'::jsonb)))
        end,
      'inheritedAttributes', jsonb_build_object('baseConnection', jsonb_build_object(
        'id', pg_temp.id_of('connection', n), 'connectionSpec', template.document -> 'connectionSpec')))`,
  })
}

function targetConnections({ flows }: Sizes): string {
  const dataset = `lpad(to_hex(1 + n % ${DATASETS}), 24, '0')`
  return entities('target_connection', flows, {
    state: STATE,
    columns: 'spec_id, dataset_id',
    values: `spec_id, ${dataset}`,
    document: `jsonb_build_object('params', jsonb_build_object('dataSetId', ${dataset}))`,
  })
}

/** One target connection takes a tenth of all flows, one mapping set too; every fiftieth flow leads outwards. */
function flows({ flows }: Sizes): string {
  const source = `pg_temp.id_of('source_connection', n)`
  const target = `pg_temp.id_of('target_connection', case n % 10 when 0 then 1 else n end)`
  const inherited = `template.document -> 'inheritedAttributes'`
  return entities('flow', flows, {
    state: `case when n % 20 = 0 then 'draft' when n % 7 = 0 then 'disabled' else 'enabled' end`,
    columns: 'flow_spec_id, source_connection_id, target_connection_id, watermark_at',
    values: `flow_spec_id, ${source}, ${target}, at`,
    document: `(template.document - 'lastRunDetails') || jsonb_build_object(
      'runs', '/runs?property=flowId==' || pg_temp.id_of('flow', n),
      'sourceConnectionIds', jsonb_build_array(${source}),
      'targetConnectionIds', jsonb_build_array(${target}),
      'inheritedAttributes', jsonb_build_object(
        'properties', case n % 50 when 0 then '{"isSourceFlow": false, "isDestinationFlow": true}'::jsonb else '{"isSourceFlow": true}' end,
        'sourceConnections', jsonb_build_array(
          (${inherited} #> '{sourceConnections,0}') || jsonb_build_object('id', ${source}, 'baseConnection',
            (${inherited} #> '{sourceConnections,0,baseConnection}')
              || jsonb_build_object('id', pg_temp.id_of('connection', n)))),
        'targetConnections', jsonb_build_array(
          (${inherited} #> '{targetConnections,0}') || jsonb_build_object('id', ${target}))),
      'transformations', jsonb_build_array(
        template.document #> '{transformations,0}',
        jsonb_build_object('name', 'Mapping', 'params', jsonb_build_object(
          'mappingId', md5('mapping' || case n % 10 when 1 then 0 else n end), 'mappingVersion', 0))))
      || case n % 10 when 9 then '{}' else jsonb_build_object('lastRunDetails', jsonb_build_object(
        'id', pg_temp.id_of('run', n), 'state', case n % 25 when 3 then 'failed' else 'success' end,
        'startedAtUTC', at + late + 1000, 'completedAtUTC', at + late + 61000)) end`,
  })
}

/** Every fiftieth run is one of the first flow. The newest are under way. */
function runs({ flows, runs }: Sizes): string {
  const step = Math.floor(SPAN_MS / runs)
  return `
    insert into flow_run (id, org_id, sandbox_id, flow_id, state, origin, scheduled_for, epoch, batch_id, started_at,
      completed_at, etag, document, created_at, updated_at)
    select pg_temp.id_of('run', n), org_id, sandbox_id, flow, new_state, 'request', case phase when 'scheduled' then ${FAR_FUTURE_MS} else at end, 1,
      template.batch_id, at + 1000, case when ended then done end, pg_temp.etag_of(n),
      (template.document - case when ended then '' else 'proof' end) || jsonb_build_object(
        'id', pg_temp.id_of('run', n), 'flowId', flow, 'createdAt', at, 'updatedAt', done,
        'etag', pg_temp.etag_of(n), 'providerRefId', 'M-' || flow || '-incremental-0:' || pg_temp.id_of('run', n),
        'metrics', case when ended
          then (template.document -> 'metrics') || jsonb_build_object(
            'durationSummary', jsonb_build_object('startedAtUTC', at + 1000, 'completedAtUTC', done),
            'recordSummary', jsonb_build_object('inputRecordCount', chance, 'outputRecordCount', chance,
              'createdRecordCount', chance, 'failedRecordCount', 0),
            'statusSummary', (template.document #> '{metrics,statusSummary}')
              || jsonb_build_object('status', new_state) || case new_state when 'failed' then jsonb_build_object(
                'errors', jsonb_build_array(jsonb_build_object('code', 'CONNECTOR-1001-500',
                  'message', 'The server closed the connection.'))) else '{}' end)
          else jsonb_build_object('statusSummary', jsonb_build_object('status', new_state)) end,
        'activities', case when ended then replace(replace(replace(template.document ->> 'activities',
            template.batch_id, upper(left(md5('batch' || n), 26))),
            template.document #>> '{activities,0,sourceInfo,0,id}', pg_temp.id_of('source_connection', flow_n)::text),
            template.document #>> '{activities,1,targetInfo,0,id}', pg_temp.id_of('target_connection', flow_n)::text
          )::jsonb else '[]' end),
      at, done
    from (select * from flow_run where state = 'success' limit 1) as template,
      generate_series(1::bigint, ${runs}) as n,
      lateral (select ${START_MS} + n * ${step} as at, pg_temp.noise(n) % 1000 as chance,
        case when n % 50 = 0 and n <= ${runs} - 800 then 1 else 1 + n * 7919 % ${flows} end as flow_n,
        case when n > ${runs} - 300 then 'inProgress' when n > ${runs} - 400 then 'queued'
          when n > ${runs} - 800 then 'scheduled' else 'ended' end as phase) as made,
      lateral (select pg_temp.id_of('flow', flow_n) as flow, at + 2000 + chance * 600 as done, phase = 'ended' as ended,
        case when phase <> 'ended' then phase when chance < 940 then 'success' when chance < 990 then 'failed'
          else 'cancelled' end as new_state) as more`
}
