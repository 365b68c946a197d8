import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { changed, doneOperation, textOf } from '#services/flow-service/entities/entity-document.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertDraft, readName } from '#services/flow-service/entities/entity-rules.ts'
import { replaceEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertCurrent } from '#services/flow-service/entities/if-match.ts'
import { notFound } from '#services/flow-service/problems.ts'
import { requireConnectionSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import { readAuth } from './auth-params.ts'
import { assertReachable } from './check-source.ts'
import { findConnection } from './connection-store.ts'

/** Makes a draft an enabled connection, checked as if it were created now. */
export async function publishConnection(
  { db, keyring, now, source, config }: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch, signal }: ChangeRequest,
): Promise<JsonObject> {
  const current = await findConnection(db, keyring, scope, id)
  if (current === undefined) throw notFound(CONNECTIONS.name, id)
  assertCurrent(current.document, ifMatch)
  assertDraft(current.document)
  readName(current.document, false)
  const spec = requireConnectionSpec(current.document['connectionSpec'], config.edition)
  const auth = readAuth(spec, current.auth, false)
  if (auth !== undefined && config.validateOnCreate) await assertReachable(source, auth, signal)
  const nowMs = now()
  const document = changed(
    { ...current.document, state: 'enabled' },
    scope,
    nowMs,
    doneOperation('publish', nowMs),
  )
  await replaceEntity(db, scope, CONNECTIONS, { id, expected: textOf(current.document, 'etag'), document })
  return document
}
