import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { stateOf } from '#services/flow-service/entities/entity-document.ts'
import { SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import { actionNotApplicable } from '#services/flow-service/problems.ts'
import { transact } from '#store/database.ts'
import { notifyTopic } from '#store/wake-ups.ts'
import { type DeliveryAddress, getDelivery } from './get-delivery.ts'
import { DELIVERIES_TOPIC } from './subscription-store.ts'

/**
 * Has a delivery sent now, whatever became of it before, with all attempts ahead of it. The receiver knows it by
 * its id, which stays.
 *
 * @throws {FlowProblem} 1439, and 1422 while the subscription is disabled
 */
export async function redeliver(
  deps: FlowServiceDependencies,
  scope: Scope,
  address: DeliveryAddress,
): Promise<JsonObject> {
  const subscription = await getDocument(deps.db, scope, SUBSCRIPTIONS, address.id)
  if (stateOf(subscription) !== 'enabled')
    throw actionNotApplicable('redeliver', stateOf(subscription), 'Enable the subscription first.')
  await getDelivery(deps, scope, address)
  await transact(deps.db, async (tx) => {
    const nowMs = deps.now()
    // Whoever asks for it knows better than the receiver's last Retry-After.
    await tx.updateTable('subscription').set({ resume_at: null }).where('id', '=', address.id).execute()
    await tx
      .updateTable('delivery')
      .set({ state: 'pending', failures: 0, next_attempt_at: nowMs, updated_at: nowMs })
      .where('id', '=', address.deliveryId)
      .execute()
    await notifyTopic(tx, DELIVERIES_TOPIC)
  })
  return { id: address.deliveryId, state: 'pending' }
}
