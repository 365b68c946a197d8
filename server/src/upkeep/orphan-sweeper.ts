import { sql } from 'kysely'
import { Rounds } from '#kit/rounds.ts'
import { listHeldFiles, listTableFiles } from '#lake/iceberg/list-table-files.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Log } from '#log/log.ts'
import type { Database } from '#store/database.ts'

export interface OrphanDependencies {
  readonly db: Database
  readonly storage: LakeStorage
  readonly log: Log
  readonly now: () => number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/**
 * Between the writing of a file and the transaction that makes it somebody's lie seconds, and whoever does not beat
 * for ten of them has lost his step: what is older belongs to nobody. It leaves room for clocks that differ.
 */
const MIN_AGE_MS = HOUR_MS

/**
 * Removes what steps that were interrupted have left in the folders of tables: at the start of a server, and once a
 * day. Several servers may do so over one lake; removing what is gone is no error.
 */
export class OrphanSweeper extends Rounds {
  constructor(deps: OrphanDependencies) {
    super({
      pauseMs: DAY_MS,
      round: (signal) => sweepOrphans(deps, { signal }),
      onError: (error) =>
        deps.log.warn({ err: error }, 'could not remove abandoned files, will try again tomorrow'),
    })
  }
}

export interface SweepOptions {
  readonly minAgeMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Removes data and metadata files to which no table and no step refers. Returns their keys. */
export async function sweepOrphans(
  deps: OrphanDependencies,
  { minAgeMs = MIN_AGE_MS, signal }: SweepOptions = {},
): Promise<readonly string[]> {
  const tables = await deps.db.selectFrom('lake_table').select(['dataset_id', 'location']).execute()
  const removed: string[] = []
  for (const { dataset_id: datasetId, location } of tables) {
    signal?.throwIfAborted()
    const orphans = await findOrphans(deps, { datasetId, location, minAgeMs, signal })
    if (orphans.length > 0) await remove(deps, orphans)
    removed.push(...orphans)
  }
  if (removed.length > 0) deps.log.info({ files: removed.length }, 'files that nobody refers to are removed')
  return removed
}

/** With the way back from those that were made of others. */
async function remove({ db, storage }: OrphanDependencies, keys: readonly string[]): Promise<void> {
  await storage.remove(keys)
  await db.deleteFrom('lake_compaction').where(sql<boolean>`key = any(${keys}::text[])`).execute()
}

interface Place extends SweepOptions {
  readonly datasetId: string
  readonly location: string
  readonly minAgeMs: number
}

/**
 * In this order: what lies there, then what steps under way have delivered, then what the table refers to. A file that
 * goes from a step to the table meanwhile is found with the table.
 */
async function findOrphans(deps: OrphanDependencies, place: Place): Promise<readonly string[]> {
  const old = await listOld(deps, place)
  if (old.length === 0) return []
  const delivered = await listDelivered(deps.db, place.datasetId)
  const unknown = old.filter((key) => !delivered.has(key))
  const table = await deps.db
    .selectFrom('lake_table')
    .select('metadata_key')
    .where('dataset_id', '=', place.datasetId)
    .executeTakeFirst()
  // The files of a dataset that is deleted go with its folder.
  if (unknown.length === 0 || table === undefined) return []
  const referred = await listTableFiles(deps.storage, table.metadata_key)
  const left = unknown.filter((key) => !referred.has(key))
  if (left.length === 0) return []
  const expired = await listExpiredFiles(deps, place.datasetId, referred)
  return left.filter((key) => !expired.has(key))
}

/** What goes at another time: readers may have snapshots open that the table has no more. */
async function listExpiredFiles(
  { db, storage }: OrphanDependencies,
  datasetId: string,
  known: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const notes = await db
    .selectFrom('lake_expired')
    .select('manifest_list_key')
    .where('dataset_id', '=', datasetId)
    .execute()
  const lists = notes.map((note) => note.manifest_list_key)
  const { manifests, dataFiles } = await listHeldFiles(storage, lists, { known, isTolerant: true })
  return new Set([...lists, ...manifests, ...dataFiles])
}

async function listOld(
  { storage, now }: OrphanDependencies,
  { location, minAgeMs, signal }: Place,
): Promise<readonly string[]> {
  const newestMs = now() - minAgeMs
  const old: string[] = []
  for (const folder of ['data', 'metadata']) {
    for await (const { key, modifiedAtMs } of storage.list(`${location}/${folder}/`, { signal })) {
      if (modifiedAtMs <= newestMs) old.push(key)
    }
  }
  return old
}

/** What an ended batch has landed is among its files. */
const ENDED_BATCHES = ['success', 'failed', 'aborted', 'abandoned', 'inactive', 'deleted'] as const

/** Files of runs and imports that have not ended, and those of batches that the catalogue knows. */
async function listDelivered(db: Database, datasetId: string): Promise<ReadonlySet<string>> {
  const ofRuns = await db
    .selectFrom('run_slice')
    .innerJoin('flow_run', 'flow_run.id', 'run_slice.run_id')
    .innerJoin('batch', 'batch.id', 'flow_run.batch_id')
    .select('run_slice.result')
    .where('batch.dataset_id', '=', datasetId)
    .where('flow_run.state', 'in', ['queued', 'inProgress'])
    .where('run_slice.state', '=', 'done')
    .execute()
  const ofImports = await db
    .selectFrom('import_slice')
    .innerJoin('batch', 'batch.id', 'import_slice.batch_id')
    .select('import_slice.result')
    .where('batch.dataset_id', '=', datasetId)
    .where('batch.status', 'not in', ENDED_BATCHES)
    .where('import_slice.state', '=', 'done')
    .execute()
  const ofBatches = await db
    .selectFrom('batch_file')
    .innerJoin('batch', 'batch.id', 'batch_file.batch_id')
    .select('batch_file.key')
    .where('batch.dataset_id', '=', datasetId)
    // Whoever deleted it may have been killed before its files were gone.
    .where('batch.status', '!=', 'deleted')
    .execute()
  const results = [...ofRuns, ...ofImports].map(({ result }) => result as unknown as Delivered | null)
  return new Set([
    ...results.flatMap((result) => (result?.part ? [result.part.key] : [])),
    ...ofBatches.map(({ key }) => key),
  ])
}

/** As far as this room knows the result of a slice. */
interface Delivered {
  readonly part?: { readonly key: string } | undefined
}
