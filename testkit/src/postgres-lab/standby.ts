import { vi } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'

const REPLICATION = 'host replication all all trust\nhost all all all scram-sha-256'

/** A server and a hot standby that streams from it. Disposing it ends both. */
export interface StandbyPair extends AsyncDisposable {
  readonly primary: Cluster
  readonly standby: Cluster
  /** Until the standby shows all that the primary has written. */
  catchUp(): Promise<void>
}

/**
 * Starts both from the template of a cluster, which was shut down in order: two copies of one server at one place of
 * its log, of which the second follows the first.
 * `settings` are those of the standby that a reload can change.
 */
export async function startStandbyPair(
  settings: Readonly<Record<string, string>> = {},
): Promise<StandbyPair> {
  const primary = await startCluster({ hba: REPLICATION, startSettings: { wal_keep_size: '256MB' } })
  try {
    const { host, port, user } = primary
    const standby = await startCluster({
      files: { 'standby.signal': '' },
      settings: { primary_conninfo: `host=${host} port=${port} user=${user}`, ...settings },
    })
    return new Pair(primary, standby)
  } catch (error) {
    await primary[Symbol.asyncDispose]()
    throw error
  }
}

class Pair implements StandbyPair {
  readonly primary: Cluster
  readonly standby: Cluster

  constructor(primary: Cluster, standby: Cluster) {
    this.primary = primary
    this.standby = standby
  }

  async catchUp(): Promise<void> {
    const { rows } = await this.primary.query<{ at: string }>('select pg_current_wal_lsn()::text as at')
    const isThere = async (): Promise<boolean> => {
      const sql = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as there'
      const found = await this.standby.query<{ there: boolean | null }>(sql, [rows[0]?.at])
      return found.rows[0]?.there === true
    }
    await vi.waitUntil(isThere, { timeout: 15_000, interval: 20 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.standby[Symbol.asyncDispose]()
    await this.primary[Symbol.asyncDispose]()
  }
}
