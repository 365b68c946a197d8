import { hasOpenssl, opensslTitle } from '@headwater/testkit/postgres-lab/authority.ts'
import {
  type Certificates,
  createCertificates,
  type ServerCertificateName,
} from '@headwater/testkit/postgres-lab/certificates.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { findServerMajor } from '@headwater/testkit/postgres-lab/cluster-template.ts'
import {
  type Pooler,
  pgbouncerPath,
  pgbouncerTitle,
  startPooler,
} from '@headwater/testkit/postgres-lab/pooler.ts'
import { freePort } from '@headwater/testkit/postgres-lab/wire-servers.ts'
import pg from 'pg'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { planTls, type TlsMode, type TlsPlanExtras } from '#source/postgres/params/tls-plan.ts'
import type { Injected, Need } from './fault.ts'
import { CANARY, HBA, seedNarrow, seedRoomy } from './fault-sources.ts'

export interface Place {
  readonly host: string
  readonly port: number
}

export interface TargetOptions {
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
  readonly mode?: TlsMode | undefined
  readonly tls?: TlsPlanExtras | undefined
  readonly timeoutMs?: number | undefined
  readonly searchPath?: readonly string[] | undefined
}

/** A connection; by default that of the reader, who may read everything of the database `shop`, in plaintext. */
export function targetAt({ host, port }: Place, options: TargetOptions = {}): ConnectionTarget {
  return {
    host,
    port,
    database: options.database ?? 'shop',
    username: options.user ?? 'reader',
    password: options.password ?? CANARY,
    tls: planTls(options.mode ?? 'disable', options.tls),
    connectTimeoutMs: options.timeoutMs ?? 15_000,
    ...(options.searchPath === undefined ? {} : { searchPath: options.searchPath }),
    warnings: [],
  }
}

/** A fault that needs nothing to be unmade, or only `resource` to be disposed. */
export function injected(target: ConnectionTarget, resource?: AsyncDisposable): Injected {
  return { target, [Symbol.asyncDispose]: async () => resource?.[Symbol.asyncDispose]() }
}

/** From PostgreSQL 16 on a standby decodes changes. */
const isOld = (await findServerMajor()) < 16

/** What a machine may lack, for the name of a test; it says so where it does. */
export const NEED_TITLES: Readonly<Record<Need, string>> = {
  openssl: opensslTitle,
  pgbouncer: pgbouncerTitle,
  'old server': isOld ? 'PostgreSQL before 16' : 'PostgreSQL before 16 (SKIPPED: the server here is newer)',
}

/** Whether this machine has what a fault needs. */
export function canMake(need: Need | undefined): boolean {
  if (need === 'openssl') return hasOpenssl
  if (need === 'old server') return isOld
  return need === undefined || pgbouncerPath !== undefined
}

/**
 * What faults are made with. Servers start when the first fault asks for them and are shared by all faults that
 * leave them as they were; one fault at a time.
 */
export class FaultLab implements AsyncDisposable {
  readonly #resources = new AsyncDisposableStack()
  #certificates: Promise<Certificates> | undefined
  #roomy: Promise<Cluster> | undefined
  #narrow: Promise<Cluster> | undefined
  #pooler: Promise<Pooler> | undefined
  #shown: ServerCertificateName | 'none' = 'none'

  certificates(): Promise<Certificates> {
    this.#certificates ??= createCertificates()
    return this.#certificates
  }

  /** A server with many roles, each with a rule and rights of its own: see `fault-sources.ts`. */
  roomy(): Promise<Cluster> {
    this.#roomy ??= this.#start({ hba: HBA }, seedRoomy)
    return this.#roomy
  }

  /** A server on which everything is possible and little is left: of connections, slots and senders. */
  narrow(): Promise<Cluster> {
    const startSettings = {
      max_connections: '8',
      superuser_reserved_connections: '1',
      wal_level: 'logical',
      max_replication_slots: '1',
      max_wal_senders: '1',
    }
    this.#narrow ??= this.#start({ startSettings }, seedNarrow)
    return this.#narrow
  }

  /** The roomy server over TLS, under a certificate of that name, with whatever else is to be in force. */
  async overTls(name: ServerCertificateName = 'valid'): Promise<Cluster> {
    const cluster = await this.roomy()
    if (this.#shown === name) return cluster
    const { server, root, revocationLists } = await this.certificates()
    const clientSide = { clientCa: root.certificate, clientCrl: revocationLists.current }
    await cluster.reload({ tls: { ...server[name], ...clientSide } })
    this.#shown = name
    return cluster
  }

  /** PgBouncer in front of the roomy server; its databases are named after its modes. */
  pooler(): Promise<Pooler> {
    this.#pooler ??= this.#startPooler()
    return this.#pooler
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }

  async #start(
    options: Parameters<typeof startCluster>[0],
    seed: (cluster: Cluster) => Promise<void>,
  ): Promise<Cluster> {
    const cluster = this.#resources.use(await startCluster(options))
    await seed(cluster)
    return cluster
  }

  async #startPooler(): Promise<Pooler> {
    const { host, port } = await this.roomy()
    const behind = `host=${host} port=${port} dbname=shop`
    const pooler = await startPooler({
      databases: {
        by_session: `${behind} pool_mode=session`,
        by_transaction: `${behind} pool_mode=transaction`,
        by_statement: `${behind} pool_mode=statement`,
        lost: `host=${host} port=${await freePort()} dbname=shop`,
      },
      users: { reader: CANARY },
      settings: { admin_users: 'reader', default_pool_size: '4', query_wait_timeout: '1' },
    })
    return this.#resources.use(pooler)
  }
}

/** Sessions that take up room until they are disposed. Waits for the room that others are about to leave. */
export async function holdSessions(
  at: Place,
  count: number,
  options: TargetOptions & { readonly replication?: boolean } = {},
): Promise<AsyncDisposable> {
  const { username, password, database } = targetAt(at, options)
  const clients: pg.Client[] = []
  const deadline = performance.now() + 10_000
  while (clients.length < count) {
    const replication = options.replication === true ? { replication: 'database' } : {}
    const client = new pg.Client({ ...at, user: username, password, database, ssl: false, ...replication })
    client.on('error', () => undefined)
    try {
      await client.connect()
      clients.push(client)
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
  }
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.end()))
    },
  }
}
