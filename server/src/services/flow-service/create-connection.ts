import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { readAuth } from './auth-params.ts'
import { assertReachable } from './check-source.ts'
import { sealAuth } from './connection-store.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { compact, createOperation, newEntity } from './entity-document.ts'
import { CONNECTIONS } from './entity-kinds.ts'
import { readDescription, readName } from './entity-rules.ts'
import { insertEntity } from './entity-store.ts'
import { maskParams } from './secret-params.ts'
import { requireConnectionSpec } from './spec-catalogue.ts'

export interface CreateOptions {
  readonly isDraft: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Stores a base connection: its credentials sealed, its document with masks in their place. Unless it is a
 * draft, a session with the source is opened first.
 */
export async function createConnection(
  { db, keyring, now, source, config }: FlowServiceDependencies,
  scope: Scope,
  body: JsonObject,
  { isDraft, signal }: CreateOptions,
): Promise<JsonObject> {
  const spec = requireConnectionSpec(body['connectionSpec'], config.edition)
  const name = readName(body, isDraft)
  const description = readDescription(body)
  const auth = readAuth(spec, body['auth'], isDraft)
  if (auth !== undefined && !isDraft && config.validateOnCreate) await assertReachable(source, auth, signal)
  const nowMs = now()
  const entity = newEntity(scope, nowMs)
  const document = compact({
    ...entity,
    name,
    description,
    connectionSpec: { id: spec.id, version: spec.version },
    state: isDraft ? 'draft' : 'enabled',
    auth: auth && { specName: auth.specName, params: maskParams(auth.params) },
    version: entity.etag,
    lastOperation: createOperation(nowMs, isDraft),
  })
  const columns = { spec_id: spec.id, auth_params: sealAuth(keyring, entity.id, auth) }
  await insertEntity(db, scope, CONNECTIONS, { document, columns })
  return document
}
