import type { Environment } from './server-client.ts'
import { ToldError } from './told-error.ts'

/** A source as it is given on the command line. */
export interface SourceAuth {
  readonly specName: 'Connection String Based Authentication'
  readonly params: { readonly connectionString: string }
}

/**
 * How a URL authenticates. A password that it lacks comes from PGPASSWORD, so that it is in no list of processes.
 * @throws ToldError for what is no URL of PostgreSQL
 */
export function authOfUrl(text: string, env: Environment): SourceAuth {
  const url = parse(text)
  const password = env['PGPASSWORD'] ?? ''
  if (url.password === '' && password !== '') url.password = encodeURIComponent(password)
  return { specName: 'Connection String Based Authentication', params: { connectionString: url.href } }
}

/** Host and database, which say nothing secret. */
export function nameOfUrl(text: string): string {
  const { host, pathname } = parse(text)
  return `${host}${decodeURIComponent(pathname)}`
}

function parse(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1) return url
  // The text may hold a password, and is not shown.
  throw new ToldError('The source is a URL: postgres://user@host:5432/database?sslmode=verify-full')
}
