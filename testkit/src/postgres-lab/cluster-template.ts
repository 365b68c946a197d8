import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Binaries, listBinaries } from '@headwater/server/store/bundled/binaries.ts'
import { startBundledPostgres } from '@headwater/server/store/bundled/bundled-postgres.ts'

const run = promisify(execFile)

/** A fresh cluster in one file, to be unpacked where a server is to run. */
export interface ClusterTemplate {
  readonly file: string
  readonly binaries: Binaries
}

/** In the data folder of every cluster that comes from a template; PostgreSQL doesn't look at it. */
export const PASSWORD_FILE = 'headwater-password'

/** So that a change in how clusters are made does not wait for the next cleaning of the temporary folder. */
const OLDEST_MS = 24 * 60 * 60 * 1000

/**
 * The template for an installed PostgreSQL (newest first), for the one that npm brings, or for a certain one. It is made once a day for
 * a version and a user of this machine: `initdb` costs more than ten times as much as unpacking.
 */
export async function findTemplate(wanted: Binaries['origin'] | Binaries): Promise<ClusterTemplate> {
  const binaries = typeof wanted === 'string' ? await chooseInstallation(wanted) : wanted
  const user = process.getuid?.() ?? 0
  const file = path.join(
    tmpdir(),
    `headwater-test-cluster-${binaries.origin}-${binaries.version}-${user}.tar`,
  )
  if (!(await isUsable(file))) await makeTemplate(file, binaries)
  return { file, binaries }
}

/** The major version of the servers that tests start unless they ask for another one. */
export async function findServerMajor(): Promise<number> {
  return (await chooseInstallation('system')).major
}

async function chooseInstallation(origin: Binaries['origin']): Promise<Binaries> {
  const [best] = await listBinaries(origin === 'system')
  if (best === undefined) throw new Error('Neither an installed PostgreSQL server nor that of npm was found.')
  return best
}

/** Below a shared folder somebody else could have made it first. */
async function isUsable(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined)
  if (found?.isFile() !== true || found.uid !== process.getuid?.()) return false
  return (found.mode & 0o077) === 0 && found.mtimeMs > Date.now() - OLDEST_MS
}

async function makeTemplate(file: string, binaries: Binaries): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'headwater-test-template-'))
  try {
    const dataDir = path.join(dir, 'postgres')
    const password = randomBytes(12).toString('hex')
    const server = await startBundledPostgres({
      dataDir,
      listen: { port: 0, password },
      database: 'postgres',
      binaries,
      settings: { fsync: 'off', wal_level: 'replica', max_wal_senders: '4' },
    })
    await server.stop()
    await writeFile(path.join(dataDir, 'cluster', PASSWORD_FILE), password, { mode: 0o600 })
    await run('tar', ['-cf', path.join(dir, 'tar'), '-C', dataDir, 'cluster'])
    await chmod(path.join(dir, 'tar'), 0o600)
    // Of two processes that make it at the same time either may win; each file is whole.
    await rename(path.join(dir, 'tar'), file)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
