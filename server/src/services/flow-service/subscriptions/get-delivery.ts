import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { DELIVERIES } from '#services/flow-service/entities/entity-kinds.ts'
import { notFound } from '#services/flow-service/problems.ts'

/** Which delivery of which subscription. */
export interface DeliveryAddress {
  readonly id: string
  readonly deliveryId: string
}

/** One delivery with the body that is sent, in a list of its own. @throws {FlowProblem} 1439 */
export async function getDelivery(
  { db }: FlowServiceDependencies,
  scope: Scope,
  { id, deliveryId }: DeliveryAddress,
): Promise<JsonObject> {
  if (!isUuid(id) || !isUuid(deliveryId)) throw notFound(DELIVERIES.name, deliveryId)
  const { rows } = await sql<{ document: JsonObject; body: string }>`
    select item.document, delivery.body from delivery_item as item join delivery using (id)
    where item.org_id = ${scope.orgId} and item.sandbox_id = ${scope.sandbox.id}
      and item.subscription_id = ${id} and id = ${deliveryId}
  `.execute(db)
  const [row] = rows
  if (row === undefined) throw notFound(DELIVERIES.name, deliveryId)
  return { items: [{ ...row.document, body: JSON.parse(row.body) as JsonObject }] }
}
