import type { Scope } from '#http/scope.ts'
import { newUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { compact, textOf } from '#services/flow-service/entities/entity-document.ts'
import { assertCurrent } from '#services/flow-service/entities/if-match.ts'
import { formatPing } from './event-body.ts'
import { signingSecretsAt } from './subscription-secrets.ts'
import { getSubscription } from './subscription-store.ts'

/**
 * Sends a signed event to the receiver now, and tells what it said. It is sent once, is no delivery, and a disabled
 * subscription can be tested as well. A receiver that fails is an answer and no error.
 */
export async function testSubscription(
  { db, keyring, now, sendWebhook }: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch, signal }: ChangeRequest,
): Promise<JsonObject> {
  const { document, secrets } = await getSubscription(db, keyring, scope, id)
  assertCurrent(document, ifMatch)
  const eventId = newUuid()
  const nowMs = now()
  const webhook = {
    id: eventId,
    url: textOf(document, 'url'),
    body: formatPing(eventId, document, nowMs),
    signingSecrets: signingSecretsAt(secrets, nowMs),
    headers: secrets.headers,
    sentAtMs: nowMs,
  }
  const { isDelivered, statusCode, response, error, elapsedMs } = await sendWebhook(webhook, { signal })
  return compact({ result: isDelivered, eventId, statusCode, error, response, elapsedMs })
}
