import type { Grant } from '#http/permissions.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { notifyTopic } from '#store/wake-ups.ts'
import { CLIENTS_TOPIC } from './client-reader.ts'

/** Adds permissions; those that are there already stay. */
export async function insertGrants(tx: Tx, clientId: string, grants: readonly Grant[]): Promise<void> {
  if (grants.length === 0) return
  const rows = grants.map(({ permission, sandboxId }) => ({
    client_id: clientId,
    permission,
    sandbox_id: sandboxId,
  }))
  await tx
    .insertInto('client_grant')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Gives a client permissions besides those that it has, or in their place. The servers know at once. */
export function grantPermissions(
  db: Database,
  { clientId, grants, isReplacing }: { clientId: string; grants: readonly Grant[]; isReplacing: boolean },
): Promise<void> {
  return transact(db, async (tx) => {
    if (isReplacing) await tx.deleteFrom('client_grant').where('client_id', '=', clientId).execute()
    await insertGrants(tx, clientId, grants)
    await notifyTopic(tx, CLIENTS_TOPIC)
  })
}
