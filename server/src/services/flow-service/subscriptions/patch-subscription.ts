import type { Scope } from '#http/scope.ts'
import type { PatchOperation } from '#json-patch/apply-patch.ts'
import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { SECRET_MASK } from '#services/flow-service/connections/secret-params.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { changed, compact, doneOperation, textOf } from '#services/flow-service/entities/entity-document.ts'
import { SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { replaceEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertCurrent, requireIfMatch } from '#services/flow-service/entities/if-match.ts'
import {
  type PatchRules,
  patched,
  readPatch,
  shownOperations,
} from '#services/flow-service/entities/patch-document.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import { assertFlowsExist } from './assert-flows-exist.ts'
import type { SavedSubscription } from './create-subscription.ts'
import { maskHeaders, readExtraHeaders } from './extra-headers.ts'
import { newSigningSecret, readSigningSecret } from './signing-secret.ts'
import { readSubscription } from './subscription-rules.ts'
import { maskedMembers, rotated, type SubscriptionSecrets, sealSecrets } from './subscription-secrets.ts'
import { getSubscription, type StoredSubscription } from './subscription-store.ts'

const RULES: PatchRules = {
  patchable: new Set(['name', 'description', 'url', 'flowIds', 'events', 'eventCodes', 'secret', 'headers']),
  refused: { state: stateRefused },
}

function stateRefused(): FlowProblem {
  const message =
    'The patch instruction failed validation: /state cannot be changed. Use the actions enable and disable.'
  return new FlowProblem('1455-400', message, { path: '/state' })
}

/**
 * Changes a subscription. The operations see the masked document; a mask that comes back keeps the secret. A new
 * secret takes over from the old one, which signs as well for a day; removed, it is replaced by one of the server's.
 */
export async function patchSubscription(
  { db, keyring, now, config }: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch, body }: ChangeRequest,
): Promise<SavedSubscription> {
  const expected = requireIfMatch(ifMatch)
  const operations = readPatch(body, RULES)
  const stored = await getSubscription(db, keyring, scope, id)
  assertCurrent(stored.document, expected)
  const next = patched(stored.document, operations)
  const parts = readSubscription(next, config.webhookHosts)
  const touched = new Set(operations.map(({ path }) => path.split('/')[1]))
  // Flows that are gone may stay listed: without them an empty list would mean all.
  if (touched.has('flowIds')) await assertFlowsExist(db, scope, newIds(stored.document, parts.flowIds))
  const nowMs = now()
  const { secrets, newSecret } = changedSecrets(stored, next, nowMs)
  const operation = doneOperation('update', nowMs, shownOperations(operations.map(masked)))
  const document = changed(compact({ ...next, ...parts, ...maskedMembers(secrets) }), scope, nowMs, operation)
  await replaceEntity(db, scope, SUBSCRIPTIONS, {
    id,
    expected: textOf(stored.document, 'etag'),
    document,
    columns: { secrets: sealSecrets(keyring, textOf(document, 'id'), secrets) },
  })
  return { document, newSecret }
}

function newIds({ flowIds }: JsonObject, wanted: readonly string[]): readonly string[] {
  const known: readonly unknown[] = Array.isArray(flowIds) ? flowIds : []
  return wanted.filter((id) => !known.includes(id))
}

/** The secrets after a change, and the new one if the server made it. */
function changedSecrets(
  { document, secrets }: StoredSubscription,
  next: JsonObject,
  nowMs: number,
): { readonly secrets: SubscriptionSecrets; readonly newSecret: string | undefined } {
  const headers = readExtraHeaders(next['headers'], secrets.headers)
  assertHeadersStay(document, next)
  const given = next['secret'] ?? undefined
  if (given === SECRET_MASK) return { secrets: { ...secrets, headers }, newSecret: undefined }
  const newSecret = given === undefined ? newSigningSecret() : undefined
  const secret = newSecret ?? readSigningSecret(given)
  return { secrets: { ...rotated(secrets, secret, nowMs), headers }, newSecret }
}

/**
 * Refuses to take stored headers to another receiver: whoever may change a subscription need not know them, and a
 * receiver of his own would be told.
 */
function assertHeadersStay(document: JsonObject, next: JsonObject): void {
  const before = new URL(textOf(document, 'url')).origin
  if (before === new URL(textOf(next, 'url')).origin || !isObject(next['headers'])) return
  const kept = Object.entries(next['headers']).filter(([, value]) => value === SECRET_MASK)
  const [first] = kept
  if (first === undefined) return
  throw invalidRequest(
    `The subscription is to lead to another receiver, and stored headers stay with theirs. Send again or remove: ${kept.map(([name]) => `headers.${name}`).join(', ')}.`,
    `headers.${first[0]}`,
  )
}

/** An operation as `lastOperation` shows it. */
function masked(operation: PatchOperation): PatchOperation {
  const [, first, name] = operation.path.split('/')
  const { value } = operation
  if (value === undefined || value === null) return operation
  if (first === 'secret' || (first === 'headers' && name !== undefined))
    return { ...operation, value: SECRET_MASK }
  if (first !== 'headers') return operation
  return { ...operation, value: isObject(value) ? (maskHeaders(value as JsonObject) as Json) : SECRET_MASK }
}
