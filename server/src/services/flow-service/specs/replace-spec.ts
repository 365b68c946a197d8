import type { Scope } from '#http/scope.ts'
import { newEtag } from '#kit/etag.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { assertCurrent } from '#services/flow-service/entities/if-match.ts'
import { invalidRequest, notFound } from '#services/flow-service/problems.ts'
import { transact } from '#store/database.ts'
import type { SpecKind } from './built-in/spec.ts'
import { assertAdmin, assertFree } from './create-spec.ts'
import { builtInSpecs } from './spec-catalogue.ts'
import { readSpec } from './spec-rules.ts'
import { lockStoredSpec, updateSpec } from './spec-store.ts'

const AUDIT = [
  'id',
  'createdAt',
  'createdBy',
  'createdClient',
  'sandboxId',
  'sandboxName',
  'imsOrgId',
] as const

/**
 * Puts another spec in the place of a registered one, for the version that was asked for if one was. Flows of it
 * stay as they are until they are changed.
 *
 * @throws {FlowProblem} 1426 for who is no administrator, 1439 when there is none, 1404 for another version, 1100
 *   for a body that is no spec, a name that is taken, or a spec that comes with the server
 */
export async function replaceSpec(
  { db, now }: Pick<FlowServiceDependencies, 'db' | 'now'>,
  scope: Scope,
  kind: SpecKind,
  { id, ifMatch, body }: ChangeRequest & { readonly body: JsonObject },
): Promise<JsonObject> {
  assertAdmin(scope)
  assertReplaceable(kind, id)
  return await transact(db, async (tx) => {
    const current = await lockStoredSpec(tx, scope, kind, id)
    if (current === undefined) throw notFound(kind, id)
    assertCurrent(current, ifMatch)
    const document = replaced(scope, current, { spec: readSpec(kind, body), nowMs: now() })
    assertFree(kind, document)
    await updateSpec(tx, scope, kind, document)
    return document
  })
}

function assertReplaceable(kind: SpecKind, id: string): void {
  const found = builtInSpecs(kind).find((spec) => spec.id === id.toLowerCase())
  if (found === undefined) return
  throw invalidRequest(
    `${found.name} comes with the server and cannot be replaced. Create a spec of another name.`,
    'id',
  )
}

function replaced(
  { userId, clientId }: Scope,
  current: JsonObject,
  { spec, nowMs }: { readonly spec: JsonObject; readonly nowMs: number },
): JsonObject {
  return {
    ...Object.fromEntries(AUDIT.map((name) => [name, current[name]])),
    updatedAt: Math.max(nowMs, Number(current['updatedAt']) + 1),
    updatedBy: userId,
    updatedClient: clientId,
    etag: newEtag(nowMs),
    ...spec,
  }
}
