import { randomBytes } from 'node:crypto'
import { SECRET_MASK } from '#services/flow-service/connections/secret-params.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

const PREFIX = 'whsec_'
const NEW_SECRET_BYTES = 32
/** What Standard Webhooks allows. */
const MIN_SECRET_BYTES = 24
const MAX_SECRET_BYTES = 64

/** A new signing secret in the form of Standard Webhooks: `whsec_` and Base64. */
export function newSigningSecret(): string {
  return PREFIX + randomBytes(NEW_SECRET_BYTES).toString('base64')
}

/** The key that a secret stands for. */
export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64')
}

/** A secret that a client sent. @throws {FlowProblem} 1100, which never repeats it */
export function readSigningSecret(given: unknown): string {
  if (given === SECRET_MASK) {
    throw invalidRequest(
      'secret holds the mask that answers show. Send a secret, or leave it out to have one made.',
      'secret',
    )
  }
  if (typeof given === 'string' && isSigningSecret(given)) return given
  throw invalidRequest(
    `secret must be whsec_ followed by the Base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} random bytes. Leave it out to have one made.`,
    'secret',
  )
}

function isSigningSecret(text: string): boolean {
  const key = keyOf(text)
  const isWhole = text === PREFIX + key.toString('base64')
  return isWhole && key.length >= MIN_SECRET_BYTES && key.length <= MAX_SECRET_BYTES
}
