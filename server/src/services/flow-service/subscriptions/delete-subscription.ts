import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import { deleteEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertCurrent } from '#services/flow-service/entities/if-match.ts'

/** Removes a subscription and its deliveries, those that were still to be sent included. */
export async function deleteSubscription(
  { db }: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch }: ChangeRequest,
): Promise<void> {
  assertCurrent(await getDocument(db, scope, SUBSCRIPTIONS, id), ifMatch)
  await deleteEntity(db, scope, SUBSCRIPTIONS, id)
}
