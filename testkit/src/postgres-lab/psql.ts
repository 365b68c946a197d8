import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { listBinaries } from '@headwater/server/store/bundled/binaries.ts'
import type { KeyPair } from './authority.ts'

const run = promisify(execFile)

/** The newest `psql` of this machine; undefined where none is. */
export const psqlPath: string | undefined = (await listBinaries(true))
  .map(({ binDir }) => path.join(binDir, 'psql'))
  .find((file) => existsSync(file))

/** Says in the name of a skipped test why it is. */
export const psqlTitle: string =
  psqlPath === undefined ? 'psql (SKIPPED: no installed PostgreSQL has a psql)' : 'psql'

/** How `psql` is to connect: libpq's keywords, with PEM texts where they take files. */
export interface PsqlRequest {
  /** The name that the certificate has to carry. */
  readonly host: string
  /** The address to call, where `host` is not known to the DNS. */
  readonly hostaddr?: string | undefined
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly sslMode: string
  readonly rootCertificate?: string | undefined
  readonly revocationList?: string | undefined
  readonly client?: (KeyPair & { readonly passphrase?: string | undefined }) | undefined
  readonly channelBinding?: string | undefined
}

/** What came of it. The error text is that of all attempts. */
export type PsqlAnswer =
  | { readonly isConnected: true; readonly isEncrypted: boolean }
  | { readonly isConnected: false; readonly error: string }

const IS_ENCRYPTED = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'

/**
 * Asks `psql`, and so libpq, how a connection ends: the truth for every rule of TLS. It sees nothing of this
 * machine but what a request gives it. Dispose it.
 */
export class PsqlOracle implements AsyncDisposable {
  readonly #psql: string
  readonly #dir: string
  readonly #written = new Map<string, Promise<string>>()
  readonly #waiting: (() => void)[] = []
  #free = availableParallelism() * 2

  private constructor(psql: string, dir: string) {
    this.#psql = psql
    this.#dir = dir
  }

  static async open(psql: string): Promise<PsqlOracle> {
    const dir = await mkdtemp(path.join(tmpdir(), 'headwater-test-psql-'))
    await mkdir(path.join(dir, 'home'))
    return new PsqlOracle(psql, dir)
  }

  /** Connects and hangs up. Many may ask at once; they take turns. */
  async connect(request: PsqlRequest): Promise<PsqlAnswer> {
    const conninfo = await this.#conninfo(request)
    await this.#takeTurn()
    try {
      const { stdout } = await run(this.#psql, ['-XAtqw', '-c', IS_ENCRYPTED, conninfo], {
        env: this.#environment(request.password),
        timeout: 30_000,
      })
      return { isConnected: true, isEncrypted: stdout.trim() === 't' }
    } catch (error) {
      const { stderr, code } = error as { stderr?: string; code?: unknown }
      // 2 is how psql says that it did not get a connection; all else is an accident of the test.
      if (code !== 2) throw error
      return { isConnected: false, error: stderr?.trim() ?? '' }
    } finally {
      this.#passTurn()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true })
  }

  /** In place of the caller's: no PGSSLMODE, and a home without `.postgresql` and `.pgpass`. */
  #environment(password: string): Record<string, string> {
    return {
      PATH: '/usr/bin:/bin',
      HOME: path.join(this.#dir, 'home'),
      LC_ALL: 'C',
      PGPASSWORD: password,
      PGCONNECT_TIMEOUT: '10',
      PGAPPNAME: 'psql-oracle',
    }
  }

  async #conninfo(request: PsqlRequest): Promise<string> {
    const { client } = request
    const words = {
      host: request.host,
      hostaddr: request.hostaddr,
      port: String(request.port),
      user: request.user,
      dbname: request.database,
      sslmode: request.sslMode,
      gssencmode: 'disable',
      // Named in any case, or libpq would look for the user's own.
      sslrootcert: await this.#file(request.rootCertificate),
      sslcrl: await this.#file(request.revocationList),
      sslcert: await this.#file(client?.certificate),
      sslkey: await this.#file(client?.key),
      sslpassword: client?.passphrase,
      channel_binding: request.channelBinding,
    }
    return Object.entries(words)
      .filter((word): word is [string, string] => word[1] !== undefined)
      .map(([name, value]) => `${name}='${value.replaceAll(/['\\]/g, '\\$&')}'`)
      .join(' ')
  }

  #file(text: string | undefined): Promise<string> {
    if (text === undefined) return Promise.resolve(path.join(this.#dir, 'absent'))
    const name = createHash('sha256').update(text).digest('hex')
    const file = path.join(this.#dir, name)
    const writing = this.#written.get(name) ?? writeFile(file, text, { mode: 0o600 }).then(() => file)
    this.#written.set(name, writing)
    return writing
  }

  #takeTurn(): Promise<void> | undefined {
    this.#free -= 1
    if (this.#free >= 0) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #passTurn(): void {
    this.#free += 1
    this.#waiting.shift()?.()
  }
}
