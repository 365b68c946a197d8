/** What a database is reached by, as the form has it. */
export interface Place {
  readonly server: string
  readonly port: string
  readonly database: string
  readonly username: string
  readonly password: string
  readonly sslMode: string
}

export const EMPTY_PLACE: Place = {
  server: '',
  port: '5432',
  database: '',
  username: '',
  password: '',
  sslMode: 'Prefer',
}

export const SSL_MODES = ['Disable', 'Allow', 'Prefer', 'Require', 'Verify-Ca', 'Verify-Full'] as const

/** Whether somebody means a URL of PostgreSQL, readable or not. */
export function isPostgresUrl(text: string): boolean {
  return /^\s*postgres(ql)?:\/\//i.test(text)
}

/** The parts of a URL of PostgreSQL; `undefined` for anything else, several hosts included. */
export function placeOfUrl(text: string): Place | undefined {
  const url = isPostgresUrl(text) ? URL.parse(text.trim()) : null
  if (url === null || url.hostname === '') return undefined
  const mode = url.searchParams.get('sslmode')?.toLowerCase()
  return {
    server: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? '5432' : url.port,
    database: decode(url.pathname.slice(1)),
    username: decode(url.username),
    password: decode(url.password),
    sslMode: SSL_MODES.find((known) => known.toLowerCase() === mode) ?? 'Prefer',
  }
}

/** A percent sign that means itself stays what it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
