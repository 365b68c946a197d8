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

/** The parts of a URL of PostgreSQL; `undefined` for anything else. */
export function placeOfUrl(text: string): Place | undefined {
  const url = URL.parse(text.trim())
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '') return undefined
  const mode = url.searchParams.get('sslmode')?.toLowerCase()
  return {
    server: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? '5432' : url.port,
    database: decodeURIComponent(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    sslMode: SSL_MODES.find((known) => known.toLowerCase() === mode) ?? 'Prefer',
  }
}
