import type pg from 'pg'

/** What the metadata server was at, looked at again and again. */
export interface StoreLoad {
  /** Sessions at the most, ours left out. */
  readonly connections: number
  readonly transactionsPerSecond: number
  readonly walBytesPerSecond: number
  /** What sessions that were not idle waited for → mean number of them; `CPU` waits for nothing. */
  readonly waits: Readonly<Record<string, number>>
}

const PAUSE_MS = 500

/** Watches from now until `stop`. */
export async function watchStore(client: pg.Client): Promise<{ stop(): Promise<StoreLoad> }> {
  const waits = new Map<string, number>()
  const before = await readCounters(client)
  const startMs = performance.now()
  let [samples, connections] = [0, 0]
  let last = Promise.resolve()
  const timer = setInterval(() => {
    last = last.then(async () => {
      const { rows } = await client.query<{ state: string; what: string; count: number }>(ACTIVITY)
      samples++
      connections = Math.max(
        connections,
        rows.reduce((sum, { count }) => sum + count, 0),
      )
      for (const { state, what, count } of rows)
        if (!state.startsWith('idle')) waits.set(what, (waits.get(what) ?? 0) + count)
    })
  }, PAUSE_MS)
  return {
    async stop() {
      clearInterval(timer)
      await last
      const seconds = (performance.now() - startMs) / 1000
      const after = await readCounters(client)
      const byCount = [...waits].toSorted(([, a], [, b]) => b - a)
      return {
        connections,
        transactionsPerSecond: (after.transactions - before.transactions) / seconds,
        walBytesPerSecond: (after.wal - before.wal) / seconds,
        waits: Object.fromEntries(byCount.map(([what, count]) => [what, count / samples])),
      }
    },
  }
}

const ACTIVITY = `
  select coalesce(state, '') as state, coalesce(wait_event_type || ': ' || wait_event, 'CPU') as what, count(*)::int as count
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
  group by 1, 2`

async function readCounters(
  client: pg.Client,
): Promise<{ readonly transactions: number; readonly wal: number }> {
  const { rows } = await client.query<{ transactions: number; wal: number }>(`
    select (xact_commit + xact_rollback)::float8 as transactions,
      pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal
    from pg_stat_database where datname = current_database()`)
  return rows[0] ?? { transactions: 0, wal: 0 }
}
