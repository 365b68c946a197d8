import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Keyring } from '#secrets/keyring.ts'
import { SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { notFound } from '#services/flow-service/problems.ts'
import type { Database } from '#store/database.ts'
import { openSecrets, type SubscriptionSecrets } from './subscription-secrets.ts'

/** A subscription with what is kept sealed. */
export interface StoredSubscription {
  readonly document: JsonObject
  /** In clear. */
  readonly secrets: SubscriptionSecrets
}

/** The topic that wakes whoever delivers: something may be due. */
export const DELIVERIES_TOPIC = 'deliveries'

/** The subscription that the scope can see, opened. @throws {FlowProblem} 1439 */
export async function getSubscription(
  db: Database,
  keyring: Keyring,
  scope: Scope,
  id: string,
): Promise<StoredSubscription> {
  if (!isUuid(id)) throw notFound(SUBSCRIPTIONS.name, id)
  const row = await db
    .selectFrom('subscription')
    .select(['id', 'document', 'secrets'])
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw notFound(SUBSCRIPTIONS.name, id)
  return { document: row.document, secrets: openSecrets(keyring, row.id, row.secrets) }
}
