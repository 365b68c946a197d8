import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { compact, createOperation, newEntity } from '#services/flow-service/entities/entity-document.ts'
import { SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { insertEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertFlowsExist } from './assert-flows-exist.ts'
import { readExtraHeaders } from './extra-headers.ts'
import { newSigningSecret, readSigningSecret } from './signing-secret.ts'
import { assertKnownMembers, readSubscription } from './subscription-rules.ts'
import { maskedMembers, type SubscriptionSecrets, sealSecrets } from './subscription-secrets.ts'

/** A subscription as it was stored, and its secret when the server made one: the only time that it is shown. */
export interface SavedSubscription {
  readonly document: JsonObject
  readonly newSecret?: string | undefined
}

/** Stores who is to be told what becomes of runs. Nothing is sent yet: the action `test` does that. */
export async function createSubscription(
  { db, keyring, now, config }: FlowServiceDependencies,
  scope: Scope,
  body: JsonObject,
): Promise<SavedSubscription> {
  assertKnownMembers(body)
  const parts = readSubscription(body, config.webhookHosts)
  const given = body['secret'] ?? undefined
  const newSecret = given === undefined ? newSigningSecret() : undefined
  const secrets: SubscriptionSecrets = {
    secret: newSecret ?? readSigningSecret(given),
    previous: [],
    headers: readExtraHeaders(body['headers']),
  }
  await assertFlowsExist(db, scope, parts.flowIds)
  const nowMs = now()
  const entity = newEntity(scope, nowMs)
  const document = compact({
    ...entity,
    ...parts,
    state: 'enabled',
    ...maskedMembers(secrets),
    version: entity.etag,
    lastOperation: createOperation(nowMs, false),
  })
  const columns = { secrets: sealSecrets(keyring, entity.id, secrets) }
  await insertEntity(db, scope, SUBSCRIPTIONS, { document, columns })
  return { document, newSecret }
}
