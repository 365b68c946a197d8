import { ConnectionParamsError } from './connection-params-error.ts'

/** The keys of a connection string that mean something here, by their canonical names. */
export type ConnectionKey =
  | 'Server'
  | 'Port'
  | 'Database'
  | 'UID'
  | 'Password'
  | 'EncryptionMethod'
  | 'ValidateServerCertificate'
  | 'HostNameInCertificate'
  | 'SSLMode'
  | 'RootCertificate'
  | 'Timeout'

export interface ConnectionStringParts {
  readonly values: ReadonlyMap<ConnectionKey, string>
  readonly warnings: readonly string[]
}

/** Spellings are compared in lower case without blanks and underscores. */
const KEYS: ReadonlyMap<string, ConnectionKey> = new Map<string, ConnectionKey>([
  ['server', 'Server'],
  ['host', 'Server'],
  ['hostname', 'Server'],
  ['port', 'Port'],
  ['portnumber', 'Port'],
  ['database', 'Database'],
  ['db', 'Database'],
  ['dbname', 'Database'],
  ['uid', 'UID'],
  ['user', 'UID'],
  ['userid', 'UID'],
  ['username', 'UID'],
  ['logonid', 'UID'],
  ['password', 'Password'],
  ['pwd', 'Password'],
  ['psw', 'Password'],
  ['encryptionmethod', 'EncryptionMethod'],
  ['em', 'EncryptionMethod'],
  ['validateservercertificate', 'ValidateServerCertificate'],
  ['validationservercertificate', 'ValidateServerCertificate'],
  ['vsc', 'ValidateServerCertificate'],
  ['hostnameincertificate', 'HostNameInCertificate'],
  ['hnic', 'HostNameInCertificate'],
  ['sslmode', 'SSLMode'],
  ['sslrootcert', 'RootCertificate'],
  ['rootcertificate', 'RootCertificate'],
  ['truststore', 'RootCertificate'],
  ['timeout', 'Timeout'],
  ['connecttimeout', 'Timeout'],
  ['connectiontimeout', 'Timeout'],
  ['logintimeout', 'Timeout'],
  ['lt', 'Timeout'],
])

/**
 * Reads `Server=…;Database=…;UID=…;Password=…` or a `postgres://` URL. Unknown keys are ignored with a warning,
 * the last of two equal keys wins with a warning.
 * @throws ConnectionParamsError naming `connectionString` when the text has neither form.
 */
export function parseConnectionString(text: string): ConnectionStringParts {
  return /^\s*postgres(?:ql)?:\/\//i.test(text) ? parseUrl(text.trim()) : parsePairs(text)
}

function parsePairs(text: string): ConnectionStringParts {
  const collected = new Collector()
  let rest = text
  while (rest.trim() !== '') {
    const pair = /^\s*;?\s*([^=;]*)(=?)/.exec(rest)
    const key = pair?.[1]?.trim() ?? ''
    if (!pair || pair[0] === '') break
    rest = rest.slice(pair[0].length)
    if (pair[2] === '=') {
      const { value, length } = takeValue(rest)
      rest = rest.slice(length)
      collected.add(key, value)
    } else if (key !== '') {
      throw new ConnectionParamsError('connectionString', 'must consist of Key=Value pairs separated by ";".')
    }
  }
  return collected.parts()
}

const WRAPPED = [
  /^\s*\{((?:[^}]|\}\})*)\}\s*(?:;|$)/,
  /^\s*'((?:[^']|'')*)'\s*(?:;|$)/,
  /^\s*"((?:[^"]|"")*)"\s*(?:;|$)/,
]

/** A value in braces or quotes may hold `;`, and its closing mark when doubled; otherwise it ends at `;`. */
function takeValue(rest: string): { value: string; length: number } {
  for (const wrapped of WRAPPED) {
    const match = wrapped.exec(rest)
    if (match) return { value: undouble(match[0].trim()[0] ?? '', match[1] ?? ''), length: match[0].length }
  }
  const end = rest.indexOf(';')
  const raw = end < 0 ? rest : rest.slice(0, end)
  return { value: raw.trim(), length: end < 0 ? rest.length : end + 1 }
}

function undouble(opening: string, inner: string): string {
  const closing = opening === '{' ? '}' : opening
  return inner.replaceAll(closing + closing, closing)
}

function parseUrl(text: string): ConnectionStringParts {
  const collected = new Collector()
  try {
    const url = new URL(text)
    const host = decodeURIComponent(url.hostname)
    collected.addGiven('Server', host)
    collected.addGiven('Port', url.port)
    collected.addGiven('UID', decodeURIComponent(url.username))
    collected.addGiven('Password', decodeURIComponent(url.password))
    collected.addGiven('Database', decodeURIComponent(url.pathname.slice(1)))
    for (const [key, value] of url.searchParams) collected.add(key, value)
    collected.addDefault('SSLMode', 'prefer') // as libpq does for URLs
  } catch {
    // The cause is dropped on purpose: it quotes the URL, and the password with it.
    throw new ConnectionParamsError('connectionString', 'is not a valid postgres:// URL.')
  }
  return collected.parts()
}

class Collector {
  readonly #values = new Map<ConnectionKey, string>()
  readonly #warnings: string[] = []

  add(spelling: string, value: string): void {
    const key = KEYS.get(spelling.toLowerCase().replaceAll(/[\s_]/g, ''))
    if (!key) {
      this.#warnings.push(`The key "${spelling.slice(0, 60)}" of the connection string is not used.`)
      return
    }
    if (this.#values.has(key)) this.#warnings.push(`${key} is given more than once; the last one counts.`)
    this.#values.set(key, value)
  }

  addGiven(key: ConnectionKey, value: string): void {
    if (value !== '') this.#values.set(key, value)
  }

  addDefault(key: ConnectionKey, value: string): void {
    if (!this.#values.has(key)) this.#values.set(key, value)
  }

  parts(): ConnectionStringParts {
    return { values: this.#values, warnings: this.#warnings }
  }
}
