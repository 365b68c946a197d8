import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { type EntityKind, RUNS } from '#services/flow-service/entities/entity-kinds.ts'
import {
  countDocuments,
  getDocument,
  listDocuments,
  project,
} from '#services/flow-service/entities/entity-reader.ts'
import { withProgress } from '#services/flow-service/runs/run-progress.ts'
import { type ListParameters, parseListQuery } from './list-query.ts'

/** A page of a collection, or the number of what is in it. */
export async function listEntities(
  { db, now }: FlowServiceDependencies,
  scope: Scope,
  kind: EntityKind,
  parameters: ListParameters,
): Promise<JsonObject> {
  const query = parseListQuery(parameters, kind.name, kind)
  if (query.countOnly) return { count: await countDocuments(db, scope, kind, query.filter) }
  const { documents, nextToken } = await listDocuments(db, scope, kind, query)
  const shown = kind === RUNS ? await withProgress(db, documents, now()) : documents
  return {
    items: shown.map((document) => project(document, query.filter.projection)),
    // The token is the only parameter of the link, which is relative to the service.
    _links: nextToken === undefined ? {} : { next: { href: `/${kind.name}?continuationToken=${nextToken}` } },
  }
}

/** One resource, in a list of its own. @throws {FlowProblem} 1439 */
export async function getEntity(
  { db, now }: FlowServiceDependencies,
  scope: Scope,
  kind: EntityKind,
  id: string,
): Promise<JsonObject> {
  const document = await getDocument(db, scope, kind, id)
  return { items: kind === RUNS ? await withProgress(db, [document], now()) : [document] }
}
