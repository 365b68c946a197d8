import type { Scope } from '#http/scope.ts'
import type { PatchOperation } from '#json-patch/apply-patch.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import {
  changed,
  compact,
  doneOperation,
  stateOf,
  textOf,
} from '#services/flow-service/entities/entity-document.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import {
  readAttributes,
  readDescription,
  readLabels,
  readName,
} from '#services/flow-service/entities/entity-rules.ts'
import { replaceEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertCurrent, requireIfMatch } from '#services/flow-service/entities/if-match.ts'
import {
  type PatchRules,
  patched,
  readPatch,
  shownOperations,
} from '#services/flow-service/entities/patch-document.ts'
import { FlowProblem, notFound } from '#services/flow-service/problems.ts'
import type { Edition } from '#services/flow-service/specs/built-in/spec.ts'
import { requireConnectionSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import { type Auth, assertSecretsStay, readAuth } from './auth-params.ts'
import { assertReachable } from './check-source.ts'
import { findConnection, type StoredConnection, sealAuth } from './connection-store.ts'
import { maskParams, maskPatchValue, restoreSecrets } from './secret-params.ts'

const RULES: PatchRules = {
  patchable: new Set(['name', 'description', 'auth', 'attributes', 'labels']),
  refused: { connectionSpec: specRefused },
}

function specRefused(): FlowProblem {
  const message = 'The connection spec of a connection cannot be changed. Make a new connection.'
  return new FlowProblem('1414-400', message)
}

/**
 * Changes a base connection. The operations see the masked document; a mask that comes back keeps the secret.
 * New credentials are checked as on create; a change of something else leaves them alone.
 */
export async function patchConnection(
  { db, keyring, now, source, config }: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch, body, signal }: ChangeRequest,
): Promise<JsonObject> {
  const expected = requireIfMatch(ifMatch)
  const operations = readPatch(body, RULES)
  const current = await findConnection(db, keyring, scope, id)
  if (current === undefined) throw notFound(CONNECTIONS.name, id)
  assertCurrent(current.document, expected)
  const isDraft = stateOf(current.document) === 'draft'
  const next = patched(current.document, operations)
  readName(next, isDraft)
  readDescription(next)
  const kept = { attributes: readAttributes(next), labels: readLabels(next) }
  const touchesAuth = operations.some(({ path }) => path.split('/')[1] === 'auth')
  const auth = touchesAuth ? readChangedAuth(config.edition, next, current) : current.auth
  if (touchesAuth && auth !== undefined && !isDraft && config.validateOnCreate)
    await assertReachable(source, auth, signal)
  const nowMs = now()
  const shown = auth && { specName: auth.specName, params: maskParams(auth.params) }
  const document = changed(
    compact({ ...next, ...kept, auth: shown }),
    scope,
    nowMs,
    updateOperation(nowMs, operations),
  )
  await replaceEntity(db, scope, CONNECTIONS, {
    id,
    expected: textOf(current.document, 'etag'),
    document,
    columns: touchesAuth ? { auth_params: sealAuth(keyring, id, auth) } : undefined,
  })
  return document
}

/** The auth of a changed document, with stored secrets in the place of masks. */
function readChangedAuth(edition: Edition, next: JsonObject, stored: StoredConnection): Auth | undefined {
  const spec = requireConnectionSpec(stored.document['connectionSpec'], edition)
  const isDraft = stateOf(stored.document) === 'draft'
  const given = next['auth']
  if (!isObject(given) || !isObject(given['params'])) return readAuth(spec, given, isDraft)
  const { params, kept } = restoreSecrets(given['params'] as JsonObject, stored.auth?.params)
  const auth = readAuth(spec, { ...given, params }, isDraft)
  if (auth !== undefined) assertSecretsStay(stored.auth, auth, kept)
  return auth
}

function updateOperation(nowMs: number, operations: readonly PatchOperation[]): JsonObject {
  const masked = operations.map((operation) => ({
    ...operation,
    value: maskPatchValue(operation.path, operation.value),
  }))
  return doneOperation('update', nowMs, shownOperations(masked))
}
