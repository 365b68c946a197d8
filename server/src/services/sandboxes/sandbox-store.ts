import type { Insertable } from 'kysely'
import type { Database } from '#store/database.ts'
import type { Tables } from '#store/tables/tables.ts'

/** Stores a new sandbox; false when its name is taken in the organisation. */
export async function insertSandbox(db: Database, row: Insertable<Tables['sandbox']>): Promise<boolean> {
  const result = await db
    .insertInto('sandbox')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['org_id', 'name']).where('state', '<>', 'deleted').doNothing(),
    )
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export interface TitleChange {
  readonly orgId: string
  readonly name: string
  readonly title: string
  readonly userId: string
  readonly now: number
}

/** Changes a title; false when there is no such sandbox. */
export async function updateTitle(db: Database, change: TitleChange): Promise<boolean> {
  const result = await db
    .updateTable('sandbox')
    .set((row) => ({
      title: change.title,
      version: row('version', '+', 1),
      updated_at: change.now,
      updated_by: change.userId,
    }))
    .where('org_id', '=', change.orgId)
    .where('name', '=', change.name)
    .where('state', '<>', 'deleted')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface StateChange {
  readonly orgId: string
  readonly id: string
  /** As it was read; another one is left alone. */
  readonly version: number
  readonly state: 'resetting' | 'deleting'
  readonly userId: string
  readonly now: number
}

/** Asks for a sandbox to be emptied, or deleted; false when it has changed meanwhile. */
export async function beginChange(db: Database, change: StateChange): Promise<boolean> {
  const result = await db
    .updateTable('sandbox')
    .set((row) => ({
      state: change.state,
      version: row('version', '+', 1),
      updated_at: change.now,
      updated_by: change.userId,
    }))
    .where('org_id', '=', change.orgId)
    .where('id', '=', change.id)
    .where('version', '=', change.version)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
