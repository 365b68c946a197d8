import type { JsonObject } from '#kit/json.ts'
import type { Keyring } from '#secrets/keyring.ts'
import { SECRET_MASK } from '#services/flow-service/connections/secret-params.ts'
import { type ExtraHeaders, maskHeaders } from './extra-headers.ts'

/** What a subscription keeps sealed. Never logged, never shown. */
export interface SubscriptionSecrets {
  /** Signs. */
  readonly secret: string
  /** Sign as well, each until its time; newest first. */
  readonly previous: readonly PreviousSecret[]
  readonly headers: ExtraHeaders
}

export interface PreviousSecret {
  readonly secret: string
  readonly untilMs: number
}

/** How long a secret goes on signing after it was replaced, so that receivers can change over: a day. */
export const GRACE_MS = 24 * 3_600_000
/** Signatures in one header; who rotates more often than that in a day has stopped to care for the oldest. */
const MAX_PREVIOUS = 3

/** The text under which they are stored, bound to the subscription's id. */
export function sealSecrets(keyring: Keyring, id: string, secrets: SubscriptionSecrets): string {
  return keyring.seal(JSON.stringify(secrets), contextOf(id))
}

export function openSecrets(keyring: Keyring, id: string, sealed: string): SubscriptionSecrets {
  return JSON.parse(keyring.open(sealed, contextOf(id))) as SubscriptionSecrets
}

function contextOf(id: string): string {
  return `subscription:${id}`
}

/** The secrets that sign at that time, newest first. */
export function signingSecretsAt(
  { secret, previous }: SubscriptionSecrets,
  nowMs: number,
): readonly string[] {
  return [secret, ...previous.filter(({ untilMs }) => untilMs > nowMs).map((former) => former.secret)]
}

/** The secrets with a new one that signs; the one before it goes on for the time of grace. */
export function rotated(secrets: SubscriptionSecrets, secret: string, nowMs: number): SubscriptionSecrets {
  if (secret === secrets.secret) return secrets
  const former = { secret: secrets.secret, untilMs: nowMs + GRACE_MS }
  const alive = secrets.previous.filter(({ untilMs, ...it }) => untilMs > nowMs && it.secret !== secret)
  return { ...secrets, secret, previous: [former, ...alive].slice(0, MAX_PREVIOUS) }
}

/** What answers show in their place. */
export function maskedMembers(secrets: SubscriptionSecrets): JsonObject {
  const [former] = secrets.previous
  return {
    secret: SECRET_MASK,
    previousSecretExpiresAt: former?.untilMs,
    headers: maskHeaders(secrets.headers),
  }
}
