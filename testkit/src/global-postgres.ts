import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { endAbandoned, startBundledPostgres } from '@headwater/server/store/bundled/bundled-postgres.ts'

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

// The data lives as long as the tests: speed is all that counts.
const throwAway = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  shared_buffers: '128MB',
  max_connections: '200',
}

const dirPrefix = 'headwater-test-postgres-'

/** Starts one PostgreSQL server for all files of a project; the returned function ends and removes it. */
export default async function setUpPostgres({ provide }: Project): Promise<() => Promise<void>> {
  await removeAbandoned()
  const dir = await mkdtemp(path.join(tmpdir(), dirPrefix))
  const password = randomBytes(12).toString('hex')
  const server = await startBundledPostgres({
    dataDir: path.join(dir, 'postgres'),
    listen: { port: 0, password },
    database: 'headwater',
    settings: throwAway,
  })
  provide(
    'postgresUrl',
    `postgres://${server.user}:${password}@${server.host}:${server.port}/${server.database}`,
  )
  return async () => {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Clears what test runs left behind that were killed before their tear-down. */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(dirPrefix))
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
