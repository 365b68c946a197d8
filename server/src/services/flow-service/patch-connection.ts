import type { Scope } from '#http/scope.ts'
import type { PatchOperation } from '#json-patch/apply-patch.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { type Auth, maskParams, maskPatchValue, readAuth, unmaskParams } from './auth-params.ts'
import type { ChangeRequest } from './change-entity.ts'
import { assertReachable } from './check-source.ts'
import { findConnection, sealAuth } from './connection-store.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { changed, compact, doneOperation, stateOf, textOf } from './entity-document.ts'
import { CONNECTIONS } from './entity-kinds.ts'
import { readDescription, readName } from './entity-rules.ts'
import { replaceEntity } from './entity-store.ts'
import { assertCurrent, requireIfMatch } from './if-match.ts'
import { type PatchRules, patched, readPatch, shownOperations } from './patch-document.ts'
import { FlowProblem, notFound } from './problems.ts'
import { requireConnectionSpec } from './spec-catalogue.ts'
import type { ConnectionSpec } from './specs/spec.ts'

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
 * New credentials are checked as on create.
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
  const spec = requireConnectionSpec(current.document['connectionSpec'])
  const next = patched(current.document, operations)
  readName(next, isDraft)
  readDescription(next)
  const auth = readAuth(spec, unmaskedAuth(next['auth'], current.auth), isDraft)
  const touchesAuth = operations.some(({ path }) => path.split('/')[1] === 'auth')
  if (touchesAuth && auth !== undefined && !isDraft && config.validateOnCreate)
    await assertReachable(source, auth, signal)
  const nowMs = now()
  const shown = auth && { specName: auth.specName, params: maskParams(spec, auth.params) }
  const document = changed(
    compact({ ...next, auth: shown }),
    scope,
    nowMs,
    updateOperation(spec, nowMs, operations),
  )
  const columns = { auth_params: sealAuth(keyring, id, auth) }
  await replaceEntity(db, scope, CONNECTIONS, {
    id,
    expected: textOf(current.document, 'etag'),
    document,
    columns,
  })
  return document
}

function unmaskedAuth(auth: unknown, stored: Auth | undefined): unknown {
  if (!isObject(auth) || !isObject(auth['params'])) return auth
  return { ...auth, params: unmaskParams(auth['params'] as JsonObject, stored?.params) }
}

function updateOperation(
  spec: ConnectionSpec,
  nowMs: number,
  operations: readonly PatchOperation[],
): JsonObject {
  const masked = operations.map((operation) => ({
    ...operation,
    value: maskPatchValue(spec, operation.path, operation.value) as PatchOperation['value'],
  }))
  return doneOperation('update', nowMs, shownOperations(masked))
}
