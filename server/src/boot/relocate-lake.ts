import type { LakeConfig } from '#config/config.ts'
import { listNeededFiles } from '#lake/iceberg/list-table-files.ts'
import { type Relocated, relocateFiles, rootOf } from '#lake/iceberg/relocate-files.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Database } from '#store/database.ts'
import { assertInPlace, LakeUnusableError, openLake } from './open-lake.ts'
import { joinExistingStore } from './open-store.ts'
import type { StoreSettings } from './read-settings.ts'

export interface RelocatedLake extends Relocated {
  /** Addresses, with a slash at their end. */
  readonly from: string
  readonly to: string
  readonly tables: number
  /** False when servers were at work meanwhile: what they wrote is at the old place alone. */
  readonly isComplete: boolean
}

/**
 * Copies the lake to another place, and looks whether all that its tables refer to is there. Nothing is changed at the
 * old place, and nothing reads the new one before servers are told to. It may run while servers work, to copy most of
 * it, and once more when they are stopped.
 *
 * @throws LakeUnusableError
 */
export async function relocateLake(settings: StoreSettings, target: LakeConfig): Promise<RelocatedLake> {
  await using store = await joinExistingStore(settings)
  await using from = await openLake(settings.config.lake)
  await assertInPlace(store.db, from)
  await using to = await openLake(target)
  assertApart(rootOf(from), rootOf(to))
  const before = await listPointers(store.db)
  const relocated = await relocateFiles({ from, to })
  const after = await listPointers(store.db)
  await assertWhole(to, before)
  const isComplete = after.join() === before.join() && !(await isAtWork(store.db))
  return { from: rootOf(from), to: rootOf(to), tables: before.length, isComplete, ...relocated }
}

function assertApart(from: string, to: string): void {
  if (!from.startsWith(to) && !to.startsWith(from)) return
  throw new LakeUnusableError(`The lake is at ${from}, and ${to} is not apart from it. Name another place.`)
}

async function listPointers(db: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('lake_table').select('metadata_key').orderBy('dataset_id').execute()
  return rows.map((row) => row.metadata_key)
}

async function isAtWork(db: Database): Promise<boolean> {
  const run = await db
    .selectFrom('flow_run')
    .select('id')
    .where('state', '=', 'inProgress')
    .limit(1)
    .executeTakeFirst()
  return run !== undefined
}

async function assertWhole(to: LakeStorage, metadataKeys: readonly string[]): Promise<void> {
  const keys = new Set<string>()
  for await (const { key } of to.list('')) keys.add(key)
  for (const metadataKey of metadataKeys) {
    const lacking = (await listNeededFiles(to, metadataKey)).find((key) => !keys.has(key))
    if (lacking === undefined) continue
    throw new LakeUnusableError(
      `${lacking} did not arrive at the new place. Run it again; if it stays, "headwater lake check" says what is missing at the old one.`,
    )
  }
}
