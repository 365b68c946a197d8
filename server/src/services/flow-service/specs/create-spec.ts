import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { newEntity } from '#services/flow-service/entities/entity-document.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import type { SpecKind } from './built-in/spec.ts'
import { builtInSpecs } from './spec-catalogue.ts'
import { readSpec } from './spec-rules.ts'
import { insertSpec, takenProblem } from './spec-store.ts'

/**
 * Registers a spec for the administrator's organisation. A client may give it the id that the platform has for
 * it, so that what refers to it there refers to it here.
 *
 * @throws {FlowProblem} 1426 for who is no administrator, 1100 for a body that is no spec or a name or id that is taken
 */
export async function createSpec(
  { db, now }: Pick<FlowServiceDependencies, 'db' | 'now'>,
  scope: Scope,
  kind: SpecKind,
  body: JsonObject,
): Promise<JsonObject> {
  assertAdmin(scope)
  const spec = readSpec(kind, body)
  const id = readWantedId(body)
  const document = { ...newEntity(scope, now()), ...(id === undefined ? {} : { id }), ...spec }
  assertFree(kind, document)
  await insertSpec(db, scope, kind, document)
  return document
}

/** @throws {FlowProblem} 1426 */
export function assertAdmin({ isAdmin }: Scope): void {
  if (isAdmin) return
  throw new FlowProblem(
    '1426-400',
    'Only administrators may create and replace specs. Use a client that was made with --admin.',
  )
}

function readWantedId({ id }: JsonObject): string | undefined {
  if (id === undefined || id === null || id === '') return undefined
  if (typeof id === 'string' && isUuid(id)) return id.toLowerCase()
  throw invalidRequest(`id ${JSON.stringify(id)} is not a UUID. Send one, or none to get a new one.`, 'id')
}

/** Names and ids of what comes with the server are taken in every organisation. */
export function assertFree(kind: SpecKind, document: JsonObject): void {
  for (const { id, name } of builtInSpecs(kind)) {
    if (name === document['name']) throw takenProblem(document, 'name')
    if (id === document['id']) throw takenProblem(document, 'id')
  }
}
