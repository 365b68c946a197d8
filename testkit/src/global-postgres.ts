import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Binaries, describeNpmBinaries } from '@headwater/server/store/bundled/binaries.ts'
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
  // The default before 14 is md5, which the rules of access do not take.
  password_encryption: 'scram-sha-256',
}

/** Starts one PostgreSQL server for all files of a project; the returned function ends and removes it. */
export default async function setUpPostgres({ provide }: Project): Promise<() => Promise<void>> {
  await removeAbandoned()
  const cluster = await startCluster({ binaries: chosen(), database: 'headwater', startSettings: SETTINGS })
  const { user, password, host, port, database } = cluster
  provide('postgresUrl', `postgres://${user}:${password}@${host}:${port}/${database}`)
  return async () => {
    await cluster[Symbol.asyncDispose]()
  }
}

/** `HEADWATER_TEST_POSTGRES` names the programs of another version, which a package of npm holds. */
function chosen(): Binaries | undefined {
  const dir = process.env['HEADWATER_TEST_POSTGRES']
  if (dir === undefined) return undefined
  const binaries = describeNpmBinaries(dir)
  if (binaries === undefined)
    throw new Error(`HEADWATER_TEST_POSTGRES is ${dir}, which holds no server of npm.`)
  return binaries
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
