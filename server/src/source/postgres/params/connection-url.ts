import { ConnectionParamsError } from './connection-params-error.ts'
import type { KeywordPair } from './connection-string.ts'

export function isConnectionUrl(text: string): boolean {
  return SCHEME.test(text)
}

/** The drivers of Java put a word of their own before it. */
const SCHEME = /^\s*(?:jdbc:)?postgres(?:ql)?:\/\//i

/**
 * Reads `postgres://user:password@host:5432/database?sslmode=verify-full` as libpq does: only `%` is special
 * in a value, so that a `+` of a certificate stays one. An `@` in a password need not be encoded.
 * @throws ConnectionParamsError naming `connectionString` for a `%` without its two digits
 */
export function parseConnectionUrl(text: string): readonly KeywordPair[] {
  const rest = text.trim().replace(SCHEME, '')
  const at = endOfUserInfo(rest)
  const [user, password] = at < 0 ? [] : splitOnce(rest.slice(0, at), ':')
  const [address, path, query] = splitAddress(rest.slice(at + 1))
  const [host, port] = splitPort(address)
  const pairs: [string, string | undefined][] = [
    ['host', host],
    ['port', port],
    ['dbname', path],
    ['user', user],
    ['password', password],
    ...query.split('&').map((pair) => splitOnce(pair, '=')),
  ]
  return pairs
    .filter(([name, value]) => name !== '' && value !== undefined && value !== '')
    .map(([name, value]) => [decode(name), decode(value ?? '')])
}

/** The last `@` of the authority; a `?` before the first one can only belong to a password. */
function endOfUserInfo(rest: string): number {
  const slash = rest.indexOf('/')
  const untilSlash = slash < 0 ? rest : rest.slice(0, slash)
  const untilQuery = splitOnce(untilSlash, '?')[0]
  return untilQuery.includes('@') ? untilQuery.lastIndexOf('@') : untilSlash.indexOf('@')
}

function splitAddress(text: string): [address: string, path: string, query: string] {
  const [front, query = ''] = splitOnce(text, '?')
  const [address, path = ''] = splitOnce(front, '/')
  return [address, path, query]
}

/** Several hosts stay together: they are refused where one is expected. */
function splitPort(address: string): [host: string, port: string | undefined] {
  const parts = /^(\[[^\]]*\]|[^:,]*):([^:,]*)$/.exec(address)
  return parts ? [parts[1] ?? '', parts[2]] : [address, undefined]
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // The cause is dropped on purpose: it may quote the text, and a password with it.
    throw new ConnectionParamsError(
      'connectionString',
      'is a URL with a "%" that is not followed by two digits of a character. Write "%" itself as "%25".',
    )
  }
}
