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
import { type Collection, type ListParameters, type ListQuery, parseListQuery } from './list-query.ts'
import { createPageTokens, linksTo } from './page-token.ts'
import { assertSandboxes } from './sandbox-ids.ts'
import { parseSearchQuery, type SearchRequest } from './search-query.ts'

/** A page of a collection, or the number of what is in it. */
export async function listEntities(
  deps: FlowServiceDependencies,
  scope: Scope,
  kind: EntityKind,
  parameters: ListParameters,
): Promise<JsonObject> {
  return answerQuery(deps, scope, kind, parseListQuery(parameters, collectionOf(deps, scope, kind)))
}

/** The same for a search. Its links and tokens are those of the list, so that either goes on with them. */
export async function searchEntities(
  deps: FlowServiceDependencies,
  scope: Scope,
  kind: EntityKind,
  request: SearchRequest,
): Promise<JsonObject> {
  return answerQuery(deps, scope, kind, parseSearchQuery(request, collectionOf(deps, scope, kind)))
}

function collectionOf({ keyring }: FlowServiceDependencies, scope: Scope, kind: EntityKind): Collection {
  return { name: kind.name, filterable: kind, tokens: createPageTokens(keyring, scope, kind.name) }
}

async function answerQuery(
  { db, now, gateway }: FlowServiceDependencies,
  scope: Scope,
  kind: EntityKind,
  query: ListQuery,
): Promise<JsonObject> {
  if (query.sandboxIds !== undefined) await assertSandboxes(gateway, scope, query.sandboxIds)
  if (query.countOnly) return { count: await countDocuments(db, scope, kind, query) }
  const { documents, nextToken } = await listDocuments(db, scope, kind, query)
  const shown = kind === RUNS ? await withProgress(db, documents, now()) : documents
  return {
    items: shown.map((document) => project(document, query.filter.projection)),
    _links: linksTo(kind.name, nextToken),
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
