import { newUuid } from '#kit/ids.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { hashClientSecret, newClientSecret } from './client-secret.ts'

/*
 * One secret takes the place of another without a moment in which neither works:
 *
 *   one secret --(rotate)--> two secrets, both good --(retire)--> the newer one
 */

/** Two are what a change needs; more would be secrets that nobody remembers. */
const MAX_SECRETS = 2

/** A client that is rotated has two secrets already. */
export class SecretsInUseError extends Error {
  override readonly name = 'SecretsInUseError'
  readonly isExplained = true

  constructor(clientId: string) {
    super(
      `The client ${clientId} has two secrets already. When everybody uses the newer one, remove the older: headwater credentials rotate ${clientId} --retire`,
    )
  }
}

/** Gives a client a new secret, which is returned here and kept nowhere. */
export async function insertSecret(tx: Tx, clientId: string, now: number): Promise<string> {
  const secret = newClientSecret()
  const hash = await hashClientSecret(secret)
  await tx
    .insertInto('client_secret')
    .values({ id: newUuid(), client_id: clientId, hash, created_at: now })
    .execute()
  return secret
}

/**
 * A second secret beside the one that a client has; both are good until {@link retireSecret}. `undefined` when there
 * is no such client.
 *
 * @throws SecretsInUseError when it has two
 */
export function rotateSecret(db: Database, clientId: string, now: number): Promise<string | undefined> {
  return transact(db, async (tx) => {
    const secrets = await lockSecrets(tx, clientId)
    if (secrets === undefined) return undefined
    if (secrets.length >= MAX_SECRETS) throw new SecretsInUseError(clientId)
    return await insertSecret(tx, clientId, now)
  })
}

/** Removes all secrets of a client but the newest; returns how many. `undefined` when there is no such client. */
export function retireSecret(db: Database, clientId: string): Promise<number | undefined> {
  return transact(db, async (tx) => {
    const secrets = await lockSecrets(tx, clientId)
    if (secrets === undefined) return undefined
    const old = secrets.slice(1)
    if (old.length > 0) await tx.deleteFrom('client_secret').where('id', 'in', old).execute()
    return old.length
  })
}

/** Ids of the secrets of a client that is not revoked, newest first; nobody else changes them until `tx` ends. */
async function lockSecrets(tx: Tx, clientId: string): Promise<readonly string[] | undefined> {
  const client = await tx
    .selectFrom('client')
    .select('id')
    .where('id', '=', clientId)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (client === undefined) return undefined
  const rows = await tx
    .selectFrom('client_secret')
    .select('id')
    .where('client_id', '=', clientId)
    .orderBy('created_at', 'desc')
    .execute()
  return rows.map(({ id }) => id)
}
