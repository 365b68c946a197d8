import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { DELIVERIES, SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import {
  countDocuments,
  getDocument,
  listDocuments,
  project,
} from '#services/flow-service/entities/entity-reader.ts'
import { type ListParameters, parseListQuery } from '#services/flow-service/lists/list-query.ts'
import { createPageTokens, linksTo } from '#services/flow-service/lists/page-token.ts'
import type { Condition, PropertyFilter } from '#services/flow-service/lists/property-filter.ts'

/** A page of what is, or was, to be sent for a subscription, or the number of it. @throws {FlowProblem} 1439 */
export async function listDeliveries(
  { db, keyring }: FlowServiceDependencies,
  scope: Scope,
  id: string,
  parameters: ListParameters,
): Promise<JsonObject> {
  await getDocument(db, scope, SUBSCRIPTIONS, id)
  const name = `${SUBSCRIPTIONS.name}/${id.toLowerCase()}/${DELIVERIES.name}`
  const collection = { name, filterable: DELIVERIES, tokens: createPageTokens(keyring, scope, name) }
  const asked = parseListQuery(parameters, collection)
  const query = { ...asked, filter: confinedTo(id, asked.filter) }
  if (query.countOnly) return { count: await countDocuments(db, scope, DELIVERIES, query) }
  const { documents, nextToken } = await listDocuments(db, scope, DELIVERIES, query)
  return {
    items: documents.map((document) => project(document, query.filter.projection)),
    _links: linksTo(name, nextToken),
  }
}

function confinedTo(id: string, filter: PropertyFilter): PropertyFilter {
  const field = 'subscriptionId'
  const own: Condition = { field, path: [field], operator: '==', values: [id] }
  return { ...filter, conditions: [own, ...filter.conditions] }
}
