/** Of the system, and of PostgreSQL: no connection, no room for one, a restart, two transactions in each other's way. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '40001',
  '40P01',
  '53300',
  '57P01',
  '57P02',
  '57P03',
])

/** The driver and its pool give some of their errors no code. */
const PASSING_WORDS = /^(Connection terminated|timeout exceeded when trying to connect)/

/** True of an error that is nobody's fault and passes by itself, such as a metadata database that restarts. */
export function isPassingError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { readonly code?: unknown }
  return (typeof code === 'string' && PASSING_CODES.has(code)) || PASSING_WORDS.test(error.message)
}
