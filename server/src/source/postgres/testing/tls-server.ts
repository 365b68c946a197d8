import { execFile } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'

/** A PostgreSQL server with TLS, whose certificate is for `localhost` and signed by a root of its own. */
export interface TlsServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** PEM text of the root. */
  readonly rootCertificate: string
}

const run = promisify(execFile)

/** PostgreSQL refuses to run as root; the tests may well be root in a container. */
const NOBODY = 65_534
const asServer = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** In pg_hba.conf: user `only_tls` is let in over TLS alone, `only_plain` without TLS alone. */
const HBA = `
hostnossl all only_tls   all reject
hostssl   all only_plain all reject
host      all all        127.0.0.1/32 scram-sha-256
host      all all        ::1/128      scram-sha-256
`

/** Starts one with the programs of the server that `database` is on. Needs `openssl`. */
export async function startTlsServer(database: TestDatabase): Promise<TlsServer> {
  const { rows } = await database.query<{ setting: string }>(
    "select setting from pg_config where name = 'BINDIR'",
  )
  const bin = (name: string): string => path.join(rows[0]?.setting ?? '', name)
  const dir = await mkdtemp(path.join(tmpdir(), 'headwater-tls-'))
  const port = await freePort()
  const data = path.join(dir, 'data')
  await writeFile(path.join(dir, 'password'), 'secret\n')
  await makeCertificates(dir)
  if (asServer.uid !== undefined) await run('chown', ['-R', `${NOBODY}:${NOBODY}`, dir])
  const as = { ...asServer, cwd: dir }
  const password = path.join(dir, 'password')
  await run(
    bin('initdb'),
    ['-D', data, '-U', 'headwater', `--pwfile=${password}`, '-A', 'scram-sha-256', '--no-sync'],
    as,
  )
  await writeFile(path.join(data, 'pg_hba.conf'), HBA)
  if (asServer.uid !== undefined) await chown(path.join(data, 'pg_hba.conf'), NOBODY, NOBODY)
  const settings = `-h localhost -p ${port} -k ${dir} -c fsync=off -c ssl=on -c ssl_cert_file=${dir}/server.crt -c ssl_key_file=${dir}/server.key`
  await run(bin('pg_ctl'), ['-D', data, '-w', '-l', path.join(dir, 'log'), '-o', settings, 'start'], as)
  return {
    host: 'localhost',
    port,
    user: 'headwater',
    password: 'secret',
    database: 'postgres',
    rootCertificate: await readFile(path.join(dir, 'root.crt'), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await run(bin('pg_ctl'), ['-D', data, '-w', '-m', 'immediate', 'stop'], as)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function makeCertificates(dir: string): Promise<void> {
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: dir })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'root.key',
    '-out',
    'root.crt',
    '-days',
    '2',
    '-subj',
    '/CN=test root',
  )
  await openssl('req', ...curve, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  await writeFile(path.join(dir, 'names'), 'subjectAltName=DNS:localhost\n')
  const sign = ['-CA', 'root.crt', '-CAkey', 'root.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
  await openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.crt', ...sign)
  await chmod(path.join(dir, 'server.key'), 0o600)
}

/** A port that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
