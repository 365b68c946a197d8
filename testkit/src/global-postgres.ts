import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { endAbandoned } from '@headwater/server/store/bundled/bundled-postgres.ts'
import { CLUSTER_DIR_PREFIX, startCluster } from './postgres-lab/cluster.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the superuser `headwater` on the server of this test run. */
    postgresUrl: string
  }
}

/** The one thing that this file uses of a Vitest project. */
interface Project {
  provide(key: 'postgresUrl', value: string): void
}

const SETTINGS = {
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '128MB',
  max_connections: '200',
}

/** Starts one PostgreSQL server for all files of a project; the returned function ends and removes it. */
export default async function setUpPostgres({ provide }: Project): Promise<() => Promise<void>> {
  await removeAbandoned()
  const cluster = await startCluster({ database: 'headwater', startSettings: SETTINGS })
  const { user, password, host, port, database } = cluster
  provide('postgresUrl', `postgres://${user}:${password}@${host}:${port}/${database}`)
  return async () => {
    await cluster[Symbol.asyncDispose]()
  }
}

/** Clears what test runs left behind that were killed before their tear-down. */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(CLUSTER_DIR_PREFIX))
  await Promise.all(names.map((name) => removeIfAbandoned(path.join(tmpdir(), name))))
}

async function removeIfAbandoned(dir: string): Promise<void> {
  try {
    if ((await stat(dir)).uid !== process.getuid?.()) return
    if (await endAbandoned(path.join(dir, 'postgres'))) await rm(dir, { recursive: true, force: true })
  } catch (error) {
    // Two projects clear at the same time; whatever one of them did not remove, the next run does.
    if (!['ENOENT', 'ENOTEMPTY', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
