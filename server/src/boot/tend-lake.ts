import { join } from 'node:path'
import { type CompactedTable, compactTable } from '#care/compact-table.ts'
import { expireTable } from '#care/expire-table.ts'
import { BACKGROUND_LIMITS } from '#care/plan-compaction.ts'
import { READER_GRACE_MS, removeExpired } from '#care/remove-expired.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { createLocalCopies } from '#lake/storage/local-copies.ts'
import { type Database, transact } from '#store/database.ts'
import type { LakePolicy } from '#store/tables/lake-tables.ts'
import { assertInPlace, openLake } from './open-lake.ts'
import { joinExistingStore } from './open-store.ts'
import type { StoreSettings } from './read-settings.ts'
import { openSpool } from './spool.ts'

export type { CompactedTable } from '#care/compact-table.ts'
export type { LakePolicy } from '#store/tables/lake-tables.ts'

/** Ids of datasets that a command was given and that there are not. The message is for the operator. */
export class UnknownDatasetError extends Error {
  override readonly name = 'UnknownDatasetError'
  readonly isExplained = true
}

export interface TendedTable {
  readonly datasetId: string
  readonly name: string
}

export interface CareOptions {
  /** Only these; all when empty. */
  readonly datasetIds: readonly string[]
  /** Nothing is changed, only counted. */
  readonly isDryRun: boolean
}

export interface LakeTools {
  readonly db: Database
  readonly storage: LakeStorage
  readonly now: () => number
}

/** Opens the lake of a data folder, beside a server that may be working on it, and visits tables one by one. */
export async function* visitTables<Result>(
  settings: StoreSettings,
  datasetIds: readonly string[],
  visit: (tools: LakeTools, datasetId: string) => Promise<Result>,
): AsyncGenerator<TendedTable & Result, void, undefined> {
  await using store = await joinExistingStore(settings)
  await using storage = await openLake(settings.config.lake)
  await assertInPlace(store.db, storage)
  const tools = { db: store.db, storage, now: Date.now }
  for (const table of await listTables(store.db, datasetIds))
    yield { ...table, ...(await visit(tools, table.datasetId)) }
}

/** @throws UnknownDatasetError */
export async function listTables(db: Database, ids: readonly string[]): Promise<readonly TendedTable[]> {
  const query = db
    .selectFrom('lake_table')
    .innerJoin('dataset', 'dataset.id', 'lake_table.dataset_id')
    .select(['dataset.id as datasetId', 'dataset.name'])
    .orderBy('dataset.created_at')
  const tables = await (ids.length === 0 ? query : query.where('dataset.id', 'in', ids)).execute()
  const unknown = ids.filter((id) => !tables.some(({ datasetId }) => datasetId === id))
  if (unknown.length === 0) return tables
  throw new UnknownDatasetError(
    `There is no dataset ${unknown.join(', ')} here. "headwater lake check --level files" lists those that there are.`,
  )
}

export interface ExpiredTable {
  readonly expiredSnapshots: number
  readonly removedFiles: number
}

/** Takes snapshots out of tables, and removes files of those that expired longer than `graceMs` ago. */
export function expireLake(
  settings: StoreSettings,
  options: CareOptions & {
    readonly keepDays?: number | undefined
    readonly keepSnapshots?: number | undefined
    readonly graceHours?: number | undefined
  },
): AsyncGenerator<TendedTable & ExpiredTable, void, undefined> {
  const { datasetIds, isDryRun, keepDays, keepSnapshots, graceHours } = options
  const retention = {
    ...(keepDays === undefined ? {} : { maxAgeMs: keepDays * 24 * 3_600_000 }),
    ...(keepSnapshots === undefined ? {} : { maxCount: keepSnapshots }),
  }
  const graceMs = graceHours === undefined ? READER_GRACE_MS : graceHours * 3_600_000
  return visitTables(settings, datasetIds, async (tools, datasetId) => {
    const expiredSnapshots = await expireTable(tools, datasetId, { retention, isDryRun })
    const { fileCount: removedFiles } = await removeExpired(tools, datasetId, { graceMs, isDryRun })
    return { expiredSnapshots, removedFiles }
  })
}

/** Makes few files of the small ones of tables. By hand two are enough. */
export function compactLake(
  settings: StoreSettings,
  { datasetIds, isDryRun }: CareOptions,
): AsyncGenerator<TendedTable & CompactedTable, void, undefined> {
  const { dataDir } = settings.config
  const limits = { ...BACKGROUND_LIMITS, minFiles: 2 }
  return visitTables(settings, datasetIds, async (tools, datasetId) => {
    const copies = createLocalCopies(tools.storage, join(dataDir, 'cache'))
    await using spool = await openSpool(dataDir)
    return await compactTable({ ...tools, copies, spoolDir: spool.folder }, datasetId, { limits, isDryRun })
  })
}

/** Says what a dataset wants otherwise than all others; null takes a wish back. Returns what it wants then. */
export async function setLakePolicy(
  settings: StoreSettings,
  datasetId: string,
  changes: { readonly [Wish in keyof LakePolicy]: LakePolicy[Wish] | null },
): Promise<LakePolicy> {
  await using store = await joinExistingStore(settings)
  await listTables(store.db, [datasetId])
  return await transact(store.db, async (tx) => {
    const { policy } = await tx
      .selectFrom('lake_table')
      .select('policy')
      .where('dataset_id', '=', datasetId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const wishes = Object.entries({ ...policy, ...changes }).filter(
      ([, wish]) => wish !== null && wish !== undefined,
    )
    const wanted: LakePolicy = Object.fromEntries(wishes)
    await tx
      .updateTable('lake_table')
      .set({ policy: JSON.stringify(wanted) })
      .where('dataset_id', '=', datasetId)
      .execute()
    return wanted
  })
}
