import type { Cluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import pg from 'pg'

/** In every password, so that a diagnosis can be searched for them. */
export const CANARY = 'canary-4711-of-a-password'

/** Rules by role. Roles that are in no group come under none. */
export const HBA = `
host      all            rejected   all reject
host      all            unknown    all trust
host      all            local      all ident
host      all            in_clear   all password
host      all            hashed     all md5
hostnossl all            only_tls   all reject
hostssl   all            only_plain all reject
hostnossl all            certified  all reject
hostssl   all            certified  all cert
hostssl   all            cert_user  all cert
host      all            +staff     all scram-sha-256
`

/** Rules that a server takes only if it was built with what they name. */
const BUILT_WITH = {
  gssapi: 'host all foreigner all gss',
  ldap: 'host all by_ldap all ldap ldapserver=127.0.0.1 ldapport=1 ldapprefix="uid="',
}

export type Feature = keyof typeof BUILT_WITH

/** Whether a server was built with it. */
export async function hasFeature(cluster: Cluster, feature: Feature): Promise<boolean> {
  const sql = "select setting from pg_config where name = 'CONFIGURE'"
  const { rows } = await cluster.query<{ setting: string }>(sql)
  return rows[0]?.setting.includes(`--with-${feature}`) ?? false
}

/** Roles of the roomy server that have a password and a rule; what follows is how they differ from others. */
const ROLES: Readonly<Record<string, string>> = {
  reader: '',
  rejected: '',
  foreigner: '',
  local: '',
  by_ldap: '',
  in_clear: '',
  hashed: '',
  only_tls: '',
  only_plain: '',
  certified: '',
  cert_user: '',
  no_login: '',
  no_room: 'connection limit 0',
  alone: 'connection limit 1',
  with_a_friend: 'connection limit 2',
  hurried: '',
  tiny: '',
  cramped: '',
  broken: '',
  boss: 'superuser',
  clerk: '',
  outsider: '',
  doorless: '',
  columnist: '',
  tenant: '',
}

const READS_ALL = [
  'reader',
  'alone',
  'with_a_friend',
  'hurried',
  'tiny',
  'cramped',
  'in_clear',
  'hashed',
  'tenant',
]

const ROLE_SQL = [
  'create role staff',
  'create role no_rule login',
  ...Object.entries(ROLES).map(
    ([name, options]) => `create role ${name} login password '${CANARY}' ${options}`,
  ),
  `grant staff to ${Object.keys(ROLES).join(', ')}`,
  `grant pg_read_all_data to ${READS_ALL.join(', ')}`,
  'alter role no_login nologin',
  "alter role hurried set statement_timeout = '30s'",
  'alter role tiny set statement_timeout = 1',
  "alter role cramped set temp_file_limit = '1MB'",
  "alter role broken set session_preload_libraries = 'no_such_library'",
]

const DATABASE_SQL = [
  'create database shop template template0',
  'create database office template template0',
  'create database tenants template template0',
  'create database empty template template0',
  "create database bytes template template0 encoding 'SQL_ASCII' locale 'C'",
  'create database closed template template0',
  'create database private template template0',
  'create database crowded template template0 connection limit 0',
  'create database half_dropped template template0',
  'alter database closed allow_connections false',
  'revoke connect on database private from public',
  "update pg_database set datconnlimit = -2 where datname = 'half_dropped'",
]

/** Forty tables, all with a key. */
const TABLES_SQL = `do $$ begin
  for n in 1..40 loop
    execute format('create table item_%s (id int primary key, label text)', lpad(n::text, 2, '0'));
  end loop;
end $$`

const SHOP_SQL = `${TABLES_SQL};
  grant select on all tables in schema public to clerk;
  revoke select on item_07, item_23, item_40 from clerk`

const OFFICE_SQL = `
  create schema open; create schema locked;
  create table open.person (id int primary key, name text, salary numeric);
  create table locked.plan (id int primary key);
  grant usage on schema open to doorless, columnist;
  grant usage on schema locked to columnist;
  grant select on open.person, locked.plan to doorless;
  grant select on locked.plan to columnist;
  grant select (id, name) on open.person to columnist`

const TENANTS_SQL = `
  create table account (id int primary key, owner text);
  alter table account enable row level security;
  create policy own on account using (owner = current_user)`

export async function seedRoomy(cluster: Cluster): Promise<void> {
  const features = (Object.keys(BUILT_WITH) as Feature[]).map(async (feature) =>
    (await hasFeature(cluster, feature)) ? BUILT_WITH[feature] : '',
  )
  await cluster.reload({ hba: [...(await Promise.all(features)), HBA].join('\n') })
  await runAll(cluster, 'postgres', [...ROLE_SQL, ...DATABASE_SQL])
  await runAll(cluster, 'shop', [SHOP_SQL])
  await runAll(cluster, 'office', [OFFICE_SQL])
  await runAll(cluster, 'tenants', [TENANTS_SQL])
  await runAll(cluster, 'bytes', [TABLES_SQL])
}

export async function seedNarrow(cluster: Cluster): Promise<void> {
  await runAll(cluster, 'postgres', [
    `create role reader login replication password '${CANARY}' in role pg_read_all_data`,
    `create role reads_only login password '${CANARY}' in role pg_read_all_data`,
    'create database shop template template0',
  ])
  await runAll(cluster, 'shop', [TABLES_SQL, 'create publication everything for all tables'])
}

/** Runs statements as superuser, one after the other, in a database of their own choice. */
export async function runAll(
  cluster: Cluster,
  database: string,
  statements: readonly string[],
): Promise<void> {
  const { socketDir, port, user } = cluster
  const client = new pg.Client({ host: socketDir, port, user, database, ssl: false })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
