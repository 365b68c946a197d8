import type { DatabaseAddress } from '#store/database.ts'

/** The metadata database can't be used. The message is for the operator and holds no password. */
export class StoreUnusableError extends Error {
  override readonly name = 'StoreUnusableError'
  readonly isExplained = true
}

const NETWORK = 'Check the address in DATABASE_URL, and that PostgreSQL runs there.'
const LOGIN = 'Check user and password in DATABASE_URL.'
const NEWER =
  'A newer version of Headwater has worked on it: start that one, or one after it. What this version does not know it would not keep.'
const GRANT = 'Let the user of DATABASE_URL own the database, or make tables and schemas in it.'

/** What to do about the faults that an operator can mend, by errno or SQLSTATE. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', 'ENOTFOUND'].map(
    (code) => [code, NETWORK] as const,
  ),
  ...['EAI_AGAIN', 'EPIPE', 'ETIMEDOUT'].map((code) => [code, NETWORK] as const),
  ...['28000', '28P01'].map((code) => [code, LOGIN] as const),
  ['3D000', 'Make that database, or correct DATABASE_URL.'],
  ['25006', 'DATABASE_URL leads to a read-only server: name the primary.'],
  ['42501', GRANT],
  ['53300', 'Give the server more connections (max_connections).'],
  ...['57P01', '57P02', '57P03'].map((code) => [code, 'Start again when PostgreSQL is up.'] as const),
])

/** The fault in a sentence if an operator can mend it; another error as it is. */
export function explainStoreFault(address: DatabaseAddress, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = (error as { readonly code?: string }).code
  const remedy = REMEDIES.get(code ?? '') ?? remedyByText(code ?? error.message)
  if (remedy === undefined) return error
  const reason = withoutPassword(reasonOf(error, code), address)
  const message = `The metadata database ${placeOf(address)} can't be used (${reason}). ${remedy}`
  // The cause is left out: it may hold the whole address.
  return new StoreUnusableError(message)
}

/** The client gives some of its own errors no code, and there are many codes about certificates. */
function remedyByText(text: string): string | undefined {
  if (/timeout expired|connection terminated/i.test(text)) return NETWORK
  // How the migrator says that the database is ahead of the program.
  if (/previously executed migration .* is missing/.test(text)) return NEWER
  if (/SSL|TLS|CERT|UNABLE_TO_(VERIFY|GET)_/.test(text)) return 'Correct sslmode in DATABASE_URL.'
  return /password/i.test(text) ? LOGIN : undefined
}

function reasonOf(error: Error, code: string | undefined): string {
  // Several addresses of one name that all refuse come as one error without a message.
  const text = error.message === '' ? (code ?? error.name) : error.message
  return text === 'timeout expired' ? 'no answer in time' : text.replace(/\.$/, '')
}

/** `headwater at db.example.org:5432`; never the user's name or password. */
function placeOf({ url, host = '', port, database = '' }: DatabaseAddress): string {
  if (url === undefined) return `${database} at ${host}:${port ?? 5432}`
  const { hostname, port: urlPort, pathname, searchParams } = new URL(url)
  const where = hostname === '' ? (searchParams.get('host') ?? 'localhost') : hostname
  const place = `at ${where}:${urlPort === '' ? 5432 : urlPort}`
  return `${decodeURIComponent(pathname.slice(1))} ${place}`.trimStart()
}

function withoutPassword(text: string, { url, password }: DatabaseAddress): string {
  const raw = url === undefined ? '' : new URL(url).password
  return [password ?? '', raw, decodeURIComponent(raw)]
    .filter((secret) => secret !== '')
    .reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
}
