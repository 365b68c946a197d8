import { createTable, readTable } from '@headwater/server/lake/iceberg/table.ts'
import { openFolderStorage } from '@headwater/server/lake/storage/folder-storage.ts'
import { openKeyring } from '@headwater/server/secrets/keyring.ts'
import type pg from 'pg'

export interface SeedOptions {
  readonly client: pg.Client
  /** Of the server that made the first flow: its key seals, its lake takes the tables. */
  readonly dataDir: string
  readonly flows: number
  /** Flows that share a base connection. */
  readonly flowsPerConnection: number
  readonly intervalMinutes: number
  /** Epoch milliseconds, a whole second: the first flow is due then, the others evenly within the interval after it. */
  readonly startMs: number
}

const TABLES_AT_ONCE = 16

/** Makes flows after the only one that the database holds: each with a dataset and a table of its own. */
export async function seedFlows(options: SeedOptions): Promise<void> {
  const { client, flows, flowsPerConnection } = options
  const connections = Math.ceil(flows / flowsPerConnection)
  await client.query(FUNCTIONS)
  await cloneRows(
    client,
    'connection',
    connections,
    `'id', pg_temp.id_of('connection', n), 'name', 'connection ' || n`,
  )
  await sealConnections(options)
  await cloneRows(
    client,
    'dataset',
    flows,
    `'id', pg_temp.dataset_of(n), 'name', 'dataset ' || n, 'table_name', 'table_' || n`,
  )
  await makeTables(options)
  await cloneRows(
    client,
    'source_connection',
    flows,
    `'id', pg_temp.id_of('source', n), 'connection_id', pg_temp.id_of('connection', 1 + (n - 1) / ${flowsPerConnection})`,
  )
  await cloneRows(
    client,
    'target_connection',
    flows,
    `'id', pg_temp.id_of('target', n), 'dataset_id', pg_temp.dataset_of(n)`,
  )
  await makeFlows(options)
  await client.query('vacuum analyze')
}

const FUNCTIONS = `
  create function pg_temp.id_of(kind text, n bigint) returns uuid immutable language sql
    as $$ select md5(kind || n)::uuid $$;
  create function pg_temp.dataset_of(n bigint) returns text immutable language sql
    as $$ select lpad(to_hex(n), 24, '0') $$`

/** Rows like the oldest one, but for the members of `overrides`, which may speak of their number `n`, from 1 on. */
async function cloneRows(client: pg.Client, table: string, count: number, overrides: string): Promise<void> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(format('%I', column_name), ', ' order by ordinal_position) as columns
     from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER'`,
    [table],
  )
  const columns = rows[0]?.columns ?? ''
  await client.query(
    `insert into ${table} (${columns})
     select ${columns
       .split(', ')
       .map((column) => `made.${column}`)
       .join(', ')}
     from (select * from ${table} order by created_at limit 1) as template,
       generate_series(1::bigint, ${count}) as n,
       jsonb_populate_record(null::${table}, to_jsonb(template) || jsonb_build_object(${overrides})) as made`,
  )
}

/** A secret opens for the connection alone that it was sealed for. */
async function sealConnections({ client, dataDir }: SeedOptions): Promise<void> {
  const keyring = openKeyring({ dataDir })
  const { rows } = await client.query<{ id: string; auth_params: string }>(
    'select id, auth_params from connection order by created_at, id',
  )
  const first = rows.find(({ id, auth_params: sealed }) =>
    opens(() => keyring.open(sealed, `connection:${id}`)),
  )
  if (first === undefined) throw new Error('no connection opens')
  const params = keyring.open(first.auth_params, `connection:${first.id}`)
  const others = rows
    .filter((row) => row !== first)
    .map(({ id }) => [id, keyring.seal(params, `connection:${id}`)])
  await client.query(
    `update connection set auth_params = sealed.params
     from (select * from unnest($1::uuid[], $2::text[]) as s(id, params)) as sealed where connection.id = sealed.id`,
    [others.map(([id]) => id), others.map(([, sealed]) => sealed)],
  )
}

function opens(open: () => unknown): boolean {
  try {
    open()
    return true
  } catch {
    return false
  }
}

async function makeTables({ client, dataDir, flows, startMs }: SeedOptions): Promise<void> {
  await using storage = await openFolderStorage(`${dataDir}/lake`)
  const { rows } = await client.query<{ metadata_key: string; location: string }>('select * from lake_table')
  const [template] = rows
  if (template === undefined) throw new Error('the first flow has no table')
  const { fields } = await readTable(storage, template.metadata_key)
  const folder = template.location.split('/')[0]
  const made: { readonly location: string; readonly metadataKey: string }[] = []
  const numbers = Array.from({ length: flows }, (_, index) => index + 1).values()
  const work = async (): Promise<void> => {
    for (const n of numbers) {
      const location = `${folder}/${n.toString(16).padStart(24, '0')}`
      made.push({ location, ...(await createTable(storage, { location, fields, nowMs: startMs })) })
    }
  }
  await Promise.all(Array.from({ length: TABLES_AT_ONCE }, work))
  await client.query(
    `insert into lake_table (dataset_id, location, metadata_key, version, last_column_id)
     select split_part(t.location, '/', 2), t.location, t.metadata_key, template.version, template.last_column_id
     from unnest($1::text[], $2::text[]) as t(location, metadata_key), (select * from lake_table limit 1) as template`,
    [made.map(({ location }) => location), made.map(({ metadataKey }) => metadataKey)],
  )
}

async function makeFlows({ client, flows, intervalMinutes, startMs }: SeedOptions): Promise<void> {
  const startS = Math.trunc(startMs / 1000)
  const due = `(${startS} + n * ${intervalMinutes * 60} / ${flows})`
  await cloneRows(
    client,
    'flow',
    flows,
    `'id', pg_temp.id_of('flow', n), 'name', 'flow ' || n, 'state', 'enabled',
     'source_connection_id', pg_temp.id_of('source', n), 'target_connection_id', pg_temp.id_of('target', n),
     'next_run_at', ${due} * 1000, 'watermark_at', null,
     'document', (template.document - 'lastRunDetails') || jsonb_build_object('id', pg_temp.id_of('flow', n),
       'scheduleParams', jsonb_build_object(
         'startTime', ${due}::text, 'frequency', 'minute', 'interval', ${intervalMinutes}))`,
  )
}
