import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { compact, createOperation, newEntity } from '#services/flow-service/entities/entity-document.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import {
  readAttributes,
  readDescription,
  readLabels,
  readName,
} from '#services/flow-service/entities/entity-rules.ts'
import { insertEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertConnectable, requireConnectionSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import { readAuth } from './auth-params.ts'
import { assertReachable } from './check-source.ts'
import { sealAuth } from './connection-store.ts'
import { maskParams } from './secret-params.ts'

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
  await assertConnectable(db, scope, body['connectionSpec'])
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
    attributes: readAttributes(body),
    labels: readLabels(body),
    auth: auth && { specName: auth.specName, params: maskParams(auth.params) },
    version: entity.etag,
    lastOperation: createOperation(nowMs, isDraft),
  })
  const columns = { spec_id: spec.id, auth_params: sealAuth(keyring, entity.id, auth) }
  await insertEntity(db, scope, CONNECTIONS, { document, columns })
  return document
}
