/** Who is signed in. Lives in this tab only and ends with it. */
export interface Session {
  readonly token: string
  readonly clientId: string
  readonly orgId: string
  /** Epoch milliseconds. */
  readonly endsAt: number
}

export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

const KEY = 'headwater.session'
const SANDBOX_KEY = 'headwater.sandbox'

/** The session that a token stands for, by its own claims; `undefined` when it isn't one of ours. */
export function sessionOf(token: string): Session | undefined {
  const claims = readClaims(token)
  if (claims === undefined) return undefined
  const { client_id: clientId, org: orgId, created_at: createdAt, expires_in: lifetimeMs } = claims
  const endsAt = Number(createdAt) + Number(lifetimeMs)
  if (typeof clientId !== 'string' || typeof orgId !== 'string' || !Number.isFinite(endsAt)) return undefined
  return { token, clientId, orgId, endsAt }
}

function readClaims(token: string): Record<string, unknown> | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** The session of this tab, unless it has ended. */
export function loadSession(nowMs: number): Session | undefined {
  const session = sessionOf(sessionStorage.getItem(KEY) ?? '')
  return session !== undefined && session.endsAt > nowMs ? session : undefined
}

export function saveSession({ token }: Session): void {
  sessionStorage.setItem(KEY, token)
}

export function forgetSession(): void {
  sessionStorage.removeItem(KEY)
  sessionStorage.removeItem(SANDBOX_KEY)
}

export function loadSandboxName(): string | undefined {
  return sessionStorage.getItem(SANDBOX_KEY) ?? undefined
}

export function saveSandboxName(name: string): void {
  sessionStorage.setItem(SANDBOX_KEY, name)
}

/**
 * Finds id and secret in what `headwater credentials create` prints, with or without `--json`, so that one
 * paste fills the form.
 */
export function findCredentials(text: string): Credentials | undefined {
  const clientId = /client[ _]id"?[\s:=]+"?([\w-]{8,})/i.exec(text)?.[1]
  const clientSecret = /client[ _]secret"?[\s:=]+"?([\w.~+/-]{8,})/i.exec(text)?.[1]
  return clientId !== undefined && clientSecret !== undefined ? { clientId, clientSecret } : undefined
}
