import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { BundledPostgresError } from './bundled-error.ts'
import { type Launch, launch, waitForExit } from './launch.ts'
import type { Layout } from './layout.ts'
import { chownTree } from './run-as.ts'
import type { ServerLog } from './server-log.ts'

export interface CreateOptions {
  /** False skips fsync and checksums, for a cluster that may be thrown away. */
  durable: boolean
  signal?: AbortSignal | undefined
}

/** The one role of a bundled cluster. */
export const superuser = 'headwater'

/** The major version that made the cluster, or undefined when there is none yet. */
export function findClusterMajor(clusterDir: string): number | undefined {
  const file = path.join(clusterDir, 'PG_VERSION')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined
}

/**
 * Makes the cluster with initdb: UTF-8, byte order of code points, the role `headwater`. It is made aside and
 * renamed when complete, so that a kill in the middle leaves nothing that looks like a cluster.
 * Throws BundledPostgresError 'start-failed'.
 */
export async function createCluster(
  start: Launch,
  layout: Layout,
  log: ServerLog,
  options: CreateOptions,
): Promise<void> {
  removeUnfinished(layout)
  const fresh = `${layout.clusterDir}.new-${process.pid}`
  mkdirSync(fresh, { mode: 0o700 })
  if (start.runAs.foreign) chownSync(fresh, start.runAs.uid, start.runAs.gid)
  try {
    await runInitdb(start, fresh, log, options)
    renameSync(fresh, layout.clusterDir)
    if (options.durable) syncDir(layout.dataDir)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    throw error
  }
}

/** Brings the owner and the mode of a cluster to what PostgreSQL insists on, e.g. after it was copied by root. */
export function prepareCluster({ runAs }: Launch, clusterDir: string): void {
  const { uid, mode } = statSync(clusterDir)
  if ((mode & 0o077) !== 0) chmodSync(clusterDir, 0o700)
  if (runAs.foreign && uid !== runAs.uid) chownTree(clusterDir, runAs)
}

/**
 * Writes who may log in. The socket lies in a folder that only the server's user and root may enter, so it
 * needs no password; TCP always does.
 */
export function writeAccessRules(hbaFile: string): void {
  writeFileSync(hbaFile, 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n')
  chmodSync(hbaFile, 0o644)
}

function removeUnfinished({ dataDir, clusterDir }: Layout): void {
  const prefix = `${path.basename(clusterDir)}.new-`
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(prefix)) rmSync(path.join(dataDir, name), { recursive: true, force: true })
  }
}

async function runInitdb(
  start: Launch,
  fresh: string,
  log: ServerLog,
  options: CreateOptions,
): Promise<void> {
  for (const locale of localeArgs(start.binaries.major)) {
    const code = await runOnce(start, fresh, log, { ...options, locale })
    options.signal?.throwIfAborted()
    if (code === 0) return
    if (!log.readTail().includes('invalid locale')) break
  }
  const said = log.readTail()
  const advice = said.includes('could not look up effective user ID')
    ? '\nPostgreSQL needs a line in /etc/passwd for the user that it runs as. Add one, or set DATABASE_URL.'
    : ''
  throw new BundledPostgresError('start-failed', `initdb could not make ${fresh}:\n${said}${advice}`)
}

async function runOnce(
  start: Launch,
  fresh: string,
  log: ServerLog,
  { durable, signal, locale }: CreateOptions & { locale: string[] },
): Promise<number | null> {
  signal?.throwIfAborted()
  const child = launch(start, 'initdb', { data: fresh }, log.fd, ({ data = '' }) => [
    ...['-D', data, '-U', superuser, '-E', 'UTF8', '-A', 'trust'],
    ...(start.binaries.major >= 14 ? ['--no-instructions'] : []),
    ...locale,
    durable ? '--data-checksums' : '--no-sync',
  ])
  const kill = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', kill)
  try {
    return (await waitForExit(child)).code
  } finally {
    signal?.removeEventListener('abort', kill)
  }
}

/**
 * The locales to try in turn. From 17 on PostgreSQL brings its own C.UTF-8, which is there on every platform and
 * never changes its order; before, it is the operating system's, and some old ones lack it.
 */
function localeArgs(major: number): string[][] {
  if (major >= 17) return [['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']]
  return [['--locale=C.UTF-8'], ['--locale=C']]
}

function syncDir(dir: string): void {
  const fd = openSync(dir, 'r')
  fsyncSync(fd)
  closeSync(fd)
}
