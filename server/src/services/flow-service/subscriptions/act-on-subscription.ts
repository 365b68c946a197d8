import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { actOnEntity, type ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { stateOf } from '#services/flow-service/entities/entity-document.ts'
import { SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { notifyTopic } from '#store/wake-ups.ts'
import { DELIVERIES_TOPIC } from './subscription-store.ts'

/*
 * enabled  --disable, or 410 of the receiver--> disabled   nothing is sent, and what happens meanwhile is not told
 * disabled --enable---------------------------> enabled    what was still to be sent goes out
 *
 * An action that leads to the state that the subscription is in already changes nothing.
 */
export async function actOnSubscription(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest & { readonly action: 'enable' | 'disable' },
): Promise<JsonObject> {
  const state = request.action === 'enable' ? 'enabled' : 'disabled'
  const document = await actOnEntity(deps, scope, SUBSCRIPTIONS, request, async (current) => {
    if (stateOf(current) === state) return undefined
    return { document: { ...current, state }, columns: { resume_at: null } }
  })
  await notifyTopic(deps.db, DELIVERIES_TOPIC)
  return document
}
