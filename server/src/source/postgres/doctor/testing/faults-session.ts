import { beginShutdown, startClosed } from '@headwater/testkit/postgres-lab/closed-server.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { type Meddling, meddlingProxy } from '@headwater/testkit/postgres-lab/meddling-proxy.ts'
import { rewritingProxy } from '@headwater/testkit/postgres-lab/proxies.ts'
import { refusal, serveDialogue } from '@headwater/testkit/postgres-lab/refusing-servers.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import type { Fault, Injected } from './fault.ts'
import { type FaultLab, holdSessions, injected, type TargetOptions, targetAt } from './fault-lab.ts'

const place: Fault['quotes'] = ({ host, port }) => [`${host}:${port}`]
const user: Fault['quotes'] = ({ username }) => [`"${username}"`]
const database: Fault['quotes'] = (target) => [`"${target.database}"`]

function ofServer(
  code: FailureCode,
  name: string,
  options: TargetOptions,
  quotes: Fault['quotes'] = database,
): Fault {
  const inject = async (lab: FaultLab): Promise<Injected> => injected(targetAt(await lab.roomy(), options))
  return { name, code, stage: 'database', quotes, inject }
}

const REFUSED: readonly Fault[] = [
  ofServer('DATABASE_NOT_FOUND', 'a database that does not exist', { database: 'no such "shop"' }),
  ofServer('DATABASE_NOT_ALLOWED', 'a database that the role may not connect to', { database: 'private' }),
  ofServer('DATABASE_CLOSED', 'a database that takes no connections', { database: 'closed' }),
  ofServer('DATABASE_INVALID', 'a database that was not dropped to the end', { database: 'half_dropped' }),
  ofServer('DATABASE_CONNECTION_LIMIT', 'a database with no room', { database: 'crowded' }),
  ofServer('ROLE_CONNECTION_LIMIT', 'a role with no room', { user: 'no_room' }, user),
  ofServer('SERVER_REFUSED', 'a role with a setting that can not be had', { user: 'broken' }, () => [
    'no_such_library',
  ]),
  {
    name: 'a server with no room',
    code: 'SERVER_CONNECTION_LIMIT',
    stage: 'database',
    quotes: (target) => [...place(target), 'connection'],
    inject: async (lab) => {
      const cluster = await lab.narrow()
      return injected(targetAt(cluster), await holdSessions(cluster, 7))
    },
  },
]

/** A server of its own in a state in which it takes no sessions. */
function closed(
  code: FailureCode,
  name: string,
  { startSettings = {}, words }: { readonly startSettings?: Record<string, string>; readonly words: RegExp },
  files: (cluster: Cluster) => Promise<Readonly<Record<string, string>>>,
): Fault {
  const inject = async (): Promise<Injected> => {
    const resources = new AsyncDisposableStack()
    const cluster = resources.use(await startCluster({ startSettings }))
    const put = await files(cluster)
    // A shutdown in order would write that the backup of the label has come to nothing.
    await cluster.stop('immediate')
    resources.use(await startClosed(cluster, put, words))
    return injected(targetAt(cluster, { database: 'postgres' }), resources)
  }
  return { name, code, stage: 'database', quotes: place, inject }
}

/** Of a backup whose end never comes. */
async function backupLabel(cluster: Cluster): Promise<string> {
  await cluster.query('checkpoint')
  const { rows } = await cluster.query<{ redo: string; file: string; checkpoint: string }>(
    'select redo_lsn as redo, redo_wal_file as file, checkpoint_lsn as checkpoint from pg_control_checkpoint()',
  )
  const { redo, file, checkpoint } = rows[0] ?? { redo: '', file: '', checkpoint: '' }
  return `START WAL LOCATION: ${redo} (file ${file})
CHECKPOINT LOCATION: ${checkpoint}
BACKUP METHOD: streamed
BACKUP FROM: primary
START TIME: 2026-01-01 00:00:00 UTC
LABEL: unfinished
START TIMELINE: 1
`
}

const NOT_NOW: readonly Fault[] = [
  // It waits for a file of its archive before it begins to recover.
  closed(
    'SERVER_STARTING_UP',
    'a server that is starting up',
    { startSettings: { restore_command: 'sleep 60' }, words: /starting up/ },
    async () => ({ 'recovery.signal': '' }),
  ),
  closed(
    'SERVER_RECOVERING',
    'a server that is not consistent yet',
    { words: /not yet accepting/ },
    async (cluster) => ({ 'standby.signal': '', backup_label: await backupLabel(cluster) }),
  ),
  closed(
    'STANDBY_NOT_READABLE',
    'a standby that is not hot',
    { startSettings: { hot_standby: 'off' }, words: /not accepting/ },
    async () => ({ 'standby.signal': '' }),
  ),
  {
    name: 'a server that is shutting down',
    code: 'SERVER_SHUTTING_DOWN',
    stage: 'database',
    quotes: place,
    inject: async () => {
      const resources = new AsyncDisposableStack()
      const cluster = resources.use(await startCluster())
      const { user: superuser, password } = cluster
      const options = { user: superuser, password, database: 'postgres' }
      resources.use(await holdSessions(cluster, 1, options))
      await beginShutdown(cluster)
      return injected(targetAt(cluster, options), resources)
    },
  },
  {
    name: 'a server that says in German that it is not ready',
    code: 'SERVER_UNAVAILABLE',
    stage: 'database',
    quotes: (target) => [...place(target), 'das Datenbanksystem startet'],
    inject: async () => {
      const words = { S: 'FATAL', V: 'FATAL', C: '57P03', M: 'das Datenbanksystem startet' }
      const server = await serveDialogue(() => refusal({ ...words, R: 'ProcessStartupPacket' }))
      return injected(targetAt(server), server)
    },
  },
]

/** The first question of an examination. */
const FACTS = 'as backend_pid'

/** Something happens to a session of the roomy server in front of a message. */
function interrupted(
  code: Fault['code'],
  name: string,
  text: string,
  happen: (meddling: Meddling, cluster: Cluster) => Promise<Buffer | undefined>,
): Pick<Fault, 'name' | 'code' | 'stage' | 'inject'> {
  const inject = async (lab: FaultLab): Promise<Injected> => {
    const cluster = await lab.roomy()
    const proxy = await meddlingProxy(cluster, text, (meddling) => happen(meddling, cluster))
    return injected(targetAt(proxy, { user: 'tiny' }), proxy)
  }
  return { name, code, stage: 'database', inject }
}

const INTERRUPTED: readonly Fault[] = [
  {
    ...interrupted(
      'SESSION_TERMINATED',
      'a session that an administrator ends during the test',
      FACTS,
      async ({ serverPid }, cluster) => {
        await cluster.query('select pg_terminate_backend($1)', [serverPid])
        return undefined
      },
    ),
    quotes: (target) => [...place(target), ...user(target), 'terminating connection'],
  },
  {
    ...interrupted('SESSION_LOST', 'a session that breaks off during the test', FACTS, async ({ client }) => {
      client.destroy()
      return undefined
    }),
    quotes: place,
  },
  {
    ...interrupted(
      'STATEMENT_TIMEOUT_TOO_SHORT',
      'a role whose every statement is cancelled',
      'statement_timeout',
      async () => queryMessage('select pg_sleep(5)'),
    ),
    quotes: user,
  },
  {
    ...interrupted(
      'SERVER_UNRESPONSIVE',
      'a server that falls silent after the login',
      FACTS,
      async () => undefined,
    ),
    stage: 'settings',
    quotes: () => ['2.5 seconds'],
  },
]

function queryMessage(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`)
  const head = Buffer.from('Q\0\0\0\0', 'latin1')
  head.writeInt32BE(text.length + 4, 1)
  return Buffer.concat([head, text])
}

const OF_OTHERS: readonly Fault[] = [
  {
    name: 'a server that is too old',
    code: 'SERVER_TOO_OLD',
    stage: 'database',
    quotes: (target) => [...place(target), '9.6.24'],
    inject: async (lab) => {
      const proxy = await rewritingProxy(await lab.roomy(), { server_version: '9.6.24' })
      return injected(targetAt(proxy), proxy)
    },
  },
  {
    name: 'the console of a pooler for a database',
    code: 'NOT_A_DATABASE',
    stage: 'database',
    needs: 'pgbouncer',
    quotes: () => ['"pgbouncer"'],
    inject: async (lab) => injected(targetAt(await lab.pooler(), { database: 'pgbouncer' })),
  },
  {
    name: 'a pooler whose server is gone',
    code: 'POOLER_CANNOT_CONNECT',
    stage: 'database',
    needs: 'pgbouncer',
    quotes: (target) => [...place(target), '"lost"'],
    inject: async (lab) => injected(targetAt(await lab.pooler(), { database: 'lost' })),
  },
]

/** The server knows us, and gives us no session, or none that lasts. */
export const SESSION_FAULTS: readonly Fault[] = [...REFUSED, ...NOT_NOW, ...INTERRUPTED, ...OF_OTHERS]
