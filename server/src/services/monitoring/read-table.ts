import type { LakeTable, TableFiles, TableSnapshot } from '@headwater/contract/monitoring/tables.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { notFound } from './problems.ts'

/** What the lake tells of a table; boot connects it. */
export interface TableLake {
  readonly describe: (metadataKey: string) => Promise<DescribedTable>
  /** Of the current snapshot when none is named, oldest first; `undefined` when there is no such snapshot. */
  readonly listFiles: (
    metadataKey: string,
    snapshotId?: string,
  ) => Promise<readonly FileOfTable[] | undefined>
}

export interface DescribedTable {
  readonly location: string
  readonly metadataLocation: string
  readonly fields: LakeTable['fields']
  readonly currentSnapshotId: string | undefined
  /** Oldest first. */
  readonly snapshots: readonly {
    readonly id: string
    readonly parentId?: string | undefined
    readonly timestampMs: number
    readonly summary: Readonly<Record<string, string>>
  }[]
}

export interface FileOfTable {
  readonly path: string
  readonly rowCount: number
  readonly sizeBytes: number
  readonly snapshotId: string
}

export interface TableDependencies {
  readonly db: Database
  readonly tableLake: TableLake
}

const MOST_SNAPSHOTS = 200

/** The table of a dataset: fields, and its newest snapshots. Throws PlainProblem 404. */
export async function readLakeTable(
  deps: TableDependencies,
  scope: Scope,
  datasetId: string,
): Promise<LakeTable> {
  const { metadataKey, tableName } = await getTable(deps.db, scope, datasetId)
  const table = await deps.tableLake.describe(metadataKey)
  const newest = table.snapshots.toReversed().slice(0, MOST_SNAPSHOTS)
  return {
    datasetId,
    tableName,
    namespace: scope.sandbox.name,
    location: table.location,
    metadataLocation: table.metadataLocation,
    fields: table.fields,
    snapshots: newest.map((snapshot) => snapshotOf(snapshot, table.currentSnapshotId)),
    snapshotCount: table.snapshots.length,
  }
}

export interface FilesWanted {
  readonly snapshotId: string | undefined
  readonly start: number
  readonly limit: number
}

/** The data files of a snapshot, newest first. Throws PlainProblem 404. */
export async function readTableFiles(
  deps: TableDependencies,
  scope: Scope,
  { datasetId, snapshotId, start, limit }: FilesWanted & { readonly datasetId: string },
): Promise<TableFiles> {
  const { metadataKey } = await getTable(deps.db, scope, datasetId)
  const files = await deps.tableLake.listFiles(metadataKey, snapshotId)
  if (files === undefined) throw notFound('snapshot', snapshotId ?? '')
  return {
    files: files.toReversed().slice(start, start + limit),
    total: files.length,
    rowCount: files.reduce((sum, { rowCount }) => sum + rowCount, 0),
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }
}

async function getTable(db: Database, { orgId, sandbox }: Scope, datasetId: string) {
  const row = await db
    .selectFrom('dataset')
    .innerJoin('lake_table', 'lake_table.dataset_id', 'dataset.id')
    .select(['lake_table.metadata_key as metadataKey', 'dataset.table_name as tableName'])
    .where('dataset.org_id', '=', orgId)
    .where('dataset.sandbox_id', '=', sandbox.id)
    .where('dataset.id', '=', datasetId)
    .executeTakeFirst()
  if (row === undefined) throw notFound('dataset', datasetId)
  return row
}

type Snapshot = DescribedTable['snapshots'][number]

function snapshotOf(
  { id, parentId, timestampMs, summary }: Snapshot,
  currentId: string | undefined,
): TableSnapshot {
  const figure = (name: string) => Number(summary[name] ?? 0)
  const batchId = summary['headwater.batch-id'] ?? summary['headwater.removed-batch-id']
  return {
    id,
    ...(parentId === undefined ? {} : { parentId }),
    at: timestampMs,
    operation: summary['operation'] ?? 'append',
    isCurrent: id === currentId,
    addedRecords: figure('added-records'),
    deletedRecords: figure('deleted-records'),
    addedFiles: figure('added-data-files'),
    deletedFiles: figure('deleted-data-files'),
    totalRecords: figure('total-records'),
    totalFiles: figure('total-data-files'),
    totalBytes: figure('total-files-size'),
    ...(batchId === undefined ? {} : { batchId }),
    summary,
  }
}
