import { createHmac } from 'node:crypto'
import { keyOf } from '#services/flow-service/subscriptions/signing-secret.ts'
import type { Webhook } from '#services/flow-service/subscriptions/webhook-port.ts'

/** The headers of Standard Webhooks 1.0 for a message: its id, the time of sending, and one signature a secret. */
export function signatureHeaders({ id, body, sentAtMs, signingSecrets }: Webhook): Record<string, string> {
  const seconds = Math.floor(sentAtMs / 1000)
  const signatures = signingSecrets.map((secret) => {
    const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`)
    return `v1,${hmac.digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  }
}
