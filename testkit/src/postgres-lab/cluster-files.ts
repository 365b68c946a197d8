import { chmod, chown, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** A server's side of TLS. PEM texts. */
export interface ServerTls {
  readonly certificate: string
  readonly key: string
  /** Signers of certificates of clients; with them the server asks for such a certificate. */
  readonly clientCa?: string | undefined
  /** Revocation lists for certificates of clients. */
  readonly clientCrl?: string | undefined
}

/** What may be changed while a server runs. */
export interface ServerRules {
  /** Lines of pg_hba.conf for TCP; default: everybody with a password (scram-sha-256). */
  readonly hba: string
  readonly tls: ServerTls | 'off'
  /** Settings that a reload can change. */
  readonly settings: Readonly<Record<string, string>>
}

const DEFAULT_RULES: ServerRules = { hba: 'host all all all scram-sha-256', tls: 'off', settings: {} }

/** The files of a cluster that its tests write. They belong to the user that the server runs as. */
export class ClusterFiles {
  readonly dataDir: string
  readonly #home: string
  #rules: ServerRules

  /** `home` is the folder of a bundled server. */
  constructor(home: string, rules: Partial<ServerRules>) {
    this.#home = home
    this.dataDir = path.join(home, 'cluster')
    this.#rules = merge(DEFAULT_RULES, rules)
  }

  /** Puts text files into the data folder; absolute names and `..` are not meant. */
  async put(files: Readonly<Record<string, string>>): Promise<void> {
    const { uid, gid } = await stat(this.dataDir)
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.dataDir, name)
      await writeFile(file, text)
      // PostgreSQL refuses a private key that others may read.
      await chmod(file, 0o600)
      if (process.getuid?.() === 0) await chown(file, uid, gid)
    }
  }

  async change(changes: Partial<ServerRules>): Promise<void> {
    this.#rules = merge(this.#rules, changes)
    await this.writeSettings()
    // Written in place: the server may know this file as an open descriptor only.
    await writeFile(path.join(this.#home, 'pg_hba.conf'), `local all all trust\n${this.#rules.hba}\n`)
  }

  async writeSettings(): Promise<void> {
    const { tls, settings } = this.#rules
    const files = tls === 'off' ? {} : tlsFiles(tls)
    const lines = Object.entries({ ...settings, ...tlsSettings(files) }).map(
      ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
    )
    await this.put({ ...files, 'postgresql.conf': lines.join('') })
  }

  async readLog(): Promise<string> {
    return await readFile(path.join(this.#home, 'postgres.log'), 'utf8').catch(() => '')
  }
}

function merge(rules: ServerRules, changes: Partial<ServerRules>): ServerRules {
  const { hba = rules.hba, tls = rules.tls, settings = {} } = changes
  return { hba, tls, settings: { ...rules.settings, ...settings } }
}

function tlsFiles({ certificate, key, clientCa, clientCrl }: ServerTls): Record<string, string> {
  return {
    'server.crt': certificate,
    'server.key': key,
    ...(clientCa === undefined ? {} : { 'client-ca.crt': clientCa }),
    ...(clientCrl === undefined ? {} : { 'client.crl': clientCrl }),
  }
}

/** The defaults of `ssl_cert_file` and `ssl_key_file` are the names above. */
function tlsSettings(files: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...('server.key' in files ? { ssl: 'on' } : {}),
    ...('client-ca.crt' in files ? { ssl_ca_file: 'client-ca.crt' } : {}),
    ...('client.crl' in files ? { ssl_crl_file: 'client.crl' } : {}),
  }
}
