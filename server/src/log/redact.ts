/** Names of fields that hold secrets, without regard to case, `-` and `_`. */
const secretNames: ReadonlySet<string> = new Set([
  'accesskey',
  'accesstoken',
  'apikey',
  'authorization',
  'clientsecret',
  'connectionstring',
  'cookie',
  'databaseurl',
  'masterkey',
  'passphrase',
  'password',
  'privatekey',
  'proxyauthorization',
  'refreshtoken',
  'secret',
  'secretaccesskey',
  'sessiontoken',
  'setcookie',
  'token',
  'xapikey',
])

const mask = '[redacted]'
// Also what ends the walk through an object that holds itself.
const maxDepth = 6

// Serializers of their own know which parts of these may be written.
const serializedElsewhere: ReadonlySet<string> = new Set(['req', 'res'])

/** A copy of the fields of a line in which secrets are masked and errors are plain objects. */
export function redact(fields: object): Record<string, unknown> {
  const entries = Object.entries(fields)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, serializedElsewhere.has(name) ? value : copyField(name, value, 1)]),
  )
}

const urlPassword = /(:\/\/[^\s:/?#@"]*):[^\s/?#@"]+@/g
const secretParameter =
  /([?&;](?:access_token|api_key|client_assertion|client_secret|code|password|refresh_token|token)=)[^&;\s"]+/gi

/** Masks what hides inside text: the password of a URL, and query parameters that are secrets. Pure. */
export function maskLine(line: string): string {
  const masked = line.includes('://') ? line.replace(urlPassword, `$1:${mask}@`) : line
  return masked.includes('=') ? masked.replace(secretParameter, `$1${mask}`) : masked
}

function copyField(name: string, value: unknown, depth: number): unknown {
  return isSecret(name) && value !== undefined && value !== null ? mask : copyValue(value, depth)
}

function isSecret(name: string): boolean {
  return secretNames.has(name.toLowerCase().replace(/[-_]/g, ''))
}

function copyValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return '[deep]'
  if (value instanceof Error) return copyError(value, depth)
  if (Array.isArray(value)) return value.map((item) => copyValue(item, depth + 1))
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return copyValue(toJSON.call(value), depth + 1)
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, copyField(name, item, depth + 1)]),
  )
}

/**
 * Name, message, code, stack and cause. Nothing else: drivers hang connections and values of rows on their
 * errors.
 */
function copyError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error
  const { code } = error as { code?: unknown }
  return {
    type: name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack,
    ...(cause === undefined ? {} : { cause: copyValue(cause, depth + 1) }),
  }
}
