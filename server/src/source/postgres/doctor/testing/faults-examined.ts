import { startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { spreadingProxy } from '@headwater/testkit/postgres-lab/spreading-proxy.ts'
import pg from 'pg'
import type { FindingCode } from '#source/postgres/doctor/findings.ts'
import type { Fault, Injected } from './fault.ts'
import { type FaultLab, holdSessions, injected, type TargetOptions, targetAt } from './fault-lab.ts'
import { CANARY, runAll } from './fault-sources.ts'

const user: Fault['quotes'] = ({ username }) => [`"${username}"`]
const database: Fault['quotes'] = (target) => [`"${target.database}"`]

/** What the roomy server is like for the session that these options ask for. */
function ofServer(
  code: FindingCode,
  name: string,
  options: TargetOptions,
  more: Pick<Fault, 'quotes' | 'stage'> & Partial<Fault>,
): Fault {
  const inject = async (lab: FaultLab): Promise<Injected> => injected(targetAt(await lab.roomy(), options))
  return { name, code, inject, ...more }
}

/** The user lacks rights, or does not see everything. */
export const PRIVILEGE_FAULTS: readonly Fault[] = [
  ofServer(
    'SELECT_MISSING',
    'no SELECT on 3 of 40 tables',
    { user: 'clerk' },
    {
      stage: 'privileges',
      quotes: () => ['"clerk"', 'public.item_07', 'public.item_23', 'public.item_40'],
    },
  ),
  ofServer(
    'SCHEMA_USAGE_MISSING',
    'no USAGE on a schema',
    { user: 'doorless', database: 'office' },
    {
      stage: 'privileges',
      quotes: () => ['"doorless"', '"locked"'],
    },
  ),
  ofServer(
    'COLUMNS_MISSING',
    'no SELECT on a column',
    { user: 'columnist', database: 'office' },
    {
      stage: 'privileges',
      quotes: () => ['"columnist"', 'open.person', 'salary'],
    },
  ),
  ofServer(
    'NOTHING_READABLE',
    'no right to read anything',
    { user: 'outsider', database: 'office' },
    {
      stage: 'privileges',
      quotes: () => ['"outsider"', '"office"'],
    },
  ),
  ofServer(
    'DATABASE_EMPTY',
    'a database without tables',
    { database: 'empty' },
    {
      stage: 'privileges',
      quotes: database,
    },
  ),
  ofServer(
    'ROW_SECURITY_ACTIVE',
    'rows that a policy hides',
    { user: 'tenant', database: 'tenants' },
    {
      stage: 'privileges',
      quotes: () => ['"tenant"', 'public.account'],
    },
  ),
  {
    name: 'a superuser',
    code: 'ROLE_IS_SUPERUSER',
    stage: 'privileges',
    place: 'finding',
    quotes: user,
    inject: async (lab) => {
      const cluster = await lab.roomy()
      return injected(targetAt(cluster, { user: 'boss' }))
    },
  },
]

const OF_ROLES: readonly Fault[] = [
  ofServer(
    'STATEMENT_TIMEOUT_SHORT',
    'a role whose statements may not take long',
    { user: 'hurried' },
    {
      stage: 'settings',
      place: 'finding',
      quotes: () => ['30000 ms'],
    },
  ),
  ofServer(
    'TEMP_FILE_LIMIT_SMALL',
    'a role that may have few temporary files',
    { user: 'cramped' },
    {
      stage: 'settings',
      quotes: () => ['1024 kB'],
    },
  ),
  ofServer(
    'ROLE_CONNECTION_LIMIT_SMALL',
    'a role with too few sessions for a run',
    { user: 'with_a_friend' },
    {
      stage: 'settings',
      quotes: (target) => [...user(target), '2 sessions'],
    },
  ),
  ofServer(
    'NO_SECOND_SESSION',
    'a role with one session',
    { user: 'alone' },
    {
      stage: 'settings',
      place: 'parallel',
      quotes: () => ['"alone"'],
    },
  ),
  ofServer(
    'NOT_ENCRYPTED',
    'a session in plaintext',
    {},
    {
      stage: 'settings',
      place: 'finding',
      quotes: ({ host, port }) => [`${host}:${port}`],
    },
  ),
  ofServer(
    'PASSWORD_IN_CLEAR',
    'a password that travels in clear text',
    { user: 'in_clear' },
    {
      stage: 'settings',
      quotes: user,
    },
  ),
  ofServer(
    'SEARCH_PATH_UNKNOWN',
    'a schema that does not exist',
    { searchPath: ['public', 'no_such_schema'] },
    {
      stage: 'settings',
      quotes: () => ['"no_such_schema"'],
    },
  ),
  ofServer(
    'ENCODING_SQL_ASCII',
    'a database without an encoding',
    { database: 'bytes' },
    {
      stage: 'settings',
      quotes: database,
    },
  ),
]

const OF_SERVERS: readonly Fault[] = [
  {
    name: 'a name behind which there are several servers',
    code: 'SNAPSHOT_UNAVAILABLE',
    stage: 'settings',
    place: 'parallel',
    quotes: () => ['snapshot'],
    inject: async (lab) => {
      const balancer = await spreadingProxy([await lab.roomy(), await lab.narrow()])
      return injected(targetAt(balancer), balancer)
    },
  },
  {
    name: 'a server with little room left',
    code: 'CONNECTIONS_SCARCE',
    stage: 'settings',
    quotes: () => ['Of the 8 connections'],
    inject: async (lab) => {
      const cluster = await lab.narrow()
      return injected(targetAt(cluster), await holdSessions(cluster, 4))
    },
  },
  {
    name: 'a certificate that expires soon',
    code: 'CERTIFICATE_EXPIRES_SOON',
    stage: 'settings',
    needs: 'openssl',
    quotes: () => ['valid until 2'],
    inject: async (lab) => {
      const cluster = await lab.overTls()
      const { root } = await lab.certificates()
      return injected(targetAt(cluster, { mode: 'verify-full', tls: { ca: root.certificate } }))
    },
  },
  {
    name: 'a standby',
    code: 'SERVER_IS_STANDBY',
    stage: 'settings',
    quotes: () => ['30000 ms'],
    inject: injectStandby,
  },
]

const OF_POOLERS: readonly Fault[] = (
  [
    ['POOLER_TRANSACTION_MODE', 'by_transaction', 'transaction mode', undefined],
    ['POOLER_STATEMENT_MODE', 'by_statement', 'no transactions', undefined],
    ['POOLER_IN_BETWEEN', 'by_session', 'pooler', 'finding'],
    ['POOLER_CANNOT_REPLICATE', 'by_session', 'replication', 'capture'],
  ] as const
).map(([code, name, words, place]) => ({
  name: `a pooler, ${name.replace('_', ' ')}: ${code.toLowerCase().replaceAll('_', ' ')}`,
  code,
  stage: 'settings',
  place,
  needs: 'pgbouncer',
  quotes: () => [words],
  inject: async (lab) => injected(targetAt(await lab.pooler(), { database: name })),
}))

const OF_CHECKS: readonly Fault[] = [
  {
    name: 'a catalogue that somebody holds locked',
    code: 'CHECK_UNFINISHED',
    stage: 'settings',
    quotes: () => ['change capture'],
    inject: async (lab) => {
      const { socketDir, port, user: superuser } = await lab.roomy()
      const client = new pg.Client({ host: socketDir, port, user: superuser, database: 'shop', ssl: false })
      await client.connect()
      await client.query('begin')
      await client.query('lock table pg_catalog.pg_publication in access exclusive mode')
      const target = targetAt(await lab.roomy())
      return { target, [Symbol.asyncDispose]: () => client.end() }
    },
  },
  {
    name: 'a catalogue that the user may not read',
    code: 'CHECK_FAILED',
    stage: 'settings',
    quotes: () => ['change capture', 'permission denied'],
    inject: async (lab) => {
      const cluster = await lab.roomy()
      await runAll(cluster, 'shop', ['revoke select on pg_catalog.pg_publication from public'])
      return {
        target: targetAt(cluster, { user: 'clerk' }),
        [Symbol.asyncDispose]: () =>
          runAll(cluster, 'shop', ['grant select on pg_catalog.pg_publication to public']),
      }
    },
  },
]

/** Settings of the role or the server, a pooler in between, or checks that do not end. */
export const SETTINGS_FAULTS: readonly Fault[] = [...OF_ROLES, ...OF_SERVERS, ...OF_POOLERS, ...OF_CHECKS]

/** The narrow server would let its changes be captured, but for what these statements do to it. */
function uncapturable(
  code: FindingCode,
  name: string,
  quotes: Fault['quotes'],
  how: { readonly do: string; readonly undo: string },
): Fault {
  const inject = async (lab: FaultLab): Promise<Injected> => {
    const cluster = await lab.narrow()
    await runAll(cluster, 'shop', [how.do])
    return { target: targetAt(cluster), [Symbol.asyncDispose]: () => runAll(cluster, 'shop', [how.undo]) }
  }
  const stage = code === 'REPLICATION_SLOTS_EXHAUSTED' ? 'settings' : 'privileges'
  return { name, code, stage, place: 'capture', quotes, inject }
}

async function injectStandby(): Promise<Injected> {
  const resources = new AsyncDisposableStack()
  const cluster = resources.use(await startCluster({ startSettings: { wal_level: 'logical' } }))
  await runAll(cluster, 'postgres', [
    `create role reader login replication password '${CANARY}' in role pg_read_all_data`,
    'create table item (id int primary key)',
    'create publication everything for all tables',
  ])
  await cluster.stop()
  await cluster.start({ 'standby.signal': '' })
  return injected(targetAt(cluster, { database: 'postgres' }), resources)
}

/** Nothing is in the way of reading, but changes could not be captured. */
export const CAPTURE_FAULTS: readonly Fault[] = [
  uncapturable('PUBLICATION_MISSING', 'no publication', database, {
    do: 'drop publication everything',
    undo: 'create publication everything for all tables',
  }),
  uncapturable('REPLICA_IDENTITY_MISSING', 'a table without a key', () => ['public.heap'], {
    do: 'create table heap (id int)',
    undo: 'drop table heap',
  }),
  uncapturable('REPLICATION_SLOTS_EXHAUSTED', 'no replication slot left', () => ['None of the 1'], {
    do: "select pg_create_physical_replication_slot('taken')",
    undo: "select pg_drop_replication_slot('taken')",
  }),
  {
    name: 'no WAL sender left',
    code: 'WAL_SENDERS_EXHAUSTED',
    stage: 'settings',
    place: 'capture',
    quotes: () => ['None of the 1'],
    inject: async (lab) => {
      const cluster = await lab.narrow()
      return injected(targetAt(cluster), await holdSessions(cluster, 1, { replication: true }))
    },
  },
  {
    name: 'a role that may not replicate',
    code: 'REPLICATION_ROLE_MISSING',
    stage: 'privileges',
    place: 'capture',
    quotes: user,
    inject: async (lab) => injected(targetAt(await lab.narrow(), { user: 'reads_only' })),
  },
  {
    name: 'a write-ahead log without what decoding needs',
    code: 'WAL_LEVEL_NOT_LOGICAL',
    stage: 'settings',
    place: 'capture',
    quotes: () => ['"replica"'],
    inject: async (lab) => injected(targetAt(await lab.roomy())),
  },
  {
    name: 'a standby that cannot decode',
    code: 'STANDBY_CANNOT_DECODE',
    stage: 'settings',
    place: 'capture',
    quotes: () => ['standby of version'],
    needs: 'old server',
    inject: injectStandby,
  },
]
