import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface LateWriterOptions {
  readonly url: string
  readonly table: string
  readonly count: number
  /** Of a transaction; most are far shorter. */
  readonly longestMs: number
  /** How far back a row's time may lie before its transaction. */
  readonly backDatedMs: number
}

/** The time of a row, as applications write it. */
const TIMES: readonly ((backDatedMs: number) => string)[] = [
  () => 'now()',
  () => 'clock_timestamp()',
  () => "date_trunc('second', now())",
  (backDatedMs) => `now() - random() * interval '${backDatedMs} milliseconds'`,
  (backDatedMs) => `date_trunc('second', now() - interval '${backDatedMs} milliseconds')`,
]

/**
 * Makes a table, and writers that put rows into it in transactions of very different lengths: some write first and
 * wait, some wait first, some write in subtransactions, some roll back. Returns what ends them, once all transactions
 * have ended.
 */
export async function startLateWriters(options: LateWriterOptions): Promise<() => Promise<void>> {
  const clients = await Promise.all(Array.from({ length: options.count }, () => connect(options.url)))
  await clients[0]?.query(
    `create table ${options.table} (id bigserial primary key, writer int not null, updated_at timestamptz not null)`,
  )
  const stopping = new AbortController()
  const writers = clients.map((client, writer) => write(client, { ...options, writer }, stopping.signal))
  return async () => {
    stopping.abort()
    await Promise.all(writers)
    await Promise.all(clients.map((client) => client.end()))
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

async function write(
  client: pg.Client,
  { table, writer, longestMs, backDatedMs }: LateWriterOptions & { readonly writer: number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const time = TIMES[Math.floor(Math.random() * TIMES.length)]?.(backDatedMs) ?? 'now()'
    const insert = `insert into ${table} (writer, updated_at) select ${writer}, ${time} from generate_series(1, 3)`
    const isNested = Math.random() < 0.3
    await client.query('begin; select now()')
    if (Math.random() < 0.5) await pause(longestMs)
    await client.query(insert)
    if (isNested) {
      await client.query(`savepoint inner_one; ${insert}; release inner_one`)
      await client.query(`savepoint inner_one; ${insert}; rollback to inner_one; ${insert}`)
    }
    await pause(longestMs)
    await client.query(Math.random() < 0.95 ? 'commit' : 'rollback')
    await pause(Math.min(longestMs, 200))
  }
}

/** One in ten is long; the others take a millisecond and more. */
async function pause(longestMs: number): Promise<void> {
  const most = Math.random() < 0.1 ? longestMs : Math.min(longestMs, 50)
  await sleep(1 + Math.random() * most)
}
