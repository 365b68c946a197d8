/** The `code` of whatever was thrown: an errno, a code of Node.js or OpenSSL, an SQLSTATE; empty without one. */
export function codeOf(error: unknown): string {
  const code: unknown = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
