import { vi } from 'vitest'
import type { TestDatabase } from './test-database.ts'

/**
 * A view of a source that stops in the middle of its rows while its gate is closed, so that a run over it is in
 * flight for exactly as long as a test needs.
 */
export interface GatedRelation {
  /** For a source connection. */
  readonly tableName: string
  readonly rowCount: number
  close(): Promise<void>
  open(): Promise<void>
  /** Resolves when a reader has come to the closed gate. */
  reached(): Promise<void>
}

/** Key of the advisory lock that is the gate; a reader takes it shared, half-way. */
const GATE = 7

/** Makes `public.gated_items` with columns `id` and `label`. */
export async function createGatedRelation(source: TestDatabase, rowCount: number): Promise<GatedRelation> {
  // Copies wait a second for a lock, and start over; the gate is to hold them for as long as it is closed.
  await source.query(`create function gated(i integer) returns integer language plpgsql volatile
    set lock_timeout = 0 as $$ begin
    if i = ${Math.ceil(rowCount / 2)} then
      perform pg_advisory_lock_shared(${GATE});
      perform pg_advisory_unlock_shared(${GATE});
    end if;
    return i;
  end $$`)
  await source.query(
    `create view gated_items as select gated(i) as id, 'row ' || i as label from generate_series(1, ${rowCount}) as i`,
  )
  // pg_locks tells of every database of the server, and other tests have gates of their own.
  const waiting = `select from pg_locks where locktype = 'advisory' and objid = ${GATE} and not granted
    and database = (select oid from pg_database where datname = current_database())`
  return {
    tableName: 'public.gated_items',
    rowCount,
    close: async () => void (await source.query(`select pg_advisory_lock(${GATE})`)),
    open: async () => void (await source.query(`select pg_advisory_unlock(${GATE})`)),
    reached: () =>
      vi.waitUntil(async () => ((await source.query(waiting)).rowCount ?? 0) > 0, {
        timeout: 15_000,
        interval: 50,
      }) as Promise<unknown> as Promise<void>,
  }
}
